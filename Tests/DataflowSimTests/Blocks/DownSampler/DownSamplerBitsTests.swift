import DataflowSim
import SimKernels
import Testing

/// The bits of a down-sampler, stated by hand.
struct DownSamplerBitsTests {
  @Test func keepsEverySecondRow() throws {
    let rows = LoneBlock.design(
      "DownSampler_hls",
      [
        "ImgDim": .int(5), "NumChannels": .int(1), "Stride": .int(2), "is1D": .int(1),
        "inputDataType": .string("INT4"),
      ])
    #expect(try LoneBlock.run(rows, ["in0": [1, 2, 3, 4, -5]])[0] == [1, 3, -5])
  }
}
