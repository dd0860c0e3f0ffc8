import Foundation
import Testing

/// `scripts/new-block` writes what compiles against the engine as it stands.
struct NewBlockTests {
  private static let script = TestFiles.repository("scripts/new-block")
  private static let blocks = "Sources/DataflowSim/Blocks"

  /// A scratch repository with nothing but a catalogue.
  private func withScratch(_ body: (String) throws -> Void) throws {
    try TestFiles.withTemporaryDirectory { root in
      let folder = "\(root)/\(Self.blocks)"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try FileManager.default.copyItem(
        atPath: TestFiles.repository("\(Self.blocks)/BlockCatalogue.swift"),
        toPath: "\(folder)/BlockCatalogue.swift")
      try body(root)
    }
  }

  private func text(_ path: String) throws -> String {
    String(decoding: try TestFiles.data(path), as: UTF8.self)
  }

  @Test func whatItWritesCompilesAndIsInTheCatalogue() throws {
    try withScratch { root in
      let made = try CommandLineTool.run(Self.script, ["Clip", "--into", root], in: nil)
      #expect(made.status == 0, "\(made.errors)")
      let before = try text(TestFiles.repository("\(Self.blocks)/BlockCatalogue.swift"))
      let after = try text("\(root)/\(Self.blocks)/BlockCatalogue.swift")
      #expect(after.replacingOccurrences(of: "    Clip.self,\n", with: "") == before)
      #expect(after.contains("    Clip.self,\n  ]"))
      let compiled = try CommandLineTool.run(
        "/usr/bin/env", Self.compiler + Self.engine(with: "\(root)/\(Self.blocks)"), in: nil)
      #expect(compiled.status == 0, "\(compiled.output)\(compiled.errors)")
      #expect(
        try text("\(root)/Tests/DataflowSimTests/Blocks/Clip/ClipTests.swift").contains("@Test"))
    }
  }

  @Test(
    arguments: [
      (["MatrixVector"], "there is a block MatrixVector"), (["clip"], "no type name"),
      (["Clip", "Crop_hls"], "op type Crop_hls already"),
      (["Clip", "Clip"], "ends in _hls or _rtl"),
    ])
  func refusesWhatIsThere(arguments: [String], message: String) throws {
    let made = try CommandLineTool.run(Self.script, arguments, in: nil)
    #expect(made.status == 65 && made.errors.contains(message), "\(made)")
  }

  /// The engine's sources with a block and the catalogue of a scratch repository.
  private static func engine(with scratch: String) -> [String] {
    let sources = TestFiles.repository("Sources/DataflowSim")
    let files = FileManager.default.enumerator(atPath: sources)?.compactMap { $0 as? String } ?? []
    let own = files.filter { $0.hasSuffix(".swift") && !$0.hasSuffix("/BlockCatalogue.swift") }
    return own.map { "\(sources)/\($0)" } + ["\(scratch)/BlockCatalogue.swift"]
      + ["Clip", "ClipTiming", "ClipBits"].map { "\(scratch)/Clip/\($0).swift" }
  }

  /// The name under which SwiftPM compiles the package's modules: its folder's, as an identifier.
  private static let packageName = String(
    URL(fileURLWithPath: TestFiles.repository("")).lastPathComponent.lowercased()
      .map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })

  /// The compiler over the modules of this build, for one more file of the engine's.
  private static let compiler: [String] = {
    #if DEBUG
      let build = TestFiles.repository(".build/debug")
    #else
      let build = TestFiles.repository(".build/release")
    #endif
    let maps = ["CZip", "CExpat", "CGMP"].map {
      TestFiles.repository("Sources/\($0)/module.modulemap")
    }
    let flags =
      ["swiftc", "-typecheck", "-swift-version", "6", "-module-name", "DataflowSim"]
      + ["-package-name", packageName] + [
        "-parse-as-library", "-warnings-as-errors", "-I", "\(build)/Modules",
      ]
    return flags
      + (maps + ["CKernels", "CPartialFiles"].map { "\(build)/\($0).build/module.modulemap" })
      .flatMap {
        ["-Xcc", "-fmodule-map-file=\($0)"]
      }
  }()
}
