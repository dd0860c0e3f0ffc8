/// A converter must be given whole output words.
enum PartialWordRule: GraphRule {
  static let info = RuleInfo(
    "SR106", "partial-word", .error,
    summary: "A frame is no whole number of a converter's output words.",
    reason: """
      A width converter knows no frames. What does not fill a word stays in it, is completed by the \
      next frame's first bits, and shifts every frame from then on.
      """)

  static func diagnostics(_ facts: DesignFacts) -> [Diagnostic] {
    guard let plan = facts.plan else { return [] }
    return WordCounts(plan: plan).partialWords.map { found in
      info.found(
        found.sentence, node: found.node, numbers: ["words": found.words],
        allowed: "whole output words per frame")
    }
  }

  private static let chain = RuleExample([
    (
      "Pad", "FMPadding_rtl",
      [
        "ImgDim": .ints([3, 3]), "Padding": .ints([0, 0, 0, 0]), "NumChannels": .int(1),
        "SIMD": .int(1), "inputDataType": .string("UINT4"),
      ]
    ),
    (
      "Converter", "StreamingDataWidthConverter_rtl",
      [
        "shape": .ints([1, 5, 2]), "inWidth": .int(4), "outWidth": .int(8),
        "dataType": .string("UINT4"),
      ]
    ),
  ])
  static let bad = chain
  static let good = chain.with("Pad", ["ImgDim": .ints([2, 5])])
}
