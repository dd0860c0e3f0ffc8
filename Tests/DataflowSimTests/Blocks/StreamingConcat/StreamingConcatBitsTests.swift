import DataflowSim
import SimKernels
import Testing

/// The bits of joining and splitting streams, stated by hand.
struct StreamingConcatBitsTests {
  @Test func streamsJoinAndSplit() throws {
    let concat = LoneBlock.design(
      "StreamingConcat_hls",
      [
        "ElemsPerStream": .ints([2, 1]), "inputDataType": .string("INT4"),
        "numInputVectors": .ints([1, 2]),
      ], inputs: ["a", "b"])
    #expect(
      try LoneBlock.run(concat, ["a": [1, 2, 3, 4], "b": [-5, -6]])[0] == [1, 2, -5, 3, 4, -6])
    let split = LoneBlock.design(
      "StreamingSplit_hls",
      [
        "SIMD": .int(1), "ChannelsPerStream": .ints([1, 2]), "inputDataType": .string("BINARY"),
        "numInputVectors": .ints([2]),
      ], outputs: ["a", "b"])
    #expect(try LoneBlock.run(split, ["in0": [1, 0, 1, 0, 1, 1]]) == [[1, 0], [0, 1, 1, 1]])
    let difference = LoneBlock.design(
      "StreamingEltwise_hls",
      [
        "NumChannels": .int(2), "PE": .int(1), "inputDataType0": .string("UINT4"),
        "inputDataType1": .string("UINT4"), "eltwiseOp": .string("Sub"),
      ], inputs: ["a", "b"])
    #expect(try LoneBlock.run(difference, ["a": [3, 15], "b": [9, 0]])[0] == [-6, 15])
    let broadcast = LoneBlock.design(
      "ElementwiseMul_hls",
      [
        "lhs_dtype": .string("INT4"), "rhs_dtype": .string("INT4"), "out_dtype": .string("INT8"),
        "lhs_shape": .ints([2, 3]), "rhs_shape": .ints([2, 1]), "out_shape": .ints([2, 3]),
      ], inputs: ["a", "b"])
    #expect(
      try LoneBlock.run(broadcast, ["a": [1, 2, 3, 4, 5, 6], "b": [-2, 7]])[0] == [
        -2, -4, -6, 28, 35, 42,
      ])
  }
}
