import DataflowSim
import SimKernels
import Testing

/// The bits of channelwise operations, stated by hand.
struct ChannelwiseBitsTests {
  @Test func channelwiseOperations() throws {
    func result(_ function: String, _ output: String) throws -> [Int] {
      let design = LoneBlock.design(
        "ChannelwiseOp_hls",
        [
          "Func": .string(function), "NumChannels": .int(2), "PE": .int(2),
          "inputDataType": .string("INT4"), "paramDataType": .string("INT4"),
          "outputDataType": .string(output), "numInputVectors": .ints([2]),
        ], initializers: ["parameters": "p"])
      return try LoneBlock.run(
        design, ["in0": [3, -4, 5, 2]], ["p": try Tensor([3, -2], shape: [2])])[0]
    }
    #expect(try result("cmp_le", "BINARY") == [1, 0, 1, 1])
    #expect(try result("cmp_ge", "BINARY") == [1, 1, 0, 0])
    #expect(try result("add", "INT5") == [6, -6, 8, 0])
    #expect(try result("mul", "INT4") == [-7, -8, -1, -4])
  }
}
