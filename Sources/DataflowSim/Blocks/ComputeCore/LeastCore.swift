/// The least a compute core holds: group j starts once result j − 2 is taken.
struct LeastCore: Process {
  var readsAhead: Bool { true }
  let input: Link
  let weights: Link?
  let output: Link
  let synapseFold: Int
  let neuronFold: Int
  private var fold = 0
  private var position = 0
  /// The current slot's activation has been read into the output register of the replay buffer.
  private var isRead = false
  private var last = Cycle.never

  init(input: Link, weights: Link?, output: Link, synapseFold: Int, neuronFold: Int) {
    self.input = input
    self.weights = weights
    self.output = output
    self.synapseFold = synapseFold
    self.neuronFold = neuronFold
  }

  mutating func run() {
    while read(), fire() {}
  }

  /// The buffer frees a word when it is read for the last fold, whether or not the core is frozen.
  private mutating func read() -> Bool {
    guard !isRead else { return true }
    // Without a buffer the activation is taken by the slot itself.
    guard neuronFold > 1 else { return true }
    let isLastFold = fold == neuronFold - 1
    let word = isLastFold ? 0 : position
    guard input.pointee.available > word else {
      input.pointee.readerWaits = true
      return false
    }
    last = max(last + 1, input.pointee.arrival(input.pointee.read + word))
    if isLastFold { input.pointee.read(at: max(last, input.pointee.offered)) }
    isRead = true
    return true
  }

  private mutating func fire() -> Bool {
    if position == 0, !output.pointee.isTaken {
      output.pointee.writerWaits = true
      return false
    }
    if neuronFold == 1, input.pointee.available == 0 {
      input.pointee.readerWaits = true
      return false
    }
    if let weights, weights.pointee.available == 0 {
      weights.pointee.readerWaits = true
      return false
    }
    if neuronFold == 1 {
      last = max(last + 1, input.pointee.offered)
      input.pointee.read(at: last)
    }
    if let weights {
      last = max(last, weights.pointee.offered)
      weights.pointee.read(at: last)
    }
    isRead = false
    position += 1
    if position == synapseFold { finishGroup() }
    return true
  }

  private mutating func finishGroup() {
    position = 0
    fold = fold + 1 == neuronFold ? 0 : fold + 1
    last = max(last, output.pointee.takenAt)
    output.pointee.offer(at: last + 1)
  }

  func listState(_ state: inout StateList) {
    state.phase(fold)
    state.phase(position)
    state.phase(isRead ? 1 : 0)
  }
}

extension LeastStorage {
  /// A compute core is sure to take the slots of two results beyond the last one taken: the output
  /// register and the side register hold them, and it freezes no earlier.
  static func core(synapseFold: Int, neuronFold: Int, externalWeights: Bool) -> LeastStorage {
    LeastStorage(
      outputStages: [[Stage(latency: 0, capacity: 1)]],
      body: .process {
        LeastCore(
          input: $0.inputs[0], weights: externalWeights ? $0.inputs[1] : nil,
          output: $0.outputs[0], synapseFold: synapseFold, neuronFold: neuronFold)
      })
  }
}
