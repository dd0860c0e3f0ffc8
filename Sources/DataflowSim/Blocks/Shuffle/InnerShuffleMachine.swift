/// InnerShuffle_rtl: two pages of memory, written in order and read transposed.
///
/// A page is one matrix, P words. A read goes through three registers and a skid buffer and meets its
/// pattern, which waits in another skid buffer, in front of a third; the output is valid 7 cycles after the
/// read. The pattern's buffer lets three reads out in six cycles.
///
/// In the development branch of April 2026 only page 0 is guarded, and only while *neither* page is complete;
/// a page counts as complete one word early. So page 1 is read as soon as page 0 has been, whatever is in
/// it (hazard `inner-shuffle-stale-page`). Later files wait for the page that is read, and count it when its
/// last word is written.
/// Source: docs/reference/development-branch.md#inner-shuffle. The queue inside the later file's memory was not seen.
struct InnerShuffleMachine: RegisterMachine {
  let geometry: InnerShuffleGeometry
  private var page: Int { geometry.page }
  /// The later file.
  let isRepaired: Bool

  /// Where the next word is written, in both pages.
  private var address = 0
  private var isComplete = (false, false)
  /// The page that is read, and its next word.
  private var current = 0
  private var index = 0
  /// Words written, for the values: what a word is made of depends on what was there when it was read.
  private var written = 0
  private var fetches = 0
  let log: CoreLog?

  private var pattern = Skid()
  private var outgoing = Skid()
  // April 2026: registers on the way from the memory, and their skid buffer.
  private var addressed = false
  private var fetched: Int?
  private var registered: Int?
  private var fetchedWords = Skid()
  // Later: reads by their age in cycles, and words in the queue behind the memory.
  private var reads: UInt8 = 0
  private var queued = 0

  init(_ geometry: InnerShuffleGeometry, isRepaired: Bool, log: CoreLog?) {
    self.geometry = geometry
    self.isRepaired = isRepaired
    self.log = isRepaired ? nil : log
  }

  var isReady: Bool { !(isComplete.0 && isComplete.1) }
  var isValid: Bool { outgoing.isValid }
  var word: CoreResult? { .read(after: outgoing.data) }

  private var waitsForPage: Bool {
    isRepaired
      ? !(current == 0 ? isComplete.0 : isComplete.1)
      : current == 0 && !isComplete.0 && !isComplete.1
  }

  mutating func clock(accepts: Bool, takes: Bool) {
    let asks = !waitsForPage && pattern.isReady
    let reads = isRepaired ? clockQueue(asks, takes) : clockRegisters(asks, takes)
    if accepts || !isRepaired {
      if address == page - 1 { isComplete.0 = true }
      if address == 2 * page - 1 { isComplete.1 = true }
    }
    if reads { advance() }
    if accepts {
      written += 1
      address = address + 1 == 2 * page ? 0 : address + 1
    }
  }

  private mutating func advance() {
    index += 1
    guard index == page else { return }
    index = 0
    if current == 0 { isComplete.0 = false } else { isComplete.1 = false }
    current = 1 - current
  }

  /// The registers behind the memory. Whether a read was issued.
  private mutating func clockRegisters(_ asks: Bool, _ takes: Bool) -> Bool {
    let moves2 = registered == nil || fetchedWords.isReady
    let moves1 = fetched == nil || moves2
    let moves0 = !addressed || moves1
    let (hasWord, hasPattern) = (fetchedWords.isValid, pattern.isValid)
    let isRoom = outgoing.isReady
    outgoing.clock(hasWord && hasPattern, fetchedWords.data, takes)
    pattern.clock(asks, 0, isRoom && hasWord)
    fetchedWords.clock(registered != nil, registered ?? 0, isRoom && hasPattern)
    if moves2 { registered = fetched }
    if moves1 {
      fetched = addressed ? written : nil
      if addressed { noteFetch() }
    }
    if moves0 { addressed = asks }
    return asks && moves0
  }

  /// Frame f is read as page f. A word is stale if one of its elements has not been written yet, or was
  /// already overwritten.
  private mutating func noteFetch() {
    if let log {
      let start = fetches / page * page
      let words = geometry.words(of: fetches % page)
      if written <= start + words.upperBound || written > start + 2 * page + words.lowerBound {
        log.strike(.stalePage)
      }
    }
    fetches += 1
  }

  /// The same with a memory that never stops and a queue behind it.
  private mutating func clockQueue(_ asks: Bool, _ takes: Bool) -> Bool {
    let (hasWord, hasPattern) = (queued > 0, pattern.isValid)
    let isRoom = outgoing.isReady
    outgoing.clock(hasWord && hasPattern, 0, takes)
    pattern.clock(asks, 0, isRoom && hasWord)
    if isRoom, hasWord, hasPattern { queued -= 1 }
    if reads & 8 != 0 { queued += 1 }
    reads = reads << 1 & 15 | (asks ? 1 : 0)
    return asks
  }

  /// With the next word to be written at the end of a page, that page counts as complete in every cycle.
  func isEndless(after words: Int) -> Bool {
    !isRepaired && (address == page - 1 || address == 2 * page - 1) && words > 4 * page
  }

  var phases: [Int] {
    [
      address, isComplete.0 ? 1 : 0, isComplete.1 ? 1 : 0, current, index, addressed ? 1 : 0,
      fetched == nil ? 0 : 1, registered == nil ? 0 : 1, Int(reads), queued,
    ] + pattern.phases + outgoing.phases + fetchedWords.phases
  }

  static func == (a: InnerShuffleMachine, b: InnerShuffleMachine) -> Bool {
    a.address == b.address && a.isComplete == b.isComplete && a.current == b.current
      && a.index == b.index && a.pattern == b.pattern && a.outgoing == b.outgoing
      && a.addressed == b.addressed && a.fetched == b.fetched && a.registered == b.registered
      && a.fetchedWords == b.fetchedWords && a.reads == b.reads && a.queued == b.queued
  }
}

/// A register slice that takes a word before it knows whether there is room: a shift register of two in
/// front of an output register.
///
/// Not ready in a cycle if the one before began with a word waiting that did not move. So it holds two or
/// three words, depending on when they come. Source: docs/reference/development-branch.md#inner-shuffle.
struct Skid: Equatable {
  private(set) var isReady = true
  /// The output register holds a word.
  private(set) var isValid = false
  private var holdsOne = false
  private var holdsTwo = false
  private var shifted = (0, 0)
  /// What comes with the word in the output register.
  private(set) var data = 0

  /// The rising edge after a cycle with or without a word offered, and with or without room behind.
  mutating func clock(_ isOffered: Bool, _ offered: Int, _ isRoom: Bool) {
    let loads = !isValid || isRoom
    let waits = holdsTwo || holdsOne
    let moves = !waits || loads
    let oldest = holdsTwo ? shifted.1 : shifted.0
    holdsOne = holdsTwo ? holdsOne : isOffered
    holdsTwo = !moves
    if isReady { shifted = (offered, shifted.0) }
    if loads { data = oldest }
    isValid = waits || !loads
    isReady = moves
  }

  var phases: [Int] {
    [(isReady ? 1 : 0) | (isValid ? 2 : 0) | (holdsOne ? 4 : 0) | (holdsTwo ? 8 : 0)]
  }

  static func == (a: Skid, b: Skid) -> Bool {
    a.isReady == b.isReady && a.isValid == b.isValid && a.holdsOne == b.holdsOne
      && a.holdsTwo == b.holdsTwo && a.data == b.data
  }
}

/// One matrix (I, J) and the words it is cut into.
struct InnerShuffleGeometry: Sendable, Equatable {
  /// Rows (I) and columns (J) of the input, elements per word.
  let rows: Int
  let columns: Int
  let simd: Int

  /// Words of the matrix.
  var page: Int { rows * columns / simd }

  /// The first and the last of the input's words that output word `index` has elements of.
  func words(of index: Int) -> ClosedRange<Int> {
    let (column, block) = index.quotientAndRemainder(dividingBy: rows / simd)
    let (top, bottom) = (block * simd, block * simd + simd - 1)
    return (top * columns + column) / simd...(bottom * columns + column) / simd
  }
}
