/// Counts of thresholds must fit the output type.
enum ThresholdCountRule: GraphRule, ParameterRule {
  static let info = RuleInfo(
    "SR203", "threshold-count", .error,
    summary: "Too many or too few thresholds for the output type.",
    reason: """
      A thresholding block puts out ActVal plus the number of thresholds reached. More than the output \
      type holds wrap around. The RTL block of FINN's main branch has one search stage per output bit: \
      it needs exactly 2^n - 1 thresholds for n bits, or 2^n - 2 with a narrow range; FINN's \
      development branch from 2026 on takes any number.
      """)

  static func diagnostics(_ facts: DesignFacts) -> [Diagnostic] {
    facts.blocks.indices.compactMap { index in
      guard let block = facts.blocks[index] as? Thresholding else { return nil }
      let node = facts.design.nodes[index]
      let place = "attribute 'numSteps'"
      // The development branch searches any number of thresholds.
      let found =
        facts.design.finnGeneration.isDevelopment ? nil : stages(block, node.name, place)
      return found
        ?? fit(
          block.steps, block.outputType, block.actVal, node.name, place,
          mayBeWider: facts.isJoined(index))
    }
  }

  /// Thresholds inside an MVAU or VVAU: their number stands in the array alone.
  static func diagnostics(_ node: ParameterFacts) -> [Diagnostic] {
    guard let compute = node.compute, compute.hasThresholds, let array = node.array("thresholds"),
      let steps = array.tensor.shape.last
    else { return [] }
    let found = fit(
      steps, compute.outputType, compute.actVal, node.node.name, "array '\(array.name)'",
      mayBeWider: node.isJoined)
    return found.map { [$0] } ?? []
  }

  private static func stages(_ block: Thresholding, _ name: String, _ place: String) -> Diagnostic?
  {
    guard block.isRTL, block.outputType.bits < 62 else { return nil }
    let full = (1 << block.outputType.bits) - 1
    guard block.steps != full, block.steps != full - 1 else { return nil }
    return info.found(
      "\(block.steps) thresholds for \(block.outputType) in the RTL block", node: name, at: place,
      numbers: ["thresholds": block.steps, "full": full],
      allowed: full > 1 ? "\(full) or \(full - 1)" : "\(full)",
      advice: block.steps > full
        ? "a wider output type, or Thresholding_hls" : "a narrower output type, or Thresholding_hls"
    )
  }

  private static func fit(
    _ steps: Int, _ type: DataType, _ bias: Int, _ name: String, _ place: String,
    mayBeWider: Bool
  ) -> Diagnostic? {
    guard type.isInteger, let range = type.range else { return nil }
    if type == .bipolar {
      guard steps != 1 else { return nil }
      return info.found(
        "\(steps) thresholds for BIPOLAR", node: name, at: place, numbers: ["thresholds": steps],
        allowed: "1", advice: "an output type of more values")
    }
    let (low, high) = (bias, bias + steps)
    guard low < range.lowerBound || high > range.upperBound else {
      return mayBeWider ? nil : tooFew(steps, type, low, high, name, place)
    }
    return info.found(
      "\(steps) thresholds and ActVal \(bias) give \(low) to \(high), \(type) holds "
        + "\(range.lowerBound) to \(range.upperBound)", node: name, at: place,
      numbers: ["thresholds": steps, "low": low, "high": high],
      allowed: "at most \(max(0, range.upperBound - bias)) thresholds",
      advice: "a wider output type, or an ActVal that fits")
  }

  /// Bits that are never used: mostly thresholds of another quantiser.
  private static func tooFew(
    _ steps: Int, _ type: DataType, _ low: Int, _ high: Int, _ name: String, _ place: String
  ) -> Diagnostic? {
    let needed = DataType.holding(low, high)
    guard needed.bits < type.bits else { return nil }
    return info.found(
      "\(steps) threshold\(steps == 1 ? "" : "s") give \(low) to \(high); \(type) has codes that never "
        + "occur", node: name, at: place, severity: .warning,
      numbers: ["thresholds": steps, "low": low, "high": high, "neededBits": needed.bits],
      advice: "\(needed) holds them; or thresholds are missing")
  }

  static let bad = RuleExample([
    (
      "Threshold", "Thresholding_rtl",
      [
        "NumChannels": .int(2), "PE": .int(1), "numSteps": .int(5),
        "inputDataType": .string("INT8"), "weightDataType": .string("INT8"),
        "outputDataType": .string("UINT2"),
      ]
    )
  ])
  static let good = bad.with("Threshold", ["numSteps": .int(3)])
}
