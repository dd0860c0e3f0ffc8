/// Both ends of a stream must have words of as many bits.
enum StreamWidthsRule: GraphRule {
  static let info = RuleInfo(
    "SR102", "stream-widths", .warning,
    summary:
      "A stream's two ends have words of different width, in a graph that has its converters.",
    reason: """
      FINN's InsertDWC puts a converter wherever the two ends of a stream differ in width. Before that \
      step no graph has any, and simrun adds them all. Here some are there and this one is missing, \
      mostly because PE or SIMD were changed afterwards; Vivado then joins ports of different width \
      and drops bits. simrun simulates the converter that should be there.
      """)

  static func diagnostics(_ facts: DesignFacts) -> [Diagnostic] {
    let converters = facts.blocks.count { $0 is WidthConverter }
    guard converters > facts.bridged.count else { return [] }
    return facts.graph.streams.compactMap { stream in
      guard facts.bridged.contains(stream.name), let writer = stream.writer,
        let converter = stream.reader?.node, let out = facts.design.nodes[converter].outputs.first,
        let reader = facts.graph[out].reader, let from = facts.port(writtenBy: writer)?.width,
        let to = facts.port(readBy: reader)?.width
      else { return nil }
      return info.found(
        "takes words of \(to) bits, \(facts.label(writer.node)) writes words of \(from); no converter "
          + "stands between them",
        node: facts.name(reader.node), at: "stream '\(stream.name)'",
        numbers: ["writerBits": from, "readerBits": to],
        advice:
          "fold before InsertDWC, or add a StreamingDataWidthConverter from \(from) to \(to) bits")
    }
  }

  private static let threshold: [String: AttributeValue] = [
    "NumChannels": .int(8), "PE": .int(2), "numSteps": .int(3), "inputDataType": .string("UINT4"),
    "weightDataType": .string("UINT4"), "outputDataType": .string("UINT2"),
    "numInputVectors": .ints([1, 4, 4]),
  ]
  private static let padding: [String: AttributeValue] = [
    "ImgDim": .ints([4, 4]), "Padding": .ints([1, 1, 1, 1]), "NumChannels": .int(8),
    "SIMD": .int(8), "inputDataType": .string("UINT2"),
  ]
  static let bad = RuleExample([
    ("Threshold", "Thresholding_hls", threshold),
    (
      "Converter", "StreamingDataWidthConverter_rtl",
      [
        "shape": .ints([1, 4, 4, 8]), "inWidth": .int(4), "outWidth": .int(8),
        "dataType": .string("UINT2"),
      ]
    ),
    ("Pad", "FMPadding_rtl", padding),
  ])
  static let good = bad.with("Converter", ["outWidth": .int(16)])
}
