/// BIPOLAR is −1 and +1, however it is stored.
enum BipolarWeightsRule: ParameterRule {
  static let info = RuleInfo(
    "SR205", "bipolar-as-binary", .error,
    summary: "BIPOLAR weights are given as 0 and 1.",
    reason: """
      BIPOLAR values are -1 and +1; hardware stores -1 as 0. An array with that stored form is no \
      BIPOLAR array: taken at its word every other product is missing.
      """)

  static func diagnostics(_ node: ParameterFacts) -> [Diagnostic] {
    guard isZeroAndOne(node), let array = node.array("weights"),
      let first = array.values.firstIndex(of: 0)
    else { return [] }
    let zeros = array.values.count { $0 == 0 }
    return [
      info.found(
        "0 is no BIPOLAR; all \(array.values.count) weights are 0 or 1", node: node.node.name,
        at: array.place(first), numbers: ["zeros": zeros], allowed: "-1 and 1",
        advice: "2·w - 1, or weightDataType BINARY with binaryXnorMode 1")
    ]
  }

  /// BIPOLAR weights that are all 0 or 1, with a 0 among them.
  static func isZeroAndOne(_ node: ParameterFacts) -> Bool {
    guard node.weightType == .bipolar, let array = node.array("weights") else { return false }
    return array.values.contains(0) && array.values.allSatisfy { $0 == 0 || $0 == 1 }
  }

  static let bad = RuleExample(
    [
      (
        "Layer", "MVAU_hls",
        [
          "MW": .int(2), "MH": .int(2), "PE": .int(1), "SIMD": .int(1),
          "inputDataType": .string("BIPOLAR"), "weightDataType": .string("BIPOLAR"),
          "outputDataType": .string("UINT2"), "noActivation": .int(1),
        ]
      )
    ], arrays: ["Layer": ["weights": .rows([[1, 0], [0, 1]])]])
  static let good = bad.with("Layer_weights", .rows([[1, -1], [-1, 1]]))
}
