/// Arrival and acceptance patterns from a seed: equal seeds give equal patterns.
public struct RandomStalls: Sendable {
  /// How a pattern stalls.
  public enum Style: Sendable, CaseIterable {
    /// Each cycle by itself, one in two.
    case even
    /// Long stretches of each kind.
    case bursts
  }

  private var generator: SeededGenerator

  /// Equal seeds give equal stalls.
  public init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  /// A pattern of `length` cycles, at least one of them open.
  public mutating func pattern(length: Int, style: Style) -> Pattern {
    var bits: [Bool] = []
    var open = generator.next() & 1 == 0
    while bits.count < length {
      let run = style == .even ? 1 : Int(generator.next() % 40) + 1
      bits += [Bool](repeating: open, count: min(run, length - bits.count))
      open = style == .even ? generator.next() & 1 == 0 : !open
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
