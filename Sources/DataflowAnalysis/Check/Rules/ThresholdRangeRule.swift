/// Every threshold must be a value of the thresholds' type.
enum ThresholdRangeRule: ParameterRule {
  static let info = RuleInfo(
    "SR201", "threshold-range", .error,
    summary: "A threshold is no value of the type the thresholds are kept in.",
    reason: """
      Thresholds are kept in weightDataType (Thresholding) or accDataType (embedded in MVAU and VVAU). \
      FINN asserts at code generation that each is a whole number of that type, and not negative where \
      the inputs are unsigned. A frequent case is the largest INT32, which float32 rounds up to 2^31.
      """)

  static func diagnostics(_ node: ParameterFacts) -> [Diagnostic] {
    guard let type = node.thresholdType, type.isInteger, let range = type.range,
      let array = node.array("thresholds")
    else { return [] }
    let bad = array.values.indices.filter { !isValue(array.values[$0], range) }
    guard let first = bad.first else { return negative(node, array) }
    let value = array.values[first]
    return [
      info.found(
        "\(text(value)) is no \(type)" + others(bad.count), node: node.node.name,
        at: array.place(first), numbers: ["count": bad.count],
        allowed: "\(range.lowerBound) to \(range.upperBound)", advice: advice(value, range))
    ]
  }

  /// FINN wants no negative threshold where no input is negative.
  private static func negative(_ node: ParameterFacts, _ array: ParameterFacts.Array)
    -> [Diagnostic]
  {
    guard let block = node.block as? Thresholding, block.inputType.isInteger,
      !block.inputType.isSigned, let first = array.values.firstIndex(where: { $0 < 0 })
    else { return [] }
    let count = array.values.count { $0 < 0 }
    return [
      info.found(
        "\(text(array.values[first])) is below every \(block.inputType)" + others(count),
        node: node.node.name, at: array.place(first), numbers: ["count": count],
        allowed: "0 or more", advice: "0 in its place gives the same results")
    ]
  }

  private static func isValue(_ value: Double, _ range: ClosedRange<Int>) -> Bool {
    value == value.rounded() && value >= Double(range.lowerBound)
      && value < Double(range.upperBound) + 1
      && Int(exactly: value).map(range.contains) == true
  }

  private static func others(_ count: Int) -> String {
    count == 1 ? "" : ", and \(count - 1) other\(count == 2 ? "" : "s")"
  }

  private static func text(_ value: Double) -> String {
    Int(exactly: value).map(String.init) ?? String(value)
  }

  private static func advice(_ value: Double, _ range: ClosedRange<Int>) -> String {
    if value != value.rounded() { return "round up: x ≥ t is x ≥ ceil(t) for whole numbers x" }
    if value == Double(range.upperBound) + 1, range.upperBound >= 1 << 24 {
      return
        "float32 cannot hold \(range.upperBound) and rounds it up to \(text(value)); a threshold "
        + "that no input reaches may be any value above the inputs"
    }
    return "a wider type, or clip the thresholds to what the inputs can reach"
  }

  static let bad = RuleExample(
    [
      (
        "Threshold", "Thresholding_hls",
        [
          "NumChannels": .int(2), "PE": .int(1), "numSteps": .int(3),
          "inputDataType": .string("INT8"), "weightDataType": .string("INT4"),
          "outputDataType": .string("UINT2"),
        ]
      )
    ], arrays: ["Threshold": ["thresholds": .rows([[-9, 0, 3], [-2, 1, 8]])]])
  static let good = bad.with("Threshold", ["weightDataType": .string("INT5")])
}
