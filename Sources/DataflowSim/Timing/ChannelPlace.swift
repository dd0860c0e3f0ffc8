/// A place in front of, between or behind the stages that one channel stands for.
///
/// With W and R the handshakes at the two ends of the channel, those at the place are
/// ```
/// H[k] = max(W[k] + L, R[k − D] + c)
/// ```
/// where L is the latency up to there, D and c capacities and credits from there on. See ARCHITECTURE.md,
/// contraction of stages. At the front that is W, at the rear R. The first words, those that `LateStart`
/// holds back, pass no sooner besides than stages that start late let them (`Bound`).
struct ChannelPlace {
  let latency: Int
  let capacity: Int
  let credit: Int
  private let bounds: [Bound]
  /// Handshakes handed on so far, and the last of them.
  var next = 0
  var last = Cycle.never
  /// A handshake came at the limit or later, so that no further one counts.
  var isCut = false

  /// Word k, from word `words` on, passes no sooner than k cycles after `cycle`.
  private struct Bound {
    var words: Int
    var cycle: Cycle
    /// Whether the word has passed the late stage then, so that it is not even offered sooner.
    var isOffer: Bool
  }

  /// The place behind the first `end` stages.
  init(_ stages: [Stage], behind end: Int) {
    latency = stages[..<end].reduce(0) { $0 + $1.latency }
    capacity = stages[end...].reduce(0) { $0 + $1.capacity }
    credit = stages[end...].reduce(0) { $0 + $1.credit }
    bounds = stages.indices.filter { stages[$0].firstReady > 0 }
      .map { Self.bound(of: $0, at: end, stages) }
  }

  /// What stage number `late`, which takes word k no sooner than k cycles after its start, means here.
  private static func bound(of late: Int, at end: Int, _ stages: [Stage]) -> Bound {
    let start = stages[late].firstReady
    guard late > end else {
      let way = stages[late..<end].reduce(0) { $0 + $1.latency }
      return Bound(words: 0, cycle: start + way, isOffer: late < end)
    }
    // Behind the words that the stages up to there hold, each needs the place of one that has left.
    let between = stages[end..<late]
    let words = between.reduce(0) { $0 + $1.capacity }
    let credit = between.reduce(0) { $0 + $1.credit }
    return Bound(words: words, cycle: start + credit - words, isOffer: false)
  }

  /// Words that pass when `written` have come in at the front and `read` have left at the rear.
  @inline(__always) func passed(written: Int, read: Int) -> Int { min(written, read + capacity) }

  /// The handshakes here that follow from those at the ends.
  struct Times {
    private let writes: UnsafeMutablePointer<Cycle>
    private let reads: UnsafeMutablePointer<Cycle>
    private let mask: Int
    private let latency: Int
    let capacity: Int
    private let credit: Int
    /// Words of which it is known.
    let end: Int
    /// From this word on there is nothing but the formula.
    let early: Int
    private let held: [Cycle]
    private let bounds: [Bound]

    init(_ place: ChannelPlace, _ times: KeptTimes) {
      (writes, reads, mask) = (times.writes, times.reads, times.mask)
      (latency, capacity, credit) = (place.latency, place.capacity, place.credit)
      end = place.isCut ? place.next : place.passed(written: times.written, read: times.read)
      held = times.lateStart?.held ?? []
      bounds = place.bounds
      early = max(capacity, held.count)
    }

    @inline(__always) subscript(_ word: Int) -> Cycle {
      word < early ? first(word) : bulk(word)
    }

    /// Of a word from `early` on.
    @inline(__always) func bulk(_ word: Int) -> Cycle {
      max(writes[word & mask] &+ latency, reads[(word &- capacity) & mask] &+ credit)
    }

    /// When a word would be here if nothing held it up.
    @inline(__always) func arrival(_ word: Int) -> Cycle {
      word < held.count ? firstArrival(word) : writes[word & mask] &+ latency
    }

    /// Lists the handshakes of words from `word ≥ early` on, the one before being at `last`, with cycles
    /// counted from `origin`; the cycle of the last one.
    ///
    /// - Parameter offers: since when words were offered, where that does not follow from the place.
    func list(
      from word: Int, offers: UnsafeMutablePointer<Cycle>?, after last: Cycle, origin: Cycle,
      in out: UnsafeMutableBufferPointer<Handshake>
    ) -> Cycle {
      var (last, done) = (last, 0)
      while done < out.count {
        let (slot, freed) = ((word &+ done) & mask, (word &+ done &- capacity) & mask)
        // As far as neither goes round.
        let n = min(out.count - done, mask + 1 - max(slot, freed))
        let (writes, reads) = (writes + slot, reads + freed)
        for i in 0..<n {
          let arrival = writes[i] &+ latency
          let t = max(arrival, reads[i] &+ credit)
          let offered = offers.map { $0[slot &+ i] } ?? max(arrival, last &+ 1)
          out[done &+ i] = Handshake(offered: offered &+ origin, cycle: t &+ origin)
          last = t
        }
        done += n
      }
      return last
    }

    private func first(_ word: Int) -> Cycle {
      var time = (word < held.count ? held[word] : writes[word & mask]) + latency
      if word >= capacity { time = max(time, reads[(word - capacity) & mask] + credit) }
      return word < held.count ? max(time, bound(word) { _ in true }) : time
    }

    private func firstArrival(_ word: Int) -> Cycle {
      max(held[word] + latency, bound(word, where: \.isOffer))
    }

    private func bound(_ word: Int, where holds: (Bound) -> Bool) -> Cycle {
      bounds.filter { word >= $0.words && holds($0) }.map { $0.cycle + word }.max() ?? .never
    }
  }

  func times(_ times: KeptTimes) -> Times { Times(self, times) }
}
