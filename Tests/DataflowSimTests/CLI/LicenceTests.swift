import Foundation
import Testing

import simrun

/// What is in the binary is listed, with the versions that are built.
@Suite struct LicenceTests {
  private struct Resolved: Decodable {
    struct Pin: Decodable {
      struct State: Decodable { var version: String }
      var identity: String
      var state: State
    }
    var pins: [Pin]
  }

  @Test func everyPackageIsListedWithItsVersion() throws {
    let resolved = try JSONDecoder().decode(
      Resolved.self, from: TestFiles.data(TestFiles.repository("Package.resolved")))
    let pins = resolved.pins.map { "\($0.identity) \($0.state.version)" }.sorted()
    #expect(pins == Licences.packages.map { "\($0.name) \($0.version ?? "")" }.sorted())
  }

  @Test func everySystemPackageIsListed() throws {
    let script = try String(
      contentsOfFile: TestFiles.repository(".ci/prerequisites.sh"), encoding: .utf8)
    let line = try #require(
      script.split(separator: "\n").first { $0.hasPrefix("system_packages=") })
    let packages = line.split(separator: "\"")[1].split(separator: " ").map(String.init)
    for name in packages {
      #expect(Licences.libraries.contains { $0.name == name }, "\(name)")
    }
  }

  @Test func theCommandPrintsIt() throws {
    let result = try CommandLineTool.run("--licenses")
    #expect(result.status == 0 && result.errors.isEmpty)
    #expect(result.output.contains("swift-protobuf") && result.output.contains("Apache-2.0"))
  }
}
