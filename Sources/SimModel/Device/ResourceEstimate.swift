/// FPGA resources of one node or of a whole design.
public struct Resources: Sendable, Equatable, Codable {
  /// Look-up tables.
  public var lut: Int
  /// Flip-flops; nil where nobody estimates them, as FINN does not.
  public var ff: Int?
  /// RAMB18 blocks.
  public var bram18: Int
  public var uram: Int
  public var dsp: Int

  /// So many of each kind.
  public init(lut: Int = 0, ff: Int? = nil, bram18: Int = 0, uram: Int = 0, dsp: Int = 0) {
    self.lut = lut
    self.ff = ff
    self.bram18 = bram18
    self.uram = uram
    self.dsp = dsp
  }

  enum CodingKeys: String, CodingKey {
    case lut = "LUT"
    case ff = "FF"
    case bram18 = "BRAM_18K"
    case uram = "URAM"
    case dsp = "DSP"
  }

  /// More of anything is beyond any device, a million times over.
  package static let mostPlausible = 1 << 44

  /// Both together.
  public static func + (a: Resources, b: Resources) -> Resources {
    /// Sums of absurd estimates end instead of overflowing.
    func sum(_ a: Int, _ b: Int) -> Int { min(a, 1 << 60) + min(b, 1 << 60) }
    return Resources(
      lut: sum(a.lut, b.lut), ff: a.ff == nil && b.ff == nil ? nil : sum(a.ff ?? 0, b.ff ?? 0),
      bram18: sum(a.bram18, b.bram18), uram: sum(a.uram, b.uram), dsp: sum(a.dsp, b.dsp))
  }

  /// What `a` has more than `b`.
  public static func - (a: Resources, b: Resources) -> Resources {
    Resources(
      lut: a.lut - b.lut, ff: a.ff.map { $0 - (b.ff ?? 0) }, bram18: a.bram18 - b.bram18,
      uram: a.uram - b.uram, dsp: a.dsp - b.dsp)
  }

  /// Whether `other` suffices for it; flip-flops count where both state them.
  public func isWithin(_ other: Resources) -> Bool {
    lut <= other.lut && bram18 <= other.bram18 && uram <= other.uram && dsp <= other.dsp
      && (ff ?? 0) <= (other.ff ?? .max)
  }
}

/// What FINN estimates for a block, and what the hardware needs where FINN's formula is wrong.
public struct ResourceEstimate: Sendable, Equatable {
  /// Exactly FINN's number.
  public var finn: Resources
  /// FINN's `BRAM_efficiency` and `URAM_efficiency`: used bits over provided bits, 1 without RAM.
  public var bramEfficiency: Double
  public var uramEfficiency: Double
  /// The corrected number; equal to `finn` where nothing is known to be wrong.
  public var corrected: Resources
  /// Why `corrected` differs.
  public var correction: String?

  /// FINN's estimate; `corrected` where its formula is known to be wrong, with the reason.
  public init(
    finn: Resources = Resources(), bramEfficiency: Double = 1, uramEfficiency: Double = 1,
    corrected: Resources? = nil, correction: String? = nil
  ) {
    self.finn = finn
    self.bramEfficiency = bramEfficiency
    self.uramEfficiency = uramEfficiency
    self.corrected = corrected ?? finn
    self.correction = correction
  }
}
