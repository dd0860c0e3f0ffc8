import DataflowAnalysis
import DesignFiles
import Foundation
import Testing

/// A design as a FINN graph, opened again.
@Suite struct FINNExportTests {
  private static let elementary = """
    {"format": "simrun-design", "version": 1, "name": "plain", "graph_inputs": ["in"], "graph_outputs": ["out"],
     "nodes": [
      {"name": "copies", "op_type": "Fork", "attributes": {"folded_shape": [1, 4, 4, 2], "dataType": "INT8"},
       "inputs": ["in"], "outputs": ["a", "b"]},
      {"name": "both", "op_type": "Join", "attributes": {}, "inputs": ["a", "b"], "outputs": ["c"]},
      {"name": "some", "op_type": "Decimate", "attributes": {"ImgDim": [4, 4], "words_per_pixel": 1},
       "inputs": ["c"], "outputs": ["out"]}]}
    """

  /// Blocks that FINN does not have open here again, also where a graph has FINN's old names, and are named.
  @Test(arguments: ["", #""finn_generation": "0.9", "#])
  func blocksWithoutACounterpartComeBack(_ generation: String) throws {
    try TestFiles.withTemporaryDirectory { folder in
      let text = Self.elementary.replacing(
        #""name": "plain", "#, with: #""name": "plain", "# + generation)
      try text.write(toFile: folder + "/d.json", atomically: true, encoding: .utf8)
      let told = try CommandLineTool.run("export", "d.json", "--finn", "d.onnx", in: folder)
      #expect(told.status == 0, "\(told.errors)")
      #expect(
        told.errors.contains(
          "note: FINN has no such block as copies (Fork), both (Join), some (Decimate): simrun alone opens the graph"
        ),
        "\(told.errors)")
      let design = try DesignFile.load(folder + "/d.json").design
      let again = try DesignFile.load(folder + "/d.onnx").design
      #expect(again.nodes.map(\.opType) == design.nodes.map(\.opType))
      #expect(again.nodes.map(\.name) == design.nodes.map(\.name))
      let pixels = try Tensor((0..<32).map { $0 - 16 }, shape: [1, 4, 8])
      func outcome(_ design: Design) throws -> (Tensor, [String: [Int]]) {
        let result = try Dataplane(design, parameters: nil).run(
          ["in": pixels], keep: .outputs, threads: 1
        ) { _ in }
        return (
          try result.tensor("out"),
          try Simulation(Plan(design), scenario: Scenario(frames: 2)).run().frameEnds
        )
      }
      #expect(try outcome(again) == outcome(design))
    }
  }

  @Test func blocksOfFINNAreNotNamed() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let told = try CommandLineTool.run(
        "export", TestFiles.repository("configs/tfc-w1a1.json"), "--finn", "d.onnx", in: folder)
      #expect(told.status == 0 && !told.errors.contains("FINN has no"), "\(told.errors)")
    }
  }
}
