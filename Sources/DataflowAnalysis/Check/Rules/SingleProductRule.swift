/// A core of one product in one loop was seen to lose a result between frames.
enum SingleProductRule: GraphRule {
  static let info = RuleInfo(
    "SR305", "single-product-core", .warning,
    summary:
      "An MVAU_hls of one product per cycle and one output row, which Vitis HLS may get wrong.",
    reason: """
      With PE = SIMD = 1 Vitis HLS inlines the core into one free-running loop. A 64 × 1 layer with a \
      DSP multiplier, built with 2022.2, reset its fold counter while two iterations of the frame \
      before were still in the pipeline: frames that follow each other without a gap lost a result. \
      Seen once in generated Verilog; other versions and sizes were not looked at.
      """)

  static func diagnostics(_ facts: DesignFacts) -> [Diagnostic] {
    zip(facts.design.nodes, facts.blocks).compactMap { node, block in
      guard let core = block as? MatrixVector, !core.isRTL, core.pe == 1, core.simd == 1,
        core.mh == 1, core.mw > 1, core.compute.resType != "lut",
        core.compute.inputType.bits > 1, core.compute.weightType.bits > 1
      else { return nil }
      return info.found(
        "PE = SIMD = 1 with one output row: Vitis HLS 2022.2 was seen to lose a result between frames",
        node: node.name, numbers: ["MW": core.mw], advice: "resType lut, SIMD above 1, or MVAU_rtl")
    }
  }

  static let bad = RuleExample([
    (
      "Layer", "MVAU_hls",
      [
        "MW": .int(64), "MH": .int(1), "PE": .int(1), "SIMD": .int(1),
        "inputDataType": .string("INT8"), "weightDataType": .string("INT8"),
        "outputDataType": .string("INT32"), "noActivation": .int(1), "resType": .string("dsp"),
      ]
    )
  ])
  static let good = bad.with("Layer", ["SIMD": .int(2)])
}
