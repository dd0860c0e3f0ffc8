/// DSP generation of a part; it decides compute cores and their cost.
public enum DSPFamily: String, Sendable, Codable, CaseIterable {
  case dsp48e1 = "DSP48E1"
  case dsp48e2 = "DSP48E2"
  case dsp58 = "DSP58"

  /// The family of an FPGA part by FINN's rule: xcvc/xcve/xcvp/xcvm/xqvc/xqvm/xqrvc are Versal
  /// (DSP58), `xc7…` is 7-series (DSP48E1), everything else UltraScale(+) (DSP48E2).
  public init(part: String) {
    let p = part.lowercased()
    if ["xcvc", "xcve", "xcvp", "xcvm", "xqvc", "xqvm", "xqrvc"].contains(where: p.hasPrefix) {
      self = .dsp58
    } else if p.dropFirst(2).first == "7" {
      self = .dsp48e1
    } else {
      self = .dsp48e2
    }
  }

  /// Bits of both factors of a slice's multiplier, signed.
  package var multiplierWidths: (wide: Int, narrow: Int) {
    switch self {
    case .dsp48e1: (25, 18)
    case .dsp48e2: (27, 18)
    case .dsp58: (27, 24)
    }
  }
}

extension Design {
  /// The DSP generation of the design's part; UltraScale+ where it names none.
  public var dspFamily: DSPFamily { DSPFamily(part: part ?? "") }
}
