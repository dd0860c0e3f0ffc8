import DataflowSim
import SimKernels
import Testing

/// The bits of maximum pooling, stated by hand.
struct MaxPoolBitsTests {
  @Test func maximumPooling() throws {
    let ceiling: [String: AttributeValue] = [
      "ImgDim": .ints([1, 5]), "PoolDim": .ints([1, 2]), "NumChannels": .int(2), "PE": .int(1),
      "CeilMode": .int(1), "dataType": .string("INT4"),
    ]
    let values = [1, -1, 2, -2, 3, -3, -4, 4, -5, -6]
    #expect(
      try LoneBlock.run(LoneBlock.design("StreamingMaxPool_hls", ceiling), ["in0": values])[0] == [
        2, -1, 3, 4, -5, -6,
      ])
    let floor = ceiling.merging(["CeilMode": .int(0)]) { $1 }
    #expect(
      try LoneBlock.run(LoneBlock.design("StreamingMaxPool_hls", floor), ["in0": values])[0] == [
        2, -1, 3, 4,
      ])
    let bipolar = ceiling.merging(["dataType": .string("BIPOLAR"), "CeilMode": .int(0)]) { $1 }
    #expect(
      try LoneBlock.run(
        LoneBlock.design("StreamingMaxPool_hls", bipolar),
        ["in0": [1, -1, -1, -1, -1, -1, -1, 1, 1, 1]])[0]
        == [1, -1, -1, 1])
  }
}
