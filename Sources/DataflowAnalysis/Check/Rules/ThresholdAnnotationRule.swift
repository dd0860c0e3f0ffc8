/// FINN of early 2026 compared in the type its embedded thresholds are annotated with.
enum ThresholdAnnotationRule: GraphRule {
  static let info = RuleInfo(
    "SR207", "threshold-annotation", .warning,
    summary: "Embedded thresholds are annotated with a narrower type than the accumulator.",
    reason: """
      FINN's main branch compares embedded thresholds in accDataType, and so does simrun. FINN's \
      development branch before pull request 1561 took the annotation of the threshold tensor instead: \
      the accumulator was cut to that type before it was compared, and large sums wrapped.
      """)

  static func diagnostics(_ facts: DesignFacts) -> [Diagnostic] {
    zip(facts.design.nodes, facts.blocks).compactMap { node, block in
      guard let compute = (block as? any ComputeBlock)?.compute, compute.hasThresholds,
        let annotated = compute.annotatedThresholdType,
        annotated.bits < compute.accumulatorType.bits
      else { return nil }
      return info.found(
        "the thresholds are annotated \(annotated), the accumulator is \(compute.accumulatorType)",
        node: node.name, at: "attribute 'thresholdDataType'",
        numbers: [
          "annotatedBits": annotated.bits, "accumulatorBits": compute.accumulatorType.bits,
        ],
        allowed: "at least \(compute.accumulatorType.bits) bits",
        advice: "build with a FINN that compares in accDataType, or annotate the thresholds "
          + "\(compute.accumulatorType)")
    }
  }

  static let bad = RuleExample([
    (
      "Layer", "MVAU_hls",
      [
        "MW": .int(16), "MH": .int(4), "PE": .int(2), "SIMD": .int(4),
        "inputDataType": .string("INT4"), "weightDataType": .string("INT4"),
        "outputDataType": .string("UINT2"), "accDataType": .string("INT12"),
        "thresholdDataType": .string("INT6"),
      ]
    )
  ])
  static let good = bad.with("Layer", ["thresholdDataType": .string("INT12")])
}
