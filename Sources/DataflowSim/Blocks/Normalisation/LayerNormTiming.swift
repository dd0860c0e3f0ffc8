/// LayerNorm_rtl of FINN's development branch: two stages, first minus the mean, then divided by the
/// deviation.
///
/// Each stage s keeps the words of a vector in a bypass queue of E words until its statistic is known:
/// ```
/// In0[i]  = max(p(i), Pop0[i-E0] + 1)          In1[i] = max(I0[i] + 4, In1[i-1] + 1, Pop1[i-E1] + 1)
/// Pop[i]  = max(In[i] + 1, I[i-1])
/// N[v]    = max(S[v] + 2, N[v-1] + 1, I[last of v-1] + 1)        S: when the statistic is there
/// I[i]    = max(I[i-1] + 1, X[i-7] + 1, N[v] for the first word)  X: In1 for s = 0, Out for s = 1
/// Out[i]  offered from max(I1[i] + 5, Out[i-1] + 1)
/// ```
/// Source: docs/reference/development-branch.md#layer-norm.
struct LayerNormProcess: Process {
  let input: Link
  /// Through the stage `outputStage`, which gives the credits of stage 1.
  let output: Link
  static let outputStage = Stage(latency: 5, capacity: 7)

  /// Words of a vector (NN), and registers of the adder tree (t = 2·lg2(SIMD)).
  private let words: Int
  private let tree: Int
  private var first: Half
  private var second: Half
  private var root: InverseRoot
  /// In1 of the words stage 0 has issued and stage 1 may not have taken: at most 7.
  private var issued: Ring<Cycle>

  /// Words a vector's queues hold.
  static func depths(words: Int, simd: Int) -> [Int] {
    let base = words + 2 * simd.ceilLog2
    return [base + 7, base + 24]
  }

  init(_ ports: Ports, words: Int, simd: Int) {
    input = ports.inputs[0]
    output = ports.outputs[0]
    self.words = words
    tree = 2 * simd.ceilLog2
    let depths = Self.depths(words: words, simd: simd)
    first = Half(depth: depths[0], words: words)
    second = Half(depth: depths[1], words: words)
    root = InverseRoot(words: words)
    issued = Ring(capacity: 16, filler: 0)
  }

  mutating func run() {
    var moves = true
    while moves {
      moves = takeInput()
      moves = issueFirst() || moves
      moves = takeSecond() || moves
      moves = issueSecond() || moves
    }
  }

  private mutating func takeInput() -> Bool {
    guard let room = first.room else { return false }
    guard input.pointee.available > 0 else {
      input.pointee.readerWaits = true
      return false
    }
    let t = max(input.pointee.offered, room)
    input.pointee.read(at: t)
    if first.take(at: t) { first.statistics.append(t + tree + 4) }
    return true
  }

  /// I0; what it issues reaches stage 1 four cycles later.
  private mutating func issueFirst() -> Bool {
    // In1[i-7] gives the credit for word i.
    guard let earliest = first.nextIssue, first.issued - second.taken < 7 else { return false }
    let credit = second.taking(first.issued - 7) + 1
    issued.append(first.issue(at: max(earliest, credit)))
    return true
  }

  private mutating func takeSecond() -> Bool {
    guard !issued.isEmpty, let room = second.room else { return false }
    let t = max(issued.removeFirst() + 4, room)
    if second.take(at: t) { second.statistics.append(root.result(of: t + tree + 7)) }
    return true
  }

  private mutating func issueSecond() -> Bool {
    guard let earliest = second.nextIssue else { return false }
    guard let room = output.pointee.room else {
      output.pointee.writerWaits = true
      return false
    }
    let t = max(earliest, room)
    _ = second.issue(at: t)
    output.pointee.admit(at: t, readySince: earliest)
    return true
  }

  func deallocate() {
    first.deallocate()
    second.deallocate()
    issued.deallocate()
  }

  func listState(_ state: inout StateList) {
    first.listState(&state)
    second.listState(&state)
    root.listState(&state)
    state.phase(issued.count)
    for i in 0..<issued.count { state.time(issued[i]) }
  }

  /// One of the two stages.
  private struct Half {
    let depth: Int
    let words: Int
    /// Words taken into the bypass queue, and issued with their statistic.
    private(set) var taken = 0
    private(set) var issued = 0
    private var takenAt: [Cycle]
    private var lastIssue = Cycle.never
    private var lastStart = Cycle.never
    /// When each word left the queue, for the word `depth` later.
    private var poppedAt: [Cycle]
    private var popped = 0
    /// When the statistics of whole vectors are there, those not used yet.
    var statistics: Ring<Cycle>

    init(depth: Int, words: Int) {
      self.depth = depth
      self.words = words
      takenAt = Array(repeating: .never, count: depth + 8)
      poppedAt = Array(repeating: .never, count: depth)
      statistics = Ring(capacity: (depth + 8) / words + 2, filler: 0)
    }

    /// When word `taken` can be taken at the earliest; nil while that is not known.
    var room: Cycle? {
      guard popped > taken - depth else { return nil }
      let last = taking(taken - 1) + 1
      return taken < depth ? max(0, last) : max(last, poppedAt[taken % depth] + 1)
    }

    func taking(_ word: Int) -> Cycle { word < 0 ? .never : takenAt[word % takenAt.count] }

    /// Takes the next word; whether it ends a vector.
    mutating func take(at t: Cycle) -> Bool {
      takenAt[taken % takenAt.count] = t
      taken += 1
      pop()
      return taken % words == 0
    }

    /// When the next word is issued at the earliest, but for credits; nil while that is not known.
    var nextIssue: Cycle? {
      guard issued % words == 0 else { return lastIssue + 1 }
      guard !statistics.isEmpty else { return nil }
      return max(statistics[0] + 2, lastStart + 1, lastIssue + 1)
    }

    mutating func issue(at t: Cycle) -> Cycle {
      if issued % words == 0 {
        // The statistic is there before any credit.
        lastStart = max(statistics.removeFirst() + 2, lastStart + 1, lastIssue + 1)
      }
      lastIssue = t
      issued += 1
      pop()
      return t
    }

    /// Pop[i] = max(In[i] + 1, I[i-1]), as far as both are known.
    private mutating func pop() {
      while popped < taken, popped == issued {
        poppedAt[popped % depth] = max(taking(popped) + 1, lastIssue)
        popped += 1
      }
    }

    func deallocate() { statistics.deallocate() }

    func listState(_ state: inout StateList) {
      state.phase(taken % words)
      state.phase(taken - issued)
      state.phase(taken - popped)
      state.time(lastIssue)
      state.time(lastStart)
      // Of those taken, the ones that give the latest credits and those that are still in the queue.
      for i in max(0, min(popped, taken - words - 8))..<taken { state.time(taking(i)) }
      for i in max(0, popped - depth)..<popped { state.time(poppedAt[i % depth]) }
      for i in 0..<statistics.count { state.time(statistics[i]) }
    }
  }
}

/// When the inverse square root of each vector is there: 12 cycles after its variance, later for vectors of
/// two to eight words, which share one multiplier in turns.
private struct InverseRoot {
  let words: Int
  /// The latest admissions.
  private var admitted: [Cycle] = []

  init(words: Int) { self.words = words }

  mutating func result(of x: Cycle) -> Cycle {
    guard words >= 2, words <= 8 else { return x + 12 }
    let last = admitted.last ?? .never
    var c = max(max(x + 1, last) + 1, last + 1)
    while isBusy(c) { c += 1 }
    admitted.append(c)
    if admitted.count > 16 { admitted.removeFirst() }
    return c + 12
  }

  private func isBusy(_ c: Cycle) -> Bool {
    words == 2
      ? admitted.contains(c - 8)
      : admitted.contains { $0 > c - 12 && (c - $0) % 4 == 0 }
  }

  func listState(_ state: inout StateList) {
    state.phase(admitted.count)
    for t in admitted { state.time(t) }
  }
}
