import DataflowAnalysis
import Testing

/// Every node of the measured designs must be known to the catalogue, without a special case.
struct GoldenNodesTests {
  @Test(arguments: GoldenCase.kinds)
  func everyMeasuredNodeDecodes(kind: String) throws {
    for golden in try GoldenCase.load(kind) {
      let design = golden.design
      for node in design.nodes {
        let block = try BlockCatalogue.make(
          opType: node.opType, attributes: node.attributes, part: design.part,
          clockMHz: design.clockMHz)
        #expect(block.inputs.count == node.inputs.count, "\(golden.name) \(node.name)")
        #expect(block.outputs.count == node.outputs.count, "\(golden.name) \(node.name)")
      }
    }
  }
}
