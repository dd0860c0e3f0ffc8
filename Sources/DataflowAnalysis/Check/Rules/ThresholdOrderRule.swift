/// The RTL thresholding block searches, so its thresholds must ascend.
enum ThresholdOrderRule: ParameterRule {
  static let info = RuleInfo(
    "SR202", "threshold-order", .error,
    summary: "Thresholds of a Thresholding_rtl do not ascend.",
    reason: """
      The RTL block finds its result by binary search, which only works on ascending thresholds; the \
      HLS block compares with all of them and counts, so order does not matter there. A negative scale \
      in front of a quantiser turns the order around.
      """)

  static func diagnostics(_ node: ParameterFacts) -> [Diagnostic] {
    guard let block = node.block as? Thresholding, block.isRTL,
      let array = node.array("thresholds"), let steps = array.tensor.shape.last, steps > 1
    else { return [] }
    let wrong = array.values.indices.filter { i in
      i % steps + 1 < steps && array.values[i] > array.values[i + 1]
    }
    guard let first = wrong.first else { return [] }
    let channels = Set(wrong.map { $0 / steps }).count
    let (a, b) = (Int(array.values[first]), Int(array.values[first + 1]))
    return [
      info.found(
        "\(a) is followed by \(b): the thresholds of \(channels) channel\(channels == 1 ? "" : "s") do "
          + "not ascend", node: node.node.name, at: array.place(first),
        numbers: ["channels": channels], allowed: "ascending order in every row",
        advice: "sort each row (for a negative scale: negate the layer's weights as well), or "
          + "Thresholding_hls")
    ]
  }

  static let bad = RuleExample(
    [
      (
        "Threshold", "Thresholding_rtl",
        [
          "NumChannels": .int(2), "PE": .int(1), "numSteps": .int(3),
          "inputDataType": .string("INT8"), "weightDataType": .string("INT8"),
          "outputDataType": .string("UINT2"),
        ]
      )
    ], arrays: ["Threshold": ["thresholds": .rows([[-5, 0, 7], [9, 2, -3]])]])
  static let good = bad.with("Threshold_thresholds", .rows([[-5, 0, 7], [-3, 2, 9]]))
}
