/// Software writes weights into a memory of the accelerator; there must be one.
enum WritableWeightsRule: GraphRule {
  static let info = RuleInfo(
    "SR304", "writable-weights", .error,
    summary: "runtime_writeable_weights without a weight memory of its own.",
    reason: """
      runtime_writeable_weights gives the weight memory of an internal_decoupled layer an AXI-Lite \
      port. External weights come from DRAM and embedded ones are constants in the code: there is \
      nothing to write to, and FINN either refuses or leaves the port out.
      """)

  static func diagnostics(_ facts: DesignFacts) -> [Diagnostic] {
    zip(facts.design.nodes, facts.blocks).compactMap { node, block in
      guard let compute = (block as? any ComputeBlock)?.compute, compute.runtimeWriteableWeights,
        compute.memoryMode != .decoupled
      else { return nil }
      return info.found(
        "1 with mem_mode \(compute.memoryMode.rawValue)", node: node.name,
        at: "attribute 'runtime_writeable_weights'", allowed: "mem_mode internal_decoupled",
        advice: compute.memoryMode == .external
          ? "external weights are changed in DRAM: runtime_writeable_weights 0"
          : "mem_mode internal_decoupled, or runtime_writeable_weights 0")
    }
  }

  static let bad = RuleExample([
    (
      "Layer", "MVAU_hls",
      [
        "MW": .int(16), "MH": .int(4), "PE": .int(2), "SIMD": .int(4),
        "inputDataType": .string("INT4"), "weightDataType": .string("INT4"),
        "outputDataType": .string("INT12"), "noActivation": .int(1),
        "mem_mode": .string("internal_embedded"), "runtime_writeable_weights": .int(1),
      ]
    )
  ])
  static let good = bad.with("Layer", ["mem_mode": .string("internal_decoupled")])
}
