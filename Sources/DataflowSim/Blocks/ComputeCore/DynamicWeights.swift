/// The double buffer between a stream of weight matrices and an MVU (`dynamic_input`, development branch).
///
/// A matrix arrives row by row, MH/PE words each; it is used for `repeats` vectors. While one buffer is read
/// the next matrix is written to the other; a tile is read as soon as its rows are there, in the first fold
/// even before the matrix is complete.
///
/// The reader advances only in cycles in which the core could take a slot (`advance`). A read appears three
/// such cycles later; a cycle without a readable tile leaves a bubble, which is not squeezed out.
/// Source: docs/reference/development-branch.md#dynamic-weights.
struct DynamicWeights {
  private let input: Link
  /// Tiles of a matrix (SF·NF), those of a fold (SF), and words per fold of rows (SIMD·NF).
  private let tiles: Int
  private let synapseFold: Int
  private let groupWords: Int
  /// Vectors per matrix.
  private let repeats: Int

  // The writer.
  private var writing = 0
  private var word = 0
  /// When the writer may take the matrix's first word; nil: when the reader leaves the buffer.
  private var startsAt: Cycle? = 0
  /// By buffer and fold of rows, when its last word came; `.max`: not yet.
  private var groupAt: [[Cycle]]

  // The reader.
  private var reading = 0
  private var tile = 0
  private var repetition = 0
  /// When it came to the buffer it is in.
  private var enteredAt = 0

  /// The last three ready cycles and, once it is known, whether a tile was read in them.
  private var pipeline: [(cycle: Cycle, isRead: Bool?)] = []

  init(input: Link, synapseFold: Int, neuronFold: Int, simd: Int, repeats: Int) {
    self.input = input
    tiles = synapseFold * neuronFold
    self.synapseFold = synapseFold
    groupWords = simd * neuronFold
    self.repeats = repeats
    groupAt = Array(repeating: Array(repeating: .max, count: synapseFold), count: 2)
  }

  /// Whether a weight is valid in the ready cycle `cycle`, which comes after all before; nil while that
  /// depends on weight words that are not known yet.
  mutating func advance(at cycle: Cycle) -> Bool? {
    update()
    var isValid = false
    if pipeline.count == 3 {
      guard let isRead = pipeline[0].isRead else {
        input.pointee.readerWaits = true
        return nil
      }
      isValid = isRead
      pipeline.removeFirst()
    }
    pipeline.append((cycle, nil))
    update()
    return isValid
  }

  /// Takes weight words and decides reads as far as both are known.
  mutating func update() {
    repeat { takeWords() } while decideReads()
  }

  private mutating func takeWords() {
    while let start = startsAt {
      guard input.pointee.available > 0 else {
        input.pointee.readerWaits = true
        return
      }
      let t = max(input.pointee.offered, start)
      input.pointee.read(at: t)
      word += 1
      guard word % groupWords == 0 else { continue }
      groupAt[writing % 2][word / groupWords - 1] = t
      if word == synapseFold * groupWords { finishMatrix() }
    }
  }

  /// The matrix is complete. The other buffer is free if the reader is in this one.
  private mutating func finishMatrix() {
    startsAt = nil
    if reading == writing { startNext() }
  }

  private mutating func startNext() {
    let completed = groupAt[writing % 2][synapseFold - 1]
    startsAt = enteredAt <= completed ? completed + 1 : enteredAt + 1
    writing += 1
    word = 0
    groupAt[writing % 2] = Array(repeating: .max, count: synapseFold)
  }

  /// Decides the oldest open reads; whether that has let the writer go on.
  private mutating func decideReads() -> Bool {
    for i in pipeline.indices where pipeline[i].isRead == nil {
      guard let isRead = isReadable(in: pipeline[i].cycle) else { return false }
      pipeline[i].isRead = isRead
      if isRead, next(after: pipeline[i].cycle) { return true }
    }
    return false
  }

  /// Moves on to the next tile; whether that frees a buffer for a writer that waits.
  private mutating func next(after cycle: Cycle) -> Bool {
    tile += 1
    guard tile == tiles else { return false }
    tile = 0
    repetition += 1
    guard repetition == repeats else { return false }
    repetition = 0
    reading += 1
    enteredAt = cycle + 1
    guard startsAt == nil, writing == reading else { return false }
    startNext()
    return true
  }

  /// Whether the next tile can be read in `cycle`; nil: not known yet.
  private func isReadable(in cycle: Cycle) -> Bool? {
    let needed = min(tile, synapseFold - 1)
    let at = groupAt[reading % 2][needed]
    guard at == .max else { return at < cycle }
    // The writer is in this matrix; the word that is missing comes no sooner than those before it allow.
    let missing = (needed + 1) * groupWords - word
    let soonest = max(startsAt ?? 0, input.pointee.lastRead + 1) + missing - 1
    return soonest >= cycle ? false : nil
  }

  func listState(_ state: inout StateList) {
    state.phase(writing - reading)
    state.phase(writing % 2)
    state.phase(word)
    state.phase(tile)
    state.phase(repetition)
    state.phase(startsAt == nil ? 0 : 1)
    state.time(startsAt ?? .never)
    state.time(enteredAt)
    for group in groupAt.joined() {
      state.phase(group == .max ? 0 : 1)
      state.time(group == .max ? .never : group)
    }
    state.phase(pipeline.count)
    for read in pipeline {
      state.time(read.cycle)
      state.phase(read.isRead.map { $0 ? 1 : 0 } ?? 2)
    }
  }
}

/// An MVU whose weights come through `DynamicWeights`, slot by slot.
struct DynamicCore<Core: CorePipeline>: Process {
  let input: Link
  let synapseFold: Int
  let neuronFold: Int
  var core: Core
  private var weights: DynamicWeights
  private var fold = 0
  private var position = 0
  /// When the slot's word is in the output register of the replay buffer.
  private var readAt: Cycle?
  /// The first cycle that the current slot has not tried.
  private var untried = 0

  init(input: Link, weights: DynamicWeights, synapseFold: Int, neuronFold: Int, core: Core) {
    self.input = input
    self.weights = weights
    self.synapseFold = synapseFold
    self.neuronFold = neuronFold
    self.core = core
  }

  var readsAhead: Bool { true }
  var needsSilence: Bool { core.needsSilence }
  var losesPace: Bool { core.losesPace }
  var waitsForSilence: Cycle? { core.waitsForSilence }
  mutating func assumeSilence(before t: Cycle) { core.assumeSilence(before: t) }

  @specialized(where Core == DotProductCore)
  @specialized(where Core == LockedCore)
  mutating func run() {
    repeat {
      _ = core.settle()
      weights.update()
    } while step()
  }

  private mutating func step() -> Bool {
    while true {
      guard let ready = activation() else { return false }
      guard let cycle = core.enabled(max(ready, untried)) else { return core.settle() }
      guard let isValid = weights.advance(at: cycle) else { return false }
      untried = cycle + 1
      guard isValid else { continue }
      core.fire(1, from: cycle, ready: ready)
      if neuronFold == 1 { input.pointee.read(at: cycle) }
      readAt = nil
      position += 1
      if position == synapseFold {
        position = 0
        fold = fold + 1 == neuronFold ? 0 : fold + 1
        core.pushResult(at: cycle)
        _ = core.settle()
      }
    }
  }

  /// When the slot's activation is valid; nil while it has not come.
  private mutating func activation() -> Cycle? {
    if let readAt { return readAt + 1 }
    let isLastFold = fold == neuronFold - 1
    let word = neuronFold == 1 || isLastFold ? 0 : position
    guard input.pointee.available > word else {
      input.pointee.readerWaits = true
      return nil
    }
    guard neuronFold > 1 else { return input.pointee.offered }
    let time = max(input.pointee.arrival(input.pointee.read + word), core.lastSlot)
    if isLastFold { input.pointee.read(at: time) }
    readAt = time
    return time + 1
  }

  mutating func finish() { core.finish() }
  func deallocate() { core.deallocate() }

  func listState(_ state: inout StateList) {
    state.phase(fold)
    state.phase(position)
    state.phase(readAt == nil ? 0 : 1)
    state.time(readAt ?? .never)
    state.time(untried)
    core.listState(&state)
    weights.listState(&state)
  }
}
