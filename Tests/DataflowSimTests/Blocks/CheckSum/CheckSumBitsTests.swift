import DataflowSim
import SimKernels
import Testing

/// The checksum, stated by hand.
struct CheckSumBitsTests {
  @Test func checksumWeighsItems() throws {
    let design = LoneBlock.design(
      "CheckSum_hls",
      [
        "words_per_frame": .int(2), "items_per_word": .int(2), "inputDataType": .string("UINT4"),
        "folded_shape": .ints([2, 2]),
      ])
    let plane = try Dataplane(design, parameters: nil)
    let result = try plane.run(["in0": try Tensor([1, 2, 3, 4], shape: [1, 4])])
    #expect(result.streams["out0"]?.ints == [1, 2, 3, 4])
    // 1·1 + 2·2 + 3·3 + 4·1
    #expect(result.findings.first?.finding == .register(name: "checksum", value: 18))
  }
}
