/// How a design is driven: frames, arrival and acceptance patterns, faults, the end of time.
///
/// File format: `simrun-scenario` version 1 (docs/formats.md#scenario).
public struct Scenario: Sendable, Equatable {
  /// Frames that each source offers unless it states `words` or is endless.
  public var frames: Int
  /// By graph input; an input without entry offers a word in every cycle.
  public var sources: [String: Source]
  /// By graph output; an output without entry is ready in every cycle.
  public var sinks: [String: Sink]
  public var faults: [Fault]
  /// The run ends here if the graph has not gone quiet; `nil`: no limit of its own.
  public var maxCycles: Int?

  /// A scenario of its parts; without any, one frame with a word in every cycle.
  public init(
    frames: Int = 1, sources: [String: Source] = [:], sinks: [String: Sink] = [:],
    faults: [Fault] = [], maxCycles: Int? = nil
  ) {
    self.frames = frames
    self.sources = sources
    self.sinks = sinks
    self.faults = faults
    self.maxCycles = maxCycles
  }

  /// What drives one graph input.
  public struct Source: Sendable, Equatable {
    /// Where 1, a *new* word may start in that cycle; it is then held until accepted.
    public var pattern: Pattern
    /// Offer this many words in all instead of the scenario's frames.
    public var words: Int?
    /// Repeat the data for ever.
    public var endless: Bool
    /// A `.npy` file, relative to the scenario file.
    public var data: String?

    /// A source of its parts; without any, a word in every cycle.
    public init(
      pattern: Pattern = .always, words: Int? = nil, endless: Bool = false, data: String? = nil
    ) {
      self.pattern = pattern
      self.words = words
      self.endless = endless
      self.data = data
    }
  }

  /// What drains one graph output.
  public struct Sink: Sendable, Equatable {
    /// Where 1, ready is high in that cycle.
    public var pattern: Pattern

    /// A sink that is ready by `pattern`.
    public init(pattern: Pattern = .always) { self.pattern = pattern }
  }
}

/// A periodic yes/no over cycles: element `t mod length` belongs to cycle `t`.
public struct Pattern: Sendable, Equatable, CustomStringConvertible {
  /// One period; never empty.
  public let bits: [Bool]

  /// Every cycle, and no cycle.
  public static let always = Pattern(bits: [true])
  public static let never = Pattern(bits: [false])

  /// A pattern of one period; an empty one counts as always.
  public init(bits: [Bool]) { self.bits = bits.isEmpty ? [true] : bits }

  /// Parses a string of `0` and `1`, e.g. `0110`. All zeros is legal and means never.
  ///
  /// Throws `InputError` naming the first other character.
  public init(_ text: String) throws {
    guard !text.isEmpty else {
      throw InputError("a pattern must not be empty", hint: "\"1\" means always, \"0\" never")
    }
    var bits: [Bool] = []
    bits.reserveCapacity(text.utf8.count)
    for (position, character) in text.enumerated() {
      guard character == "0" || character == "1" else {
        throw InputError(
          "'\(character)' at position \(position) of a pattern (allowed: 0 and 1)")
      }
      bits.append(character == "1")
    }
    self.bits = bits
  }

  /// Whether the pattern allows a word in `cycle`, from 0.
  public subscript(cycle: Int) -> Bool { bits[cycle % bits.count] }

  /// Whether it allows every cycle.
  public var isAlways: Bool { bits.allSatisfy { $0 } }
  /// Whether it allows none.
  public var isNever: Bool { !bits.contains(true) }

  public var description: String { String(decoding: bits.map { $0 ? 49 : 48 }, as: UTF8.self) }
}
