import DataflowSim
import Foundation
import Testing

/// Every node of the measured designs must be known to the catalogue, without a special case.
struct GoldenNodesTests {
  /// The measurements lie beside the checkout; they are too large for the repository.
  static let folder = URL(filePath: #filePath).appending(path: "../../../../../shared/golden")
    .standardizedFileURL

  private struct Case: Decodable {
    struct Body: Decodable {
      let part: String?
      let clock_mhz: Double?
      let nodes: [Node]
    }
    struct Node: Decodable {
      let name: String
      let op_type: String
      let attributes: [String: AttributeJSON]
      let inputs: [String]
      let outputs: [String]
    }
    let design: Body
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: folder.path)))
  func everyMeasuredNodeDecodes() throws {
    let files =
      FileManager.default.enumerator(at: Self.folder, includingPropertiesForKeys: nil)?
      .compactMap { $0 as? URL }.filter { $0.pathExtension == "json" } ?? []
    #expect(!files.isEmpty)
    var nodes = 0
    for file in files {
      let design = try JSONDecoder().decode(Case.self, from: Data(contentsOf: file)).design
      for node in design.nodes {
        let block = try BlockCatalogue.make(
          opType: node.op_type, attributes: node.attributes.mapValues(\.value), part: design.part,
          clockMHz: design.clock_mhz ?? 100)
        #expect(block.inputs.count == node.inputs.count, "\(file.lastPathComponent) \(node.name)")
        #expect(block.outputs.count == node.outputs.count, "\(file.lastPathComponent) \(node.name)")
        nodes += 1
      }
    }
    #expect(nodes > 1000)
  }
}
