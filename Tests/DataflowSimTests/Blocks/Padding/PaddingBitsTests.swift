import DataflowSim
import SimKernels
import Testing

/// The bits of both padding blocks, stated by hand.
struct PaddingBitsTests {
  @Test func spreadsPixels() throws {
    let spread = LoneBlock.design(
      "FMPadding_Pixel_hls",
      [
        "ImgDim": .ints([2, 2]), "Stride": .ints([2, 3]), "NumChannels": .int(1),
        "inputDataType": .string("INT4"),
      ])
    #expect(
      try LoneBlock.run(spread, ["in0": [1, 2, 3, 4]])[0] == [1, 0, 0, 2, 0, 0, 0, 0, 3, 0, 0, 4])
  }

  @Test func padsTopAndLeft() throws {
    let bits = LoneBlock.design(
      "FMPadding_rtl",
      [
        "ImgDim": .ints([1, 2]), "Padding": .ints([1, 1, 0, 0]), "NumChannels": .int(2),
        "inputDataType": .string("BINARY"),
      ])
    #expect(
      try LoneBlock.run(bits, ["in0": [1, 0, 1, 1]])[0] == [0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 1])
  }
}
