import DataflowAnalysis
import Testing

@Suite struct LabelSelectTests {
  /// A type that is not stated is the smallest, its width in whole bytes; BINARY has no width in its name.
  @Test(arguments: [
    (1, "BINARY"), (2, "BINARY"), (3, "UINT8"), (256, "UINT8"), (257, "UINT16"),
  ])
  func anUnstatedTypeIsFINNs(_ labels: Int, _ type: String) throws {
    let block = try BlockCatalogue.make(
      opType: "LabelSelect_hls",
      attributes: [
        "Labels": .int(labels), "PE": .int(1), "K": .int(1), "inputDataType": .string("INT8"),
      ], part: nil, clockMHz: 100)
    #expect(block.outputs[0].dataType?.name == type)
  }
}
