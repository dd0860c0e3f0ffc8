import FoundationEssentials

/// Valid and ready of some streams over clock cycles, as a logic analyser captured them.
public struct VCDCapture: Sendable, Equatable {
  /// One element per cycle each.
  public struct Levels: Sendable, Equatable {
    /// By cycle.
    public var valid: [Bool] = []
    public var ready: [Bool] = []

    /// Cycles in which a word moved.
    public var handshakes: [Cycle] { valid.indices.filter { valid[$0] && ready[$0] } }
  }

  /// By stream, and how many cycles were captured.
  public var streams: [String: Levels]
  public var cycles: Int
  /// Whether cycle 0 is the run's: a map says so, or the reset was seen to be released. Otherwise the capture may begin
  /// anywhere.
  public var isStartKnown = false
}

/// Which signals of a capture are the handshakes of which streams.
///
/// JSON: `{"clock": "top.clk", "first_cycle": 0, "streams": {"in0": {"valid": "top.in_tvalid",
/// "ready": "top.in_tready"}}}`; `"reset": "top.rst_n"` instead of `first_cycle`. Without `clock` every `period` time units are a cycle. A signal is
/// named by its scopes and itself, or by itself alone where that is unique.
public struct VCDMap: Sendable, Equatable {
  /// The signals of a stream.
  public struct Pair: Sendable, Equatable {
    /// By scopes and name, or by name alone.
    public var valid: String
    public var ready: String
  }

  public var clock: String?
  /// Time units per cycle when no clock is given.
  public var period: Int
  /// Cycles of the capture before cycle 0 of the design, the first that sees reset deasserted.
  public var firstCycle: Int
  /// Whether `firstCycle` was stated.
  public private(set) var statesFirstCycle = false
  public var streams: [String: Pair]
  /// A signal that resets the design: cycle 0 is the first that sees it released. Low while it resets where
  /// its name ends in n.
  public var reset: String?

  /// Whether the reset resets while it is low.
  var resetIsLow: Bool { reset?.lowercased().hasSuffix("n") ?? false }

  init(clock: String?, reset: String?, streams: [String: Pair]) {
    (self.clock, self.reset, self.streams) = (clock, reset, streams)
    (period, firstCycle) = (1, 0)
  }

  /// Reads a map. Throws `InputError` with the JSON path.
  public init(json data: Data, file: String) throws {
    do {
      let root = JSONCursor(try JSONValue(parsing: data, file: file))
      try root.requireKeys(["clock", "period", "first_cycle", "reset", "streams"])
      clock = try root.optional("clock")?.name()
      period = try root.optional("period")?.int(1...Int.largestStated) ?? 1
      let first = try root.optional("first_cycle")?.int(0...VCDReader.longest)
      (firstCycle, statesFirstCycle) = (first ?? 0, first != nil)
      reset = try root.optional("reset")?.name()
      streams = [:]
      for (name, entry) in try root.member("streams").members() {
        try entry.requireKeys(["valid", "ready"])
        streams[name] = Pair(
          valid: try entry.member("valid").name(), ready: try entry.member("ready").name())
      }
      guard !streams.isEmpty else {
        throw InputError("names no stream", at: "streams", hint: "map at least the graph inputs")
      }
    } catch let error as InputError {
      throw error.inFile(file)
    }
  }
}
