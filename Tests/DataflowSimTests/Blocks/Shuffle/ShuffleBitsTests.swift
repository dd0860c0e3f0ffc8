import DataflowSim
import SimKernels
import Testing

/// The bits of a shuffle, stated by hand.
struct ShuffleBitsTests {
  @Test func shuffleTransposes() throws {
    let design = LoneBlock.design(
      "OuterShuffle_hls",
      [
        "data_type": .string("UINT8"), "in_shape": .ints([2, 3, 2]), "out_shape": .ints([3, 2, 2]),
        "perm": .ints([1, 0, 2]), "SIMD": .int(2),
      ])
    #expect(
      try LoneBlock.run(design, ["in0": Array(0..<12)])[0] == [
        0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11,
      ])
  }
}
