/// Nothing in an HLS block may be wider than HLS' widest integer.
enum HLSWidthRule: GraphRule {
  static let info = RuleInfo(
    "SR301", "hls-width", .error,
    summary: "A stream or memory word of an HLS block is wider than 8191 bits.",
    reason: """
      HLS knows integers up to 8191 bits (AP_INT_MAX_W; FINN up to 0.9 allows 32768), and FINN declares streams, weight streams and \
      memory words as one integer each. A weight word has PE · SIMD weights; it is easily the widest.
      """)

  static func diagnostics(_ facts: DesignFacts) -> [Diagnostic] {
    zip(facts.design.nodes, facts.blocks).compactMap { node, block in
      guard let (what, width) = block.tooWideForHLS else { return nil }
      return info.found(
        "\(what) is \(width) bits wide", node: node.name, numbers: ["bits": width],
        allowed: "at most \(facts.design.finnGeneration.hlsWidestWord) bits",
        advice: "lower PE or SIMD, or take the RTL block where there is one")
    }
  }

  static let bad = RuleExample([
    (
      "Layer", "MVAU_hls",
      [
        "MW": .int(512), "MH": .int(16), "PE": .int(16), "SIMD": .int(512),
        "inputDataType": .string("INT8"), "weightDataType": .string("INT8"),
        "outputDataType": .string("INT32"), "noActivation": .int(1),
      ]
    )
  ])
  static let good = bad.with("Layer", ["SIMD": .int(32)])
}
