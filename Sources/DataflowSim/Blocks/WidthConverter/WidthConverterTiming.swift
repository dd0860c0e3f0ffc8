/// A width converter that joins `ratio` narrow words into one.
///
/// The channel in front is the side register (capacity 1, latency 0). Piece i moves on in cycle S[i]:
/// ```
/// In[i]  = max(p(i), S[i-1] + 1)
/// S[i]   = In[i], but for the first piece of output word j: max(In[i], Out[j-1])
/// Out[j] offered from S[last piece of j] + 1
/// ```
/// Source: docs/reference/rtl-rules.md#widening.
struct WideningConverter: Process {
  static let inputStage = Stage(latency: 0, capacity: 1)

  let input: Link
  let output: Link
  let ratio: Int
  /// The first piece of a word has been taken, the others are ordered: they need no room.
  private var isJoining = false

  init(input: Link, output: Link, ratio: Int) {
    self.input = input
    self.output = output
    self.ratio = ratio
  }

  mutating func run() {
    while true {
      if isJoining {
        guard input.pointee.isOrderFilled else { return }
        output.pointee.offer(at: input.pointee.lastRead + 1)
        isJoining = false
      }
      guard input.pointee.available > 0 else {
        input.pointee.readerWaits = true
        return
      }
      guard output.pointee.isTaken else {
        output.pointee.writerWaits = true
        return
      }
      let first = max(input.pointee.offered, output.pointee.takenAt)
      input.pointee.read(at: first)
      input.pointee.order(ratio - 1, after: first)
      isJoining = true
    }
  }

  func listState(_ state: inout StateList) { state.phase(isJoining ? 1 : 0) }
}

/// A width converter that splits one wide word into `ratio` narrow ones.
///
/// Piece i = jK + k leaves the shift register in cycle M[i]; l = jK − 1 is the last piece before word j:
/// ```
/// M[i]   = max(k == 0 ? In[j] + 1 : M[i-1] + 1, Out[i-2] + 1)
/// Out[i] offered from max(M[i], Out[i-1]) + 1
/// In[j]  = M[l] if p(j) ≤ M[l], else max(p(j), Out[l-1] + 1)
/// ```
/// So the next wide word is taken in the very cycle the last piece leaves, or, when it comes later,
/// once the output side has room again. Source: docs/reference/rtl-rules.md#narrowing.
struct NarrowingConverter: Process {
  let input: Link
  let output: Link
  let ratio: Int

  /// Pieces of the current word that have left the shift register, the latest at `moved`.
  private var piece: Int
  private var moved = Cycle.never
  /// The latest piece to leave the shift register has not been offered yet.
  private var isWaiting = false
  /// Out[i−1], the handshake before the latest piece offered.
  private var takenBefore = Cycle.never
  /// In[j] of the next word, once accepted.
  private var accepted: Cycle?

  init(input: Link, output: Link, ratio: Int) {
    self.input = input
    self.output = output
    self.ratio = ratio
    piece = ratio
  }

  mutating func run() {
    while accept() || emit() {}
  }

  /// Takes the next wide word if the current one is used up.
  private mutating func accept() -> Bool {
    guard piece == ratio, accepted == nil else { return false }
    guard input.pointee.available > 0 else {
      input.pointee.readerWaits = true
      return false
    }
    let offered = input.pointee.offered
    if offered <= moved {
      accepted = moved
    } else if !isWaiting {
      accepted = max(offered, takenBefore + 1)
    } else if output.pointee.isTaken {
      accepted = max(offered, output.pointee.takenAt + 1)
    } else {
      output.pointee.writerWaits = true
      return false
    }
    input.pointee.read(at: accepted!)
    return true
  }

  private mutating func emit() -> Bool {
    if isWaiting {
      guard output.pointee.isTaken else {
        output.pointee.writerWaits = true
        return false
      }
      takenBefore = output.pointee.takenAt
      output.pointee.offer(at: max(moved, takenBefore) + 1)
      isWaiting = false
      return true
    }
    if piece == ratio {
      guard let start = accepted else { return false }
      accepted = nil
      piece = 0
      moved = start
    }
    // Here Out[i−2] is `takenBefore`: piece i−1 is offered, so its predecessor has been taken.
    moved = max(moved + 1, takenBefore + 1)
    piece += 1
    isWaiting = true
    return true
  }

  func listState(_ state: inout StateList) {
    state.phase(piece)
    state.time(moved)
    state.phase(isWaiting ? 1 : 0)
    state.time(takenBefore)
    state.phase(accepted == nil ? 0 : 1)
    if let accepted { state.time(accepted) }
  }
}

extension WidthConverter: TimedBlock {
  package func timing() -> BlockTiming {
    guard isRTL else { return hlsTiming }
    let ratio = ratio
    if ratio == 1 { return BlockTiming(body: .wire) }
    if inWidth > outWidth {
      return BlockTiming(
        least: .narrowing(ratio: ratio),
        body: .process {
          NarrowingConverter(input: $0.inputs[0], output: $0.outputs[0], ratio: ratio)
        })
    }
    return BlockTiming(
      inputStages: [[WideningConverter.inputStage]],
      body: .process {
        WideningConverter(input: $0.inputs[0], output: $0.outputs[0], ratio: ratio)
      })
  }

  /// Whole ratios are one loop. Others go through the least common multiple of the widths: one process
  /// joins input words, another splits what it makes.
  /// Source: docs/reference/hls-rules.md#two-processes.
  private var hlsTiming: BlockTiming {
    let common = leastCommonMultiple(inWidth, outWidth)
    let (joined, split) = (common / inWidth, common / outWidth)
    let groups = max(1, (inputs[0].words ?? joined) / joined)
    let group = Loop.conversion(reads: joined, writes: split)
    guard joined > 1, split > 1 else { return schedule.timing([.repeated(groups, group)]) }
    let first: [Loop] = [.repeated(groups, Loop.reduce(joined)), .run(1)]
    let second: [Loop] = [
      .repeated(groups, [.run(1, reads: 1, writes: 1), .run(split - 1, writes: 1)]), .run(1),
    ]
    return schedule.timing(
      [.repeated(groups, [.run(joined, reads: 1), .run(split, writes: 1)])],
      cycles: groups * max(joined, split) + 1
    ) {
      TwoHLSProcesses($0, first: first, second: second)
    }
  }
}

extension WidthConverter: HLSBlock {
  var hlsWork: HLSWork {
    let isWhole = inWidth % outWidth == 0 || outWidth % inWidth == 0
    return HLSWork(
      isWhole ? .wholeRatioConverter : .otherRatioConverter,
      iterations: max(inputs[0].words ?? 1, outputs[0].words ?? 1))
  }
}
