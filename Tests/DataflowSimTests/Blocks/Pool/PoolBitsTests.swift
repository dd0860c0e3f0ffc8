import DataflowSim
import SimKernels
import Testing

/// The bits of pooling over windows, stated by hand.
struct PoolBitsTests {
  @Test func averagePoolingShifts() throws {
    let design = LoneBlock.design(
      "Pool_hls",
      [
        "Channels": .int(2), "PE": .int(1), "KernelSize": .ints([2, 2]),
        "OutImgDims": .ints([1, 1]),
        "Function": .string("QuantAvgPool"), "InputDataType": .string("INT4"),
        "OutputDataType": .string("INT4"), "AccumBits": .int(6), "Size": .int(2),
      ])
    // Channel by channel; −5 >> 2 is −2, and the shift rounds down.
    #expect(try LoneBlock.run(design, ["in0": [-1, -2, -1, -1, 7, 7, 7, 6]])[0] == [-2, 6])
    let narrow = LoneBlock.design(
      "Pool_hls",
      [
        "Channels": .int(1), "PE": .int(1), "KernelSize": .ints([2, 2]),
        "OutImgDims": .ints([1, 1]),
        "Function": .string("QuantAvgPool"), "InputDataType": .string("UINT4"),
        "OutputDataType": .string("UINT4"), "AccumBits": .int(5), "Size": .int(1),
      ])
    // 45 wraps to 13 in five bits.
    #expect(try LoneBlock.run(narrow, ["in0": [15, 15, 15, 0]])[0] == [6])
  }
}
