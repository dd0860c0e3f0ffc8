/// What a block itself knows that FINN's code generation refuses.
enum BuildIssueRule: GraphRule {
  static let info = RuleInfo(
    "SR306", "buildable", .warning,
    summary: "FINN's code generation would refuse a node although its attributes are well formed.",
    reason: """
      Timing and estimates of such a node exist, so simrun goes on; the build does not. Each block \
      states its own conditions; `simrun blocks OP --attributes …` shows them for one configuration.
      """)

  static func diagnostics(_ facts: DesignFacts) -> [Diagnostic] {
    zip(facts.design.nodes, facts.blocks).flatMap { node, block -> [Diagnostic] in
      // These have rules of their own.
      if block is StreamingFIFO || block is Thresholding { return [] }
      return block.buildIssues.map { info.found($0, node: node.name) }
    }
  }

  static let bad = RuleExample([
    (
      "Layer", "MVAU_rtl",
      [
        "MW": .int(16), "MH": .int(4), "PE": .int(2), "SIMD": .int(4),
        "inputDataType": .string("INT4"), "weightDataType": .string("UINT4"),
        "outputDataType": .string("INT12"), "noActivation": .int(1),
      ]
    )
  ])
  static let good = bad.with("Layer", ["weightDataType": .string("INT4")])
}
