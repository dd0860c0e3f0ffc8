/// FIFOs must have a depth that their implementation has.
enum FIFODepthRule: GraphRule {
  static let info = RuleInfo(
    "SR302", "fifo-depth", .error,
    summary: "A FIFO has a depth its implementation does not offer.",
    reason: """
      FINN's shift-register FIFO holds at least 2 words, and beyond 256 it is slow to place and to \
      close timing. Vivado's axis_data_fifo (impl_style vivado) has powers of two from 16 to 32768 \
      words; FINN rounds up to one, but does not look at the limits. A deeper one builds only when \
      FINN splits it (split_large_fifos), which is a choice of the build and so a warning here.
      """)

  private static let shallowestVivado = 16

  static func diagnostics(_ facts: DesignFacts) -> [Diagnostic] {
    zip(facts.design.nodes, facts.blocks).compactMap { node, block in
      guard let fifo = block as? StreamingFIFO else { return nil }
      return found(fifo, node.name)
    }
  }

  private static func found(_ fifo: StreamingFIFO, _ name: String) -> Diagnostic? {
    let (depth, place) = (fifo.depth, "attribute 'depth'")
    switch fifo.style {
    case .rtl where depth < 2:
      return info.found(
        "a shift-register FIFO of \(depth) word\(depth == 1 ? "" : "s")", node: name, at: place,
        numbers: ["depth": depth], allowed: "at least 2")
    case .rtl where depth > StreamingFIFO.deepestRTL:
      return info.found(
        "a shift-register FIFO of \(depth) words is slow to close timing", node: name, at: place,
        severity: .warning, numbers: ["depth": depth],
        allowed: "2 to \(StreamingFIFO.deepestRTL)",
        advice: "impl_style vivado, or FINN's split_large_fifos")
    case .vivado
    where !(shallowestVivado...StreamingFIFO.deepestVivado).contains(fifo.adjustedDepth):
      let isDeep = fifo.adjustedDepth > StreamingFIFO.deepestVivado
      return info.found(
        "Vivado's FIFO does not come with \(fifo.adjustedDepth) words", node: name, at: place,
        severity: isDeep ? .warning : .error,
        numbers: ["depth": depth, "adjustedDepth": fifo.adjustedDepth],
        allowed: "\(shallowestVivado) to \(StreamingFIFO.deepestVivado)",
        advice: isDeep ? "build with split_large_fifos, or split it in two" : "impl_style rtl")
    default: return nil
    }
  }

  static let bad = RuleExample([
    (
      "FIFO", "StreamingFIFO_rtl",
      [
        "depth": .int(8), "folded_shape": .ints([1, 64, 2]), "dataType": .string("UINT4"),
        "impl_style": .string("vivado"),
      ]
    )
  ])
  static let good = bad.with("FIFO", ["depth": .int(16)])
}
