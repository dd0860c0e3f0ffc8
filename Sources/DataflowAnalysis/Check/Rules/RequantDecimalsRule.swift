/// A Requant_rtl's scale and bias must survive being written with six decimals.
enum RequantDecimalsRule: ParameterRule {
  static let info = RuleInfo(
    "SR209", "requant-decimals", .warning,
    summary: "A scale or bias of a Requant_rtl has more than six decimals.",
    reason: """
      FINN's generator writes the scales and biases of a Requant_rtl with six decimals. A scale of \
      0.00025859737 is 0.000259 in the hardware, one below 0.0000005 is 0. The generator was read; \
      simrun computes with the full number, as the block itself does when it is given one.
      """)

  static func diagnostics(_ node: ParameterFacts) -> [Diagnostic] {
    guard node.block is Requant, node.node.opType == "Requant_rtl" else { return [] }
    return ["scale", "bias"].compactMap { role in
      guard let array = node.array(role) else { return nil }
      let values = array.values.map { Float($0) }
      let coarse = values.indices.filter { Requant.written(values[$0]) != values[$0] }
      guard let first = coarse.first else { return nil }
      let others = coarse.count == 1 ? "" : ", and \(coarse.count - 1) more"
      return info.found(
        "\(role) \(values[first]) is written as \(Requant.written(values[first]))\(others)",
        node: node.node.name, at: array.place(first), numbers: ["count": coarse.count],
        advice: "scales of at most six decimals, powers of two above all; or Requant_hls")
    }
  }

  static let bad = RuleExample(
    [
      (
        "Layer", "Requant_rtl",
        [
          "NumChannels": .int(2), "PE": .int(1), "inputDataType": .string("INT20"),
          "outputDataType": .string("UINT8"), "numInputVectors": .ints([4]),
        ]
      )
    ], arrays: ["Layer": ["scale": .numbers([0.00025859737, 0.5])]])
  static let good = bad.with("Layer_scale", .numbers([0.25, 0.5]))
}
