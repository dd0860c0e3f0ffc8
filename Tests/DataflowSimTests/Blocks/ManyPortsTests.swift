import DataflowSim
import Testing

/// Blocks of many streams: as many as a loop can name, and no more.
@Suite struct ManyPortsTests {
  private func concat(_ count: Int, isFolded: Bool) -> Design {
    let streams = (0..<count).map { "in\($0)" }
    let list = AttributeValue.ints(Array(repeating: 2, count: count))
    let attributes: [String: AttributeValue] =
      isFolded
      ? [
        "ChannelsPerStream": list, "SIMD": .int(2),
        "inputDataTypes": .strings(Array(repeating: "INT4", count: count)),
        "numInputVectors": .ints([1, 3]),
      ]
      : [
        "ElemsPerStream": list, "inputDataType": .string("INT4"), "numInputVectors": .ints([1, 3]),
      ]
    return Design(
      name: "many",
      nodes: [
        Node(
          name: "Concat", opType: "StreamingConcat_hls", attributes: attributes, inputs: streams,
          outputs: ["out"])
      ], graphInputs: streams, graphOutputs: ["out"])
  }

  @Test(arguments: [2, 31, 32], [true, false])
  func everyInputIsRead(count: Int, isFolded: Bool) throws {
    let steady = try Simulation(Plan(concat(count, isFolded: isFolded))).steadyState()
    #expect(steady?.isProven == true)
  }

  @Test(arguments: [true, false]) func moreAreRefused(isFolded: Bool) {
    let text = inputError { _ = try Plan(concat(33, isFolded: isFolded)) }
    #expect(text.contains("32 inputs that are simulated"), "\(text)")
  }
}
