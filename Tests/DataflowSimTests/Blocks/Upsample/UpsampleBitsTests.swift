import DataflowSim
import SimKernels
import Testing

/// The bits of upsampling, stated by hand.
struct UpsampleBitsTests {
  @Test func upsampling() throws {
    let square = LoneBlock.design(
      "UpsampleNearestNeighbour_hls",
      [
        "IFMDim": .int(2), "OFMDim": .int(4), "NumChannels": .int(1),
        "inputDataType": .string("UINT4"),
      ])
    #expect(
      try LoneBlock.run(square, ["in0": [1, 2, 3, 4]])[0] == [
        1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4,
      ])
    // No whole factor: the edges are repeated. I = 3, O = 5: factor 1, padding 2, one in front.
    let column = LoneBlock.design(
      "UpsampleNearestNeighbour_hls",
      [
        "IFMDim": .int(3), "OFMDim": .int(5), "NumChannels": .int(2), "DimMode": .int(1),
        "inputDataType": .string("UINT4"),
      ])
    #expect(
      try LoneBlock.run(column, ["in0": [1, 2, 3, 4, 5, 6]])[0] == [1, 2, 1, 2, 3, 4, 5, 6, 5, 6])
  }
}
