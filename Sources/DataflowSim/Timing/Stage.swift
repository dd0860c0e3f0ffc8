/// A clock cycle. Cycle 0 is the first rising edge that sees reset deasserted.
public typealias Cycle = Int

extension Cycle {
  /// "Has not happened": earlier than any cycle, with room to add constants.
  package static let never = -(1 << 60)
}

/// What sits between the writer and the reader of a channel.
///
/// A stage accepts word *k* at `W[k]` and hands it on at `R[k]`, with
/// ```
/// W[k] = max(offered, W[k-1] + 1, R[k-capacity] + credit, firstReady)
/// R[k] ≥ max(W[k] + latency, R[k-1] + 1)
/// ```
/// A shift-register FIFO of depth D is `(latency 1, capacity D, credit 1)`; a pipeline of credit-counted
/// stages such as Thresholding_rtl is the same with a longer latency.
public struct Stage: Sendable, Equatable {
  /// Cycles from accepting a word to offering it.
  public var latency: Int
  /// Words held.
  public var capacity: Int
  /// Cycles from handing a word on to accepting one in its place.
  public var credit: Int
  /// First cycle after reset in which it accepts a word.
  public var firstReady: Cycle
  /// Whether this is a FIFO of the design, whose occupancy is to be reported.
  public var isFIFO: Bool
  /// Of stages made one: the capacity of all but the last.
  private(set) var upstreamCapacity = 0
  /// Of stages made one: those that accept nothing yet when a word may reach them, in flow order.
  private(set) var lateStarts: [LateStart] = []
  /// Word k comes out as if it had gone in k cycles after this one, or later.
  private(set) var entry: Cycle

  /// A stage among those made one that starts late.
  struct LateStart: Sendable, Equatable {
    /// Words that the stages before it hold: these may come in all the same.
    var words: Int
    /// The first cycle with room for another.
    var room: Cycle
  }

  /// A stage of its parts.
  public init(
    latency: Int, capacity: Int, credit: Int = 1, firstReady: Cycle = 0, isFIFO: Bool = false
  ) {
    self.latency = latency
    self.capacity = capacity
    self.credit = credit
    self.firstReady = firstReady
    self.isFIFO = isFIFO
    entry = firstReady
  }

  /// Whether a word per cycle flows through when nothing blocks. Only such stages may be merged.
  var sustainsOneWordPerCycle: Bool { capacity >= latency + credit }

  /// Whether this stage and `next` behind it are the same as their sum. Both must sustain a word per
  /// cycle: the handshake between them is then never the tightest constraint on either end.
  /// The handshakes between them follow from those at the ends (`ChannelPlace`).
  func merges(with next: Stage) -> Bool {
    sustainsOneWordPerCycle && next.sustainsOneWordPerCycle
  }

  private func startsLate(behind stage: Stage) -> Bool {
    firstReady > stage.firstReady + stage.latency
  }

  /// Two stages in a row as one, where they merge.
  ///
  /// Between them word k passes at M[k], no sooner than k cycles after the second stage starts. So it
  /// leaves no sooner than k cycles and the second latency later (`entry`); and a word that finds the first
  /// stage full comes in no sooner than a word has left that one (`lateStarts`).
  static func + (a: Stage, b: Stage) -> Stage {
    var sum = Stage(
      latency: a.latency + b.latency, capacity: a.capacity + b.capacity,
      credit: a.credit + b.credit, firstReady: a.firstReady)
    sum.upstreamCapacity = a.capacity + b.upstreamCapacity
    sum.entry = max(a.entry, b.entry - a.latency)
    sum.lateStarts = a.lateStarts
    if b.startsLate(behind: a) {
      sum.lateStarts.append(LateStart(words: a.capacity, room: b.firstReady + a.credit))
    }
    sum.lateStarts += b.lateStarts.map {
      LateStart(words: a.capacity + $0.words, room: $0.room + a.credit)
    }
    return sum
  }
}
