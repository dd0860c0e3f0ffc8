/// A converter between widths that do not divide each other goes through their common multiple.
enum WideConverterRule: GraphRule {
  static let info = RuleInfo(
    "SR105", "wide-converter", .error,
    summary: "A width converter goes through words of thousands of bits.",
    reason: """
      Where neither width divides the other, FINN converts to the least common multiple of both and \
      back. HLS refuses words above 8191 bits (FINN up to 0.9: 32768), and from about 2000 bits on registers and multiplexers \
      of the converter cost more than the layers beside it and do not meet the clock.
      """)

  /// Common multiples from here on are worth a warning.
  private static let wide = 2048

  static func diagnostics(_ facts: DesignFacts) -> [Diagnostic] {
    let widest = facts.design.finnGeneration.hlsWidestWord
    return zip(facts.design.nodes, facts.blocks).compactMap { node, block in
      guard let converter = block as? WidthConverter,
        converter.inWidth % converter.outWidth != 0, converter.outWidth % converter.inWidth != 0
      else { return nil }
      let middle = leastCommonMultiple(converter.inWidth, converter.outWidth)
      guard middle >= wide else { return nil }
      let lut = converter.resources(on: .dsp48e2).finn.lut
      return info.found(
        "goes from \(converter.inWidth) to \(converter.outWidth) bits through \(middle) bits",
        node: node.name, severity: middle > widest ? .error : .warning,
        numbers: [
          "inWidth": converter.inWidth, "outWidth": converter.outWidth, "middle": middle,
          "LUT": lut,
        ],
        allowed: "at most \(widest) bits",
        advice: "fold the layers beside it so that one width divides the other")
    }
  }

  static let bad = RuleExample([
    (
      "Converter", "StreamingDataWidthConverter_hls",
      [
        "shape": .ints([1, 17_472]), "inWidth": .int(728), "outWidth": .int(672),
        "dataType": .string("UINT8"),
      ]
    )
  ])
  static let good = bad.with("Converter", ["inWidth": .int(336)])
}
