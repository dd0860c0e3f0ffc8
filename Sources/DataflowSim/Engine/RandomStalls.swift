/// Arrival and acceptance patterns from a seed: equal seeds give equal patterns (SplitMix64).
public struct RandomStalls: Sendable {
  /// How a pattern stalls.
  public enum Style: Sendable, CaseIterable {
    /// Each cycle by itself, one in two.
    case even
    /// Long stretches of each kind.
    case bursts
  }

  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  private mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A pattern of `length` cycles, at least one of them open.
  public mutating func pattern(length: Int, style: Style) -> Pattern {
    var bits: [Bool] = []
    var open = next() & 1 == 0
    while bits.count < length {
      let run = style == .even ? 1 : Int(next() % 40) + 1
      bits += [Bool](repeating: open, count: min(run, length - bits.count))
      open = style == .even ? next() & 1 == 0 : !open
    }
    if !bits.contains(true) { bits[0] = true }
    return Pattern(bits: bits)
  }

  /// `base` with patterns at the borders of `design`.
  ///
  /// The lengths of the patterns are primes, so that they do not fall in step with frames.
  public mutating func scenario(
    for design: Design, base: Scenario = Scenario(), style: Style, sources: Bool = true,
    sinks: Bool = true
  ) -> Scenario {
    var scenario = base
    if sources {
      for name in design.graphInputs {
        scenario.sources[name, default: .init()].pattern = pattern(length: 499, style: style)
      }
    }
    if sinks {
      for name in design.graphOutputs {
        scenario.sinks[name, default: .init()].pattern = pattern(length: 503, style: style)
      }
    }
    return scenario
  }
}
