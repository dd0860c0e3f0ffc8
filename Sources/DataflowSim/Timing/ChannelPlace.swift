/// A place in front of, between or behind the stages that one channel stands for.
///
/// With W and R the handshakes at the two ends of the channel, those at the place are
/// ```
/// H[k] = max(W[k] + L, R[k − D] + c)
/// ```
/// where L is the latency up to there, D and c capacities and credits from there on. See ARCHITECTURE.md,
/// contraction of stages. At the front that is W, at the rear R.
struct ChannelPlace {
  let latency: Int
  let capacity: Int
  let credit: Int
  /// Handshakes handed on so far, and the last of them.
  var next = 0
  var last = Cycle.never
  /// A handshake came at the limit or later, so that no further one counts.
  var isCut = false

  /// The place behind the first `end` stages.
  init(_ stages: [Stage], behind end: Int) {
    latency = stages[..<end].reduce(0) { $0 + $1.latency }
    capacity = stages[end...].reduce(0) { $0 + $1.capacity }
    credit = stages[end...].reduce(0) { $0 + $1.credit }
  }

  /// Words that pass when `written` have come in at the front and `read` have left at the rear.
  @inline(__always) func passed(written: Int, read: Int) -> Int { min(written, read + capacity) }

  /// The handshakes here that follow from those at the ends.
  struct Times {
    let writes: UnsafeMutablePointer<Cycle>
    let reads: UnsafeMutablePointer<Cycle>
    let latency: Int
    let capacity: Int
    let credit: Int
    /// Words of which it is known.
    let end: Int

    @inline(__always) subscript(_ word: Int) -> Cycle {
      word < capacity ? writes[word] &+ latency : bulk(word)
    }

    /// Of a word that had to have room.
    @inline(__always) func bulk(_ word: Int) -> Cycle {
      max(writes[word] &+ latency, reads[word &- capacity] &+ credit)
    }
  }

  func times(_ writes: TimeTail, _ reads: TimeTail) -> Times {
    Times(
      writes: writes.times, reads: reads.times, latency: latency, capacity: capacity,
      credit: credit, end: isCut ? next : passed(written: writes.end, read: reads.end))
  }
}
