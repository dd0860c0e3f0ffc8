import DataflowSim
import SimKernels
import Testing

/// Copies keep their words as wide as they are.
struct DuplicateStreamsBitsTests {
  /// As many bytes are not as many bits: 9 of them are no element of 16.
  @Test func wordsOfAnotherWidthAreRefused() throws {
    let copy = LoneBlock.design(
      "DuplicateStreams_hls",
      [
        "NumChannels": .int(2), "PE": .int(1), "NumOutputStreams": .int(2),
        "inputDataType": .string("INT9"),
      ], outputs: ["a", "b"])
    let fifo = Node(
      name: "fifo", opType: "StreamingFIFO_rtl",
      attributes: [
        "depth": .int(2), "dataType": .string("INT16"), "folded_shape": .ints([1, 2, 1]),
      ], inputs: ["a"], outputs: ["c"])
    let design = Design(
      name: "t", nodes: copy.nodes + [fifo], graphInputs: ["in0"], graphOutputs: ["c", "b"])
    let error = try #require(throws: InputError.self) {
      try LoneBlock.run(design, ["in0": [1, 2]])
    }
    #expect("\(error)".contains("1 x INT9 (9 bits)") && "\(error)".contains("1 x INT16 (16 bits)"))
  }
}
