/// A queue of at most two words whose flags are those of the start of a cycle.
final class SteppedQueue {
  private(set) var count = 0
  private(set) var isFull = false
  private(set) var hasWord = false
  private var change = 0

  func begin(blocked: Bool = false) {
    isFull = count >= 2 || blocked
    hasWord = count > 0
    change = 0
  }

  func put() { change += 1 }
  func take() { change -= 1 }
  func end() { count += change }
}

/// A pipelined loop as Vitis HLS builds it.
struct SteppedLoop {
  var iterations: [Iteration]
  var stages: Int
  var writeStage: Int
  var readStage = 0
  /// An iteration in the last stage waits until its words have left the output slices.
  var waitsUntilLeft = false
  /// The next frame's first iteration follows at once.
  var isEndless = false
  /// An iteration without words leaves the loop.
  var hasExit = true
  var interval = 1
}

/// What a generated block does, one after another, for ever.
enum SteppedPhase {
  case wait(Int)
  case read(UInt32)
  case write(UInt32)
  case drain
  case loop(SteppedLoop)
}

/// A state machine between queues, cycle by cycle.
final class SteppedMachine {
  private struct Token {
    var iteration: Iteration
    var isLast: Bool
  }

  private let phases: [SteppedPhase]
  private let inputs: [SteppedQueue]
  private let outputs: [SteppedQueue]
  private var phase = 0
  private var waited = 0
  private var stages: [Token?] = []
  private var next = 0
  private var hasLeft = false
  private var pause = 0

  init(_ phases: [SteppedPhase], _ inputs: [SteppedQueue], _ outputs: [SteppedQueue]) {
    self.phases = phases
    self.inputs = inputs
    self.outputs = outputs
    enter()
  }

  /// `isHeld`: whether an output's slice holds a word that does not leave as its last in this cycle.
  func step(isHeld: [Bool]) {
    var isDone = false
    switch phases[phase] {
    case .wait(let n):
      waited += 1
      isDone = waited >= n
    case .read(let ports):
      isDone = has(ports)
      if isDone { take(ports) }
    case .write(let ports):
      isDone = !isFull(ports)
      if isDone { put(ports) }
    case .drain: isDone = !isHeld.contains(true)
    case .loop(let loop): isDone = step(loop, isHeld)
    }
    guard isDone else { return }
    phase = (phase + 1) % phases.count
    enter()
  }

  private func enter() {
    (waited, next, hasLeft, pause) = (0, 0, false, 0)
    if case .loop(let loop) = phases[phase] {
      stages = Array(repeating: nil, count: loop.stages)
    }
  }

  private func has(_ ports: UInt32) -> Bool {
    inputs.indices.allSatisfy { ports >> $0 & 1 == 0 || inputs[$0].hasWord }
  }
  private func isFull(_ ports: UInt32) -> Bool {
    outputs.indices.contains { ports >> $0 & 1 == 1 && outputs[$0].isFull }
  }
  private func take(_ ports: UInt32) {
    for port in inputs.indices where ports >> port & 1 == 1 { inputs[port].take() }
  }
  private func put(_ ports: UInt32) {
    for port in outputs.indices where ports >> port & 1 == 1 { outputs[port].put() }
  }

  /// True when the loop has been left.
  private func step(_ loop: SteppedLoop, _ isHeld: [Bool]) -> Bool {
    // From the last stage to the first: who stands still makes all behind stand still.
    var stands = false
    var standing = Array(repeating: false, count: loop.stages + 1)
    for stage in stride(from: loop.stages - 1, to: 0, by: -1) {
      if let token = stages[stage], isBlocked(token, stage, loop, isHeld) { stands = true }
      standing[stage] = stands
    }
    let issued = standing[1] ? nil : issue(loop)
    var isDone = false
    for stage in stride(from: loop.stages - 1, to: 0, by: -1) {
      guard let token = stages[stage], !standing[stage] else { continue }
      if stage == loop.writeStage { put(token.iteration.writes) }
      if stage == loop.readStage { take(token.iteration.reads) }
      if stage == loop.stages - 1 {
        isDone = isDone || token.isLast
      } else {
        stages[stage + 1] = token
      }
      stages[stage] = nil
    }
    if let issued {
      if loop.stages > 1 { stages[1] = issued } else if issued.isLast { isDone = true }
    }
    return isDone && !loop.isEndless
  }

  private func isBlocked(
    _ token: Token, _ stage: Int, _ loop: SteppedLoop, _ isHeld: [Bool]
  ) -> Bool {
    stage == loop.writeStage && isFull(token.iteration.writes)
      || stage == loop.readStage && !has(token.iteration.reads)
      || stage == loop.stages - 1 && loop.waitsUntilLeft
        && outputs.indices.contains { token.iteration.writes >> $0 & 1 == 1 && isHeld[$0] }
  }

  private func issue(_ loop: SteppedLoop) -> Token? {
    guard !hasLeft else { return nil }
    guard pause == 0 else {
      pause -= 1
      return nil
    }
    let isExit = next == loop.iterations.count
    let iteration = isExit ? Iteration() : loop.iterations[next]
    if loop.readStage == 0, !has(iteration.reads) { return nil }
    if loop.writeStage == 0, isFull(iteration.writes) { return nil }
    if loop.readStage == 0 { take(iteration.reads) }
    if loop.writeStage == 0 { put(iteration.writes) }
    let isLast = loop.hasExit ? isExit : next == loop.iterations.count - 1
    next = isLast ? 0 : next + 1
    hasLeft = isLast && !loop.isEndless
    pause = loop.interval - 1
    return Token(iteration: iteration, isLast: isLast)
  }
}

/// An HLS block: register slices around one machine, or two joined by a FIFO.
///
/// From the measured description of the generated Verilog (docs/reference/hls-rules.md).
final class SteppedHLS: SteppedBlock {
  private let inputs: [Int]
  private let outputs: [Int]
  private let inputSlices: [SteppedQueue]
  private let outputSlices: [SteppedQueue]
  private let middle = SteppedQueue()
  private var machines: [SteppedMachine] = []
  /// Weights from a memory: first cycle in which it offers any, and their slice.
  private let weights: (from: Int, slice: SteppedQueue)?
  let patience: Int

  /// - Parameter weightsFrom: a further input port whose words come from inside.
  init(
    inputs: [Int], outputs: [Int], programs: [[SteppedPhase]], weightsFrom: Int? = nil
  ) {
    self.inputs = inputs
    self.outputs = outputs
    inputSlices = inputs.map { _ in SteppedQueue() }
    outputSlices = outputs.map { _ in SteppedQueue() }
    weights = weightsFrom.map { ($0, SteppedQueue()) }
    patience = programs.joined().reduce(20) { $0 + $1.cycles }
    let all = inputSlices + (weights.map { [$0.slice] } ?? [])
    if programs.count == 2 {
      machines = [
        SteppedMachine(programs[0], all, [middle]),
        SteppedMachine(programs[1], [middle], outputSlices),
      ]
    } else {
      machines = [SteppedMachine(programs[0], all, outputSlices)]
    }
  }

  func settle(_ wires: inout Wires, cycle: Int) {
    for (wire, slice) in zip(inputs, inputSlices) {
      wires.ready[wire] = cycle >= 1 && slice.count < 2
    }
    for (wire, slice) in zip(outputs, outputSlices) { wires.valid[wire] = slice.count > 0 }
  }

  func clock(_ wires: Wires, cycle: Int) {
    for slice in inputSlices + [middle] { slice.begin() }
    weights?.slice.begin()
    for slice in outputSlices { slice.begin(blocked: cycle < 1) }
    let isHeld = zip(outputs, outputSlices).map { wire, slice in
      slice.count == 2 || slice.count == 1 && !wires.moves(wire)
    }
    for (i, machine) in machines.enumerated() {
      machine.step(isHeld: i == machines.count - 1 ? isHeld : [false])
    }
    for (wire, slice) in zip(inputs, inputSlices) where wires.moves(wire) { slice.put() }
    for (wire, slice) in zip(outputs, outputSlices) where wires.moves(wire) { slice.take() }
    if let weights, cycle >= max(weights.from, 1), !weights.slice.isFull { weights.slice.put() }
    for slice in inputSlices + outputSlices + [middle] { slice.end() }
    weights?.slice.end()
  }
}

extension SteppedPhase {
  fileprivate var cycles: Int {
    switch self {
    case .wait(let n): n
    case .read, .write, .drain: 1
    case .loop(let loop): (loop.iterations.count + 1) * loop.interval + loop.stages
    }
  }
}
