import DataflowSim
import SimKernels
import Testing

/// The bits of a crop, stated by hand.
struct CropBitsTests {
  @Test func cutsTopAndRight() throws {
    let crop = LoneBlock.design(
      "Crop_hls",
      [
        "DataType": .string("UINT8"), "ImgDim": .ints([2, 3]), "NumChannels": .int(1),
        "CropNorth": .int(1), "CropSouth": .int(0), "CropWest": .int(0), "CropEast": .int(1),
      ])
    #expect(try LoneBlock.run(crop, ["in0": [1, 2, 3, 4, 5, 6]])[0] == [4, 5])
  }
}
