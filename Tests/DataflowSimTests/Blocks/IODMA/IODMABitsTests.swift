import DataflowSim
import SimKernels
import Testing

/// The bits behind a DMA, stated by hand.
struct IODMABitsTests {
  /// Bytes in memory become stream words, padded bits and all.
  @Test func memoryBytesAreUnpacked() throws {
    let design = Design(
      name: "t",
      nodes: [
        Node(
          name: "dma", opType: "IODMA_hls",
          attributes: [
            "NumChannels": .int(2), "dataType": .string("UINT8"), "streamWidth": .int(16),
            "intfWidth": .int(8), "direction": .string("in"), "numInputVectors": .ints([2]),
          ], inputs: ["memory"], outputs: ["s"]),
        Node(
          name: "fifo", opType: "StreamingFIFO_rtl", attributes: ["depth": .int(2)],
          inputs: ["s"], outputs: ["t"]),
        Node(
          name: "copy", opType: "DuplicateStreams_hls",
          attributes: [
            "NumChannels": .int(6), "PE": .int(3), "NumOutputStreams": .int(2),
            "inputDataType": .string("INT3"),
          ], inputs: ["t"], outputs: ["a", "b"]),
      ], graphInputs: ["memory"], graphOutputs: ["a", "b"])
    let expected = [-4, 3, 1, -1, 0, 2]
    #expect(
      try LoneBlock.run(design, ["memory": [92, 0, 0b1000_0111, 0]]) == [expected, expected])
    #expect(try LoneBlock.run(design, ["memory": expected]) == [expected, expected])
  }
}
