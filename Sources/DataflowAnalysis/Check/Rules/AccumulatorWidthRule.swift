/// Sums must fit the register that holds them, whatever the input.
enum AccumulatorWidthRule: ParameterRule {
  static let info = RuleInfo(
    "SR206", "accumulator-width", .warning,
    summary: "Some input makes a sum that the accumulator cannot hold.",
    reason: """
      The extremes of a row's sum follow from its weights and the input type: every positive weight \
      meets the largest input and every negative one the smallest, or the other way round. A register \
      that does not hold them wraps, and a large positive sum becomes a negative one. It may be that no \
      real input comes near; `simrun run --input` says whether one does.
      """)

  static func diagnostics(_ node: ParameterFacts) -> [Diagnostic] {
    guard let block = node.block as? any ComputeBlock,
      case let register = block.compute.register(isRTL: block.isRTL), register.isInteger,
      let holds = register.range, let sums = extremes(block, node),
      sums.low < Double(holds.lowerBound) || sums.high > Double(holds.upperBound),
      let low = Int(exactly: sums.low), let high = Int(exactly: sums.high)
    else { return [] }
    let needed = DataType.holding(low, high)
    let name = !block.isRTL && block.compute.hasThresholds ? "accDataType" : "outputDataType"
    return [
      info.found(
        "sums reach \(low) to \(high), \(register) holds \(holds.lowerBound) to \(holds.upperBound)",
        node: node.node.name, at: "attribute '\(name)'",
        numbers: ["low": low, "high": high, "bits": register.bits, "neededBits": needed.bits],
        allowed: "\(needed) or wider",
        advice:
          "\(name) \(needed) (FINN's minimize_bit_width finds it), or train with an accumulator "
          + "bound")
    ]
  }

  /// The least and the greatest sum of any row for any input.
  private static func extremes(_ block: some ComputeBlock, _ node: ParameterFacts) -> (
    low: Double, high: Double
  )? {
    let compute = block.compute
    if case .agreements = compute.product { return (0, Double(block.taps)) }
    guard compute.inputType.isInteger, let inputs = compute.inputType.range else { return nil }
    let (least, most) = (Double(inputs.lowerBound), Double(inputs.upperBound))
    func span(_ weight: Double) -> (Double, Double) {
      let (a, b) = (weight * least, weight * most)
      return (min(a, b), max(a, b))
    }
    if compute.runtimeWriteableWeights {
      guard let weights = compute.weightType.range else { return nil }
      let (a, b) = (span(Double(weights.lowerBound)), span(Double(weights.upperBound)))
      let taps = Double(block.taps)
      return (taps * min(a.0, b.0), taps * max(a.1, b.1))
    }
    guard let array = node.array("weights"), array.values.count == block.rows * block.taps else {
      return nil
    }
    var (low, high) = (0.0, 0.0)
    for row in 0..<block.rows {
      var sum = (0.0, 0.0)
      for tap in 0..<block.taps {
        let part = span(array.values[block.weightIndex(row: row, tap: tap)])
        sum = (sum.0 + part.0, sum.1 + part.1)
      }
      (low, high) = (min(low, sum.0), max(high, sum.1))
    }
    return (low, high)
  }

  static let bad = RuleExample(
    [
      (
        "Layer", "MVAU_hls",
        [
          "MW": .int(4), "MH": .int(1), "PE": .int(1), "SIMD": .int(1),
          "inputDataType": .string("UINT4"), "weightDataType": .string("INT4"),
          "outputDataType": .string("INT8"), "noActivation": .int(1),
        ]
      )
    ], arrays: ["Layer": ["weights": .rows([[7], [5], [-4], [6]])]])
  static let good = bad.with("Layer", ["outputDataType": .string("INT10")])
}
