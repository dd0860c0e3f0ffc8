import SimKernels

/// A place in front of, between or behind the stages that one channel stands for.
///
/// With W and R the handshakes at the two ends of the channel, those at the place are
/// ```
/// H[k] = max(W[k] + L, R[k − D] + c)
/// ```
/// where L is the latency up to there, D and c capacities and credits from there on. See ARCHITECTURE.md,
/// contraction of stages. At the front that is W, at the rear R. The first words, those that `LateStart`
/// holds back, pass no sooner besides than stages that start late let them (`Bound`).
///
/// Plain data, so that a copy costs nothing; the owner calls `release`.
struct ChannelPlace {
  let formula: Formula
  private let asking: Unmanaged<StreamLog>?
  /// Those of who asks.
  private let columns: UnsafeMutablePointer<HandshakeColumns>?
  private let kernel = HandshakeKernel()
  /// Whether words move here when they come into the channel.
  let isFront: Bool
  /// Handshakes handed on so far, and the last of them.
  var next = 0
  var last = Cycle.never
  /// A handshake came at the limit or later, so that no further one counts.
  var isCut = false

  /// The place behind the first `end` stages.
  init(_ stages: [Stage], behind end: Int, stream: StreamLog?) {
    formula = Formula(
      latency: stages[..<end].reduce(0) { $0 + $1.latency },
      capacity: stages[end...].reduce(0) { $0 + $1.capacity },
      credit: stages[end...].reduce(0) { $0 + $1.credit },
      start: EarlyWords(stages, behind: end).map(Unmanaged.passRetained))
    asking = stream.map(Unmanaged.passRetained)
    columns = stream?.columns
    // The word on a wire is written when it is offered.
    isFront = end == 0 && !stages.isEmpty
  }

  func release() {
    asking?.release()
    formula.start?.release()
  }

  /// What is known of the words there: nil where nobody asks.
  var stream: StreamLog? { asking?.takeUnretainedValue() }

  /// Words that pass when `written` have come in at the front and `read` have left at the rear.
  @inline(__always) func passed(written: Int, read: Int) -> Int {
    formula.passed(written: written, read: read)
  }

  /// Words of which it is known when they pass.
  @inline(__always) func end(_ times: KeptTimes) -> Int {
    isCut ? next : passed(written: times.written, read: times.read)
  }

  /// The handshakes here, by those at the ends that are noted at an address, which must stay.
  @inline(__always) func times(_ times: UnsafePointer<KeptTimes>) -> Times {
    Times(formula, times, end: end(times.pointee))
  }

  /// How handshakes at a place follow from those at the ends.
  struct Formula {
    let latency: Int
    let capacity: Int
    let credit: Int
    /// What stages that start late mean for the first words; nil: nothing. Kept alive by the place.
    fileprivate let start: Unmanaged<EarlyWords>?

    /// See `ChannelPlace.passed`.
    @inline(__always) func passed(written: Int, read: Int) -> Int { min(written, read + capacity) }

    /// The handshakes by those at the ends, as far as all have come and left.
    @inline(__always) func times(_ times: UnsafePointer<KeptTimes>) -> Times {
      Times(
        self, times, end: passed(written: times.pointee.written, read: times.pointee.read))
    }
  }

  /// Whether anybody asks what happens here.
  @inline(__always) var isAsked: Bool { asking != nil }

  /// Has what is written of handshakes here brought near the processor.
  @inline(__always) func prefetch() {
    guard let columns else { return }
    SimKernels.prefetch(columns)
    SimKernels.prefetch(UnsafeRawPointer(columns) + 64)
  }

  /// Tells who asks of handshakes here.
  @inline(__always) func tell(_ batch: HandshakeBatch) {
    asking?._withUnsafeGuaranteedRef { $0.took(batch) }
  }

  /// Tells who asks of even handshakes here.
  @inline(__always) func tell(_ run: HandshakeRun) {
    if columns?.pointee.appendIfFew(
      cycle: run.cycle, step: run.step, wait: run.wait, firstWait: run.firstWait, count: run.count)
      == true
    {
      return
    }
    asking?._withUnsafeGuaranteedRef { $0.took(run) }
  }

  /// Tells who asks of even handshakes here and the one before them.
  @inline(__always) func tell(_ word: Handshake, before run: HandshakeRun) {
    if columns?.pointee.appendIfFew(
      cycle: word.cycle, wait: word.cycle &- word.offered, thenCycle: run.cycle, step: run.step,
      wait: run.wait, firstWait: run.firstWait, count: run.count) == true
    {
      return
    }
    tell(HandshakeRun(word))
    tell(run)
  }

  /// Tells who asks of handshakes here that follow from those at the ends.
  @inline(__always) func tell(_ handshakes: PlacedHandshakes) {
    if let columns,
      kernel.appendIfFew(
        handshakes.place, after: handshakes.last, count: handshakes.count, to: &columns.pointee)
    {
      return
    }
    asking?._withUnsafeGuaranteedRef { $0.took(handshakes) }
  }

  /// The handshakes here that follow from those at the ends.
  struct Times {
    private let address: UnsafePointer<KeptTimes>
    let latency: Int
    let capacity: Int
    let credit: Int
    /// Words of which it is known.
    let end: Int
    /// From this word on there is nothing but the formula.
    let early: Int
    /// What holds for the words before; kept alive by the place.
    private let start: Unmanaged<EarlyWords>?

    @inline(__always) fileprivate init(
      _ formula: Formula, _ times: UnsafePointer<KeptTimes>, end: Int
    ) {
      address = times
      (latency, capacity, credit) = (formula.latency, formula.capacity, formula.credit)
      self.end = end
      start = formula.start
      early = formula.start == nil ? 0 : max(formula.capacity, times.pointee.held)
    }

    /// Those at the ends.
    @inline(__always) var kept: KeptTimes { _read { yield address.pointee } }

    /// A word here, whatever it is.
    subscript(_ word: Int) -> Cycle {
      let arrival = kept.write(word) &+ latency
      let freed = word &- capacity
      guard word < early, let start else { return max(arrival, kept.read(freed) &+ credit) }
      let time = max(first(word), freed >= 0 ? kept.read(freed) &+ credit : .never)
      guard word < kept.held else { return time }
      return max(time, start._withUnsafeGuaranteedRef { $0.bound(word) })
    }

    /// A word from `early` on whose times stand in their slots.
    @inline(__always) func bulk(_ word: Int) -> Cycle {
      max(came(word), room(word))
    }

    /// A word from `early` on, of a run or so few before it that its times stand in their slots.
    @inline(__always) func time(_ word: Int, orIn run: EvenWords) -> Cycle {
      let (first, freed) = (run.words.lowerBound, word &- capacity)
      let left = freed >= first ? run.read(freed) : kept.reads[freed & kept.mask]
      return max(arrival(listed: word, orIn: run), left &+ credit)
    }

    /// The same word, when it would be here if nothing held it up.
    @inline(__always) func arrival(listed word: Int, orIn run: EvenWords) -> Cycle {
      word >= run.words.lowerBound ? run.write(word) &+ latency : came(word)
    }

    /// Where the times of words from one on stand in a row, and of how many.
    @inline(__always) func slots(of word: Int) -> (place: HandshakeKernel.Place, count: Int) {
      let (slot, freed) = (word & kept.mask, (word &- capacity) & kept.mask)
      return (
        HandshakeKernel.Place(
          writes: kept.writes + slot, latency: latency, reads: kept.reads + freed, credit: credit),
        kept.mask + 1 - max(slot, freed)
      )
    }

    /// The same, as a place where words come when they come in: nothing there waits for room.
    @inline(__always) func arrivals(of word: Int) -> (place: HandshakeKernel.Place, count: Int) {
      let slot = word & kept.mask
      return (.arrivals(kept.writes + slot, latency: latency), kept.mask + 1 - slot)
    }

    /// The same, as a place where words come when there is room: all have been there for long.
    @inline(__always) func rooms(of word: Int) -> (place: HandshakeKernel.Place, count: Int) {
      let freed = (word &- capacity) & kept.mask
      return (.rooms(kept.reads + freed, credit: credit), kept.mask + 1 - freed)
    }

    /// When there is room here for a word whose times stand in their slots.
    @inline(__always) func room(_ word: Int) -> Cycle {
      kept.reads[(word &- capacity) & kept.mask] &+ credit
    }

    /// When a word whose times stand in their slots would be here if nothing held it up.
    @inline(__always) func came(_ word: Int) -> Cycle {
      kept.writes[word & kept.mask] &+ latency
    }

    /// Whether words of a run may have no room yet when they come. Those that make room left one after the other.
    func holdsUp(_ words: Range<Int>, of run: EvenWords) -> Bool {
      guard let last = words.last else { return false }
      return room(last) > run.write(words.lowerBound) &+ latency &+ words.count &- 1
    }

    /// When a word would be here if nothing held it up.
    func arrival(_ word: Int) -> Cycle {
      let time = first(word)
      guard word < kept.held, let start else { return time }
      return max(time, start._withUnsafeGuaranteedRef { $0.offer(word) })
    }

    /// When a word would be here if it met nothing but stages that hand it on.
    private func first(_ word: Int) -> Cycle {
      let time = kept.lateStart?._withUnsafeGuaranteedRef {
        word < $0.held.count ? $0.held[word] : nil
      }
      return (time ?? kept.write(word)) &+ latency
    }
  }
}

/// What stages that start late mean for the first words at a place.
private final class EarlyWords {
  /// Word k, from word `words` on, passes no sooner than k cycles after `cycle`.
  private struct Bound {
    var words: Int
    var cycle: Cycle
    /// Whether the word has passed the late stage then, so that it is not even offered sooner.
    var isOffer: Bool
  }

  private let bounds: [Bound]

  /// nil where all start at once.
  init?(_ stages: [Stage], behind end: Int) {
    bounds = stages.indices.filter { stages[$0].firstReady > 0 }
      .map { Self.bound(of: $0, at: end, stages) }
    if bounds.isEmpty { return nil }
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

  /// Word `word` passes no sooner.
  func bound(_ word: Int) -> Cycle { latest(word) { _ in true } }

  /// Word `word` is offered no sooner.
  func offer(_ word: Int) -> Cycle { latest(word, where: \.isOffer) }

  private func latest(_ word: Int, where holds: (Bound) -> Bool) -> Cycle {
    bounds.filter { word >= $0.words && holds($0) }.map { $0.cycle + word }.max() ?? .never
  }
}
