extension Diagnosis: CustomStringConvertible {
  public var description: String {
    switch self {
    case .referenceConstant(let value):
      (value == 0 ? "the reference is all zero" : "the reference is constantly \(value)")
        + ": a board or simulation that computed nothing, or a buffer that was never filled"
    case .hazard(let hazard, let values):
      "\(hazard.rawValue), a defect of the hardware: it changes "
        + (values == 1 ? "the value that differs" : "all \(values) values that differ")
    case .unsortedThresholds(let channels):
      "the thresholds of \(channels) channel\(channels == 1 ? "" : "s") are not ascending; the RTL block "
        + "searches and needs that, the HLS block counts and does not"
    case .cutAccumulator(let type, let bits, let isAnnotated):
      "the reference cuts the accumulator of \(bits) bits to \(type) before it compares with the "
        + "thresholds" + (isAnnotated ? ", the type the thresholds are annotated with" : "")
    case .binaryInput:
      "the reference was computed with 0 and 1 where this node's BIPOLAR input is -1 and +1"
    case .inverted: "every BIPOLAR value has the other sign"
    case .invertedChannels(let list):
      "every BIPOLAR value of channel\(list.count == 1 ? "" : "s") "
        + list.map(String.init).listed(atMost: 4)
        + " has the other sign"
    case .zeroPoint(let constant, let limits):
      "zero point: every value is \(abs(constant)) too \(constant > 0 ? "low" : "high"), as far as the range "
        + "\(limits.lowerBound)…\(limits.upperBound) lets it"
    case .zeroPointWraps(let constant, let bits):
      "zero point: every value is \(abs(constant)) too \(constant > 0 ? "high" : "low"), modulo 2^\(bits): "
        + "look at ActVal, or at what is added"
    case .roundingTie(let count):
      "rounding tie: \(count) value\(count == 1 ? "" : "s") exactly on a threshold"
    case .insideErrorZone(let count):
      "inside the float error zone: \(count) value\(count == 1 ? "" : "s") that another order of float32 "
        + "sums gives too"
    case .roundingRule(let up, let count, let border):
      "exact ties: all \(count) values lie exactly on \(border) and the design \(up ? "up (≥)" : "down"); "
        + "thresholds one \(up ? "higher" : "lower") there are right"
    case .offByOne(let up):
      "off-by-one threshold or rounding mode: all differences are one step \(up ? "up" : "down")"
    case .wrap(let width, let needed):
      "the accumulator wraps at \(width) bits; the expected values need \(needed)"
    case .saturation(let limit, let needed):
      "values saturate at \(limit); the expected values need \(needed) bits"
    case .truncation(let bits, let signed):
      "only the low \(bits) bits arrive, read as \(signed ? "signed" : "unsigned")"
    case .affine(let scale, let offset):
      "scale or zero point: expected = \(scale.legible) · actual"
        + (abs(offset) < 1e-6 ? "" : " \(offset < 0 ? "−" : "+") \(abs(offset).legible)")
    case .thresholds(let fault): fault.description
    case .bias(let channels):
      "bias missing or quantised with another scale: "
        + (channels == 1
          ? "1 channel is off by a constant" : "\(channels) channels are off by a constant each")
    case .permutation(let name): "permutation: \(name)"
    case .displaced(let rows, let columns):
      "the picture lies "
        + [
          Self.away(rows, "row", "up", "down"),
          Self.away(columns, "column", "to the left", "to the right"),
        ].compactMap(\.self).joined(separator: " and ")
        + ": padding on the wrong side, or a window that starts elsewhere"
    case .frameOrder(let order):
      "frames in another order: "
        + order.enumerated().filter { $0 != $1 }.map {
          "frame \($0) shows the reference's frame \($1)"
        }
        .listed(atMost: 3)
    case .shift(let words, let from):
      words > 0
        ? "\(words) word\(words == 1 ? "" : "s") dropped: from word \(from) on the stream runs ahead"
        : "\(-words) word\(words == -1 ? "" : "s") duplicated or stale: from word \(from) on the "
          + "stream lags"
    case .constant(let value):
      value == 0 ? "the output is all zero" : "the output is constantly \(value)"
    case .previousFrame: "every frame shows the previous frame's data"
    case .otherFrame(let frames):
      "every frame shows the data of \(abs(frames)) frame\(abs(frames) == 1 ? "" : "s") "
        + (frames > 0
          ? "later: frames are missing in front" : "earlier: frames are left over in front")
    case .unexplained: "no simple explanation fits"
    }
  }

  /// "2 rows up"; nil for none.
  private static func away(_ count: Int, _ what: String, _ ahead: String, _ behind: String)
    -> String?
  {
    count == 0 ? nil : "\(abs(count).of(what)) \(count > 0 ? ahead : behind)"
  }
}
