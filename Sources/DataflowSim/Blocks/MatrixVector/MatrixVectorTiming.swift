/// MVAU_rtl with several neuron folds: a replay buffer in front of the core.
///
/// The buffer is the channel's stage (capacity 2^max(1, ⌈log2 SF⌉), latency 1): the core looks at each
/// word NF times and frees it when it is read for the last fold.
/// ```
/// R[g] = max(In[w(g)] + 1, C[g-1])                 read into the output register
/// C[g] = first cycle ≥ R[g] + 1 that is enabled and has a valid weight
/// ```
/// Source: docs/reference/rtl-rules.md#replay-buffer.
struct ReplayCore<Core: CorePipeline>: Process {
  let input: Link
  let weights: WeightPort
  let synapseFold: Int
  let neuronFold: Int
  var core: Core
  var readsAhead: Bool { true }
  private var fold = 0
  private var position = 0
  /// In the last fold: the next slot's word is in the output register, its place in the buffer free.
  /// That happens even while the core is frozen.
  private var readAt: Cycle?
  /// Cycle from which on an internal memory's weights are there.
  private let weightsFrom: Cycle

  init(input: Link, weights: WeightPort, synapseFold: Int, neuronFold: Int, core: Core) {
    self.input = input
    self.weights = weights
    self.synapseFold = synapseFold
    self.neuronFold = neuronFold
    self.core = core
    if case .valid(let first) = weights { weightsFrom = first } else { weightsFrom = 0 }
  }

  @specialized(where Core == DotProductCore)
  @specialized(where Core == LockedCore)
  mutating func run() {
    repeat { _ = core.settle() } while weights.isStream ? stepWithWeights() : step()
  }

  /// Runs of slots with weights that are always there. In every fold but the first all words are in
  /// the buffer, so a run is as long as no result matures inside it.
  private mutating func step() -> Bool {
    while true {
      let last = core.lastSlot
      if fold == 0 {
        guard input.pointee.available > position else {
          input.pointee.readerWaits = true
          return false
        }
        let read = max(input.pointee.arrival(input.pointee.read + position), last)
        let ready = max(read + 1, weightsFrom)
        guard let cycle = core.enabled(ready) else { return core.settle() }
        core.fire(1, from: cycle, ready: ready)
        position += 1
      } else {
        if fold == neuronFold - 1, readAt == nil {
          // Word s is read into the output register when slot s−1 leaves it.
          input.pointee.read(at: last)
          readAt = last
        }
        guard let cycle = core.enabled(last + 1) else { return core.settle() }
        let n = min(synapseFold - position, core.run(from: cycle))
        core.fire(n, from: cycle, ready: last + 1)
        if fold == neuronFold - 1 { input.pointee.read(n - 1, from: cycle) }
        readAt = nil
        position += n
      }
      if position == synapseFold { finishFold() }
    }
  }

  private mutating func finishFold() {
    core.pushResult(at: core.lastSlot)
    position = 0
    fold = fold == neuronFold - 1 ? 0 : fold + 1
    _ = core.settle()
  }

  /// The same slot by slot, with a weight stream that may stall.
  private mutating func stepWithWeights() -> Bool {
    while true {
      guard let read = readWord() else { return false }
      let isLast = position == synapseFold - 1
      guard let weightAt = weights.offered else {
        return isLast && !core.starve(from: read + 1) ? core.settle() : false
      }
      if isLast, read + 1 < weightAt, !core.pushSpurious(from: read + 1, to: weightAt) {
        return core.settle()
      }
      let ready = max(read + 1, weightAt)
      guard let cycle = core.enabled(ready) else { return core.settle() }
      core.fire(1, from: cycle, ready: ready)
      weights.take(at: cycle)
      readAt = nil
      position += 1
      if isLast { finishFold() }
    }
  }

  /// When the next slot's word is read into the output register; nil while it has not come.
  private mutating func readWord() -> Cycle? {
    if let readAt { return readAt }
    let isLastFold = fold == neuronFold - 1
    let word = isLastFold ? 0 : position
    guard input.pointee.available > word else {
      input.pointee.readerWaits = true
      return nil
    }
    let time = max(input.pointee.arrival(input.pointee.read + word), core.lastSlot)
    if isLastFold { input.pointee.read(at: time) }
    readAt = time
    return time
  }

  mutating func finish() { core.finish() }
  func deallocate() { core.deallocate() }
  var needsSilence: Bool { core.needsSilence }
  var isEndless: Bool { core.isEndless }
  var isStarving: Bool { core.isStarving }
  var losesPace: Bool { core.losesPace }
  var waitsForSilence: Cycle? { core.waitsForSilence }
  mutating func assumeSilence(before t: Cycle) { core.assumeSilence(before: t) }

  func listState(_ state: inout StateList) {
    state.phase(fold)
    state.phase(position)
    state.phase(readAt == nil ? 0 : 1)
    core.listState(&state)
  }
}

extension MatrixVector: TimedBlock {
  package func timing() -> BlockTiming {
    if let shape = compute.lockedCore {
      return coreTiming { LockedCore(shape, $0) }
    }
    guard isRTL, let depth = coreDepth else { return hlsTiming }
    let compute = compute
    return coreTiming { DotProductCore(compute, depth: depth, $0) }
  }

  private func coreTiming<Core: CorePipeline & SendableMetatype>(
    _ core: @escaping @Sendable (Ports) -> Core
  ) -> BlockTiming {
    let (compute, fold, neurons) = (compute, synapseFold, neuronFold)
    if compute.weightStream == .dynamic { return dynamicTiming(core) }
    let least = LeastStorage.core(
      synapseFold: fold, neuronFold: neurons, externalWeights: compute.weightStream == .external)
    guard neurons > 1 else {
      return BlockTiming(
        exactness: compute.coreExactness, busyCycles: expectedCycles, least: least,
        body: .process { ports in
          DirectCore(
            input: ports.inputs[0], weights: compute.weightPort(ports), group: fold,
            core: core(ports))
        })
    }
    // The replay buffer holds at least two words and a power of two.
    let capacity = 1 << max(1, fold.ceilLog2)
    return BlockTiming(
      inputStages: [[Stage(latency: 1, capacity: capacity)]], exactness: compute.coreExactness,
      busyCycles: expectedCycles, least: least,
      body: .process { ports in
        ReplayCore(
          input: ports.inputs[0], weights: compute.weightPort(ports), synapseFold: fold,
          neuronFold: neurons, core: core(ports))
      })
  }

  private func dynamicTiming<Core: CorePipeline & SendableMetatype>(
    _ core: @escaping @Sendable (Ports) -> Core
  ) -> BlockTiming {
    let (fold, neurons, simd, repeats) = (synapseFold, neuronFold, simd, vectorsPerMatrix)
    let capacity = 1 << max(1, fold.ceilLog2)
    return BlockTiming(
      inputStages: neurons > 1 ? [[Stage(latency: 1, capacity: capacity)]] : [],
      busyCycles: max(expectedCycles, inputs[1].words ?? 0), heldWords: 2 * fold,
      body: .process { ports in
        DynamicCore(
          input: ports.inputs[0],
          weights: DynamicWeights(
            input: ports.inputs[1], synapseFold: fold, neuronFold: neurons, simd: simd,
            repeats: repeats), synapseFold: fold, neuronFold: neurons, core: core(ports))
      })
  }

  /// Reads a vector in fold 0 and replays it from a buffer; a result per fold; an external weight
  /// word in every iteration. Source: docs/reference/hls-rules.md#what-an-iteration-does.
  private var hlsTiming: BlockTiming {
    let weights: UInt32 = compute.memoryMode == .external ? 2 : 0
    let firstFold: [Loop] = [
      .run(synapseFold - 1, reads: 1 | weights), .run(1, reads: 1 | weights, writes: 1),
    ]
    let laterFolds: Loop =
      weights == 0
      ? .run(neuronFold - 1, every: synapseFold, writes: 1)
      : .repeated(
        neuronFold - 1,
        [.run(synapseFold - 1, reads: weights), .run(1, reads: weights, writes: 1)])
    return schedule.timing(
      [.repeated(vectors, firstFold + [laterFolds])], weightsFrom: compute.weightsFrom)
  }
}

extension MatrixVector: HLSBlock {
  var hlsWork: HLSWork {
    HLSWork(
      .matrixVector(compute.products(pe: pe, simd: simd)),
      iterations: vectors * neuronFold * synapseFold)
  }
}

extension MatrixVector {
  package var unknownStorage: String? {
    compute.weightStream == .dynamic
      ? "its weights are a stream of matrices; what it holds at least is not known" : nil
  }
}
