/// Every weight must be a value of the weights' type.
enum WeightRangeRule: ParameterRule {
  static let info = RuleInfo(
    "SR204", "weight-range", .error,
    summary: "A weight is no value of weightDataType.",
    reason: """
      Weights are packed into weightDataType. One that does not fit loses its upper bits without a \
      word: 9 in INT4 becomes -7. Fractions mean that a scale was not absorbed.
      """)

  static func diagnostics(_ node: ParameterFacts) -> [Diagnostic] {
    guard let type = node.weightType, type.isInteger, let range = type.range,
      let array = node.array("weights"), !BipolarWeightsRule.isZeroAndOne(node)
    else { return [] }
    let bad = array.values.indices.filter { i in
      guard let value = Int(exactly: array.values[i]) else { return true }
      return !type.contains(value)
    }
    guard let first = bad.first else { return [] }
    let value = array.values[first]
    let others = bad.count == 1 ? "" : ", and \(bad.count - 1) other\(bad.count == 2 ? "" : "s")"
    return [
      info.found(
        "\(Int(exactly: value).map(String.init) ?? String(value)) is no \(type)\(others)",
        node: node.node.name, at: array.place(first), numbers: ["count": bad.count],
        allowed: type == .bipolar ? "-1 and 1" : "\(range.lowerBound) to \(range.upperBound)",
        advice: value == value.rounded()
          ? "a wider weightDataType, or clip the weights before export"
          : "absorb the scale: FINN's streamlining leaves whole numbers")
    ]
  }

  static let bad = RuleExample(
    [
      (
        "Layer", "MVAU_hls",
        [
          "MW": .int(2), "MH": .int(2), "PE": .int(1), "SIMD": .int(1),
          "inputDataType": .string("INT4"), "weightDataType": .string("INT4"),
          "outputDataType": .string("INT9"), "noActivation": .int(1),
        ]
      )
    ], arrays: ["Layer": ["weights": .rows([[1, 9], [-3, 2]])]])
  static let good = bad.with(
    "Layer",
    [
      "weightDataType": .string("INT5"), "outputDataType": .string("INT10"),
    ])
}
