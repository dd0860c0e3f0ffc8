/// The RTL VVAU exists for Versal's DSPs alone.
enum DSP58Rule: GraphRule {
  static let info = RuleInfo(
    "SR303", "dsp58-only", .error,
    summary: "A VVAU_rtl on a part without DSP58.",
    reason: """
      The depthwise RTL core is written for the DSP58 of Versal parts. FINN's SpecializeLayers takes \
      VVAU_hls on every other part; a graph that was made for Versal, or by hand, does not build here.
      """)

  static func diagnostics(_ facts: DesignFacts) -> [Diagnostic] {
    guard let part = facts.design.part, DSPFamily(part: part) != .dsp58 else { return [] }
    return facts.design.nodes.filter { $0.opType == "VVAU_rtl" }.map { node in
      info.found(
        "VVAU_rtl needs DSP58; \(part) has \(DSPFamily(part: part).rawValue)", node: node.name,
        allowed: "Versal parts (xcvc, xcve, xcvp, xcvm)", advice: "VVAU_hls on this part")
    }
  }

  static let bad = RuleExample(
    [
      (
        "Layer", "VVAU_rtl",
        [
          "Channels": .int(8), "Dim": .ints([4, 4]), "Kernel": .ints([3, 3]), "PE": .int(4),
          "inputDataType": .string("INT4"), "weightDataType": .string("INT4"),
          "outputDataType": .string("INT16"), "noActivation": .int(1),
        ]
      )
    ], part: "xczu3eg-sbva484-1-e")
  static let good = bad.with(part: "xcvc1902-vsva2197-2MP-e-S")
}
