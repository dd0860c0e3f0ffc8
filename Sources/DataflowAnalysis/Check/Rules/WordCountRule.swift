/// What a writer makes per frame must be what its reader takes.
enum WordCountRule: GraphRule {
  static let info = RuleInfo(
    "SR104", "word-counts", .error,
    summary: "A stream's writer makes another number of words per frame than its reader takes.",
    reason: """
      Words have no frame marks. With too few, the reader waits for ever for the rest of its frame; \
      with too many, the rest becomes the start of the next frame, and sooner or later FIFOs fill. A \
      frequent case are external weights of a layer that reads them once per vector.
      """)

  static func diagnostics(_ facts: DesignFacts) -> [Diagnostic] {
    guard let plan = facts.plan else { return [] }
    return WordCounts(plan: plan).found.map { mismatch in
      info.found(
        mismatch.sentence, at: "stream '\(mismatch.stream)'",
        numbers: ["made": mismatch.made, "expected": mismatch.expected],
        allowed: "\(mismatch.expected) words", advice: mismatch.advice)
    }
  }

  static let bad = RuleExample([
    (
      "Pad", "FMPadding_rtl",
      [
        "ImgDim": .ints([4, 4]), "Padding": .ints([1, 1, 1, 1]), "NumChannels": .int(2),
        "SIMD": .int(2), "inputDataType": .string("UINT4"),
      ]
    ),
    (
      "Threshold", "Thresholding_rtl",
      [
        "NumChannels": .int(2), "PE": .int(2), "numSteps": .int(3),
        "inputDataType": .string("UINT4"), "weightDataType": .string("UINT4"),
        "outputDataType": .string("UINT2"), "numInputVectors": .ints([1, 8, 6]),
      ]
    ),
    (
      "Next", "FMPadding_rtl",
      [
        "ImgDim": .ints([8, 6]), "Padding": .ints([0, 0, 1, 1]), "NumChannels": .int(2),
        "SIMD": .int(2), "inputDataType": .string("UINT2"),
      ]
    ),
  ])
  static let good = bad.with("Pad", ["Padding": .ints([2, 1, 2, 1])])
}
