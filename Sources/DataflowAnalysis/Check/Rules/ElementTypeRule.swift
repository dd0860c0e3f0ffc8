/// Both ends of a stream must mean the same by an element.
enum ElementTypeRule: GraphRule {
  static let info = RuleInfo(
    "SR101", "element-type", .error,
    summary: "A stream's two ends have different element types.",
    reason: """
      A stream carries bits. If its writer packs UINT4 and its reader takes UINT8, a word holds twice \
      as many elements for one as for the other: the reader waits for words that never come, or two \
      elements are read as one. With as many bits but another sign, large values come out negative. \
      Nothing in the hardware notices. One-bit types and byte-moving DMAs are left out.
      """)

  static func diagnostics(_ facts: DesignFacts) -> [Diagnostic] {
    facts.connections.compactMap { connection in
      guard let writer = facts.port(writtenBy: connection.writer)?.dataType,
        let reader = facts.port(readBy: connection.reader)?.dataType,
        !movesBytes(facts.blocks[connection.writer.node]),
        !movesBytes(facts.blocks[connection.reader.node]), differs(writer, reader)
      else { return nil }
      let (from, to) = (facts.label(connection.writer.node), facts.name(connection.reader.node))
      return info.found(
        "takes \(text(reader)), but \(from) writes \(text(writer))", node: to,
        at: "stream '\(connection.stream)'",
        numbers: ["writerBits": writer.bits, "readerBits": reader.bits],
        allowed: "\(writer) at both ends",
        advice: "state \(writer) as input type of \(to), or \(reader) as output type of "
          + facts.name(connection.writer.node))
    }
  }

  private static func movesBytes(_ block: any Block) -> Bool {
    block is IODMA || block is TLastMarker || block is CheckSum
  }

  private static func text(_ type: DataType) -> String {
    "\(type) (\(type.bits) bit\(type.bits == 1 ? "" : "s"))"
  }

  private static func differs(_ a: DataType, _ b: DataType) -> Bool {
    if a.bits != b.bits { return true }
    if a.bits == 1 { return false }
    if a.isInteger, b.isInteger { return a.isSigned != b.isSigned }
    return a != b
  }

  static let bad = RuleExample([
    (
      "Threshold", "Thresholding_hls",
      [
        "NumChannels": .int(8), "PE": .int(2), "numSteps": .int(15),
        "inputDataType": .string("INT8"), "weightDataType": .string("INT8"),
        "outputDataType": .string("UINT4"), "numInputVectors": .ints([1, 4, 4]),
      ]
    ),
    (
      "Pad", "FMPadding_rtl",
      [
        "ImgDim": .ints([4, 4]), "Padding": .ints([1, 1, 1, 1]), "NumChannels": .int(8),
        "SIMD": .int(2), "inputDataType": .string("UINT8"),
      ]
    ),
  ])
  static let good = bad.with("Pad", ["inputDataType": .string("UINT4")])
}
