import DataflowSim

/// One handshake signal of every stream in the current cycle.
struct Signals {
  private var levels: [Bool]
  /// Set when a signal takes another level.
  var changed = false

  init(count: Int) { levels = Array(repeating: false, count: count) }

  subscript(_ wire: Int) -> Bool {
    get { levels[wire] }
    set {
      guard levels[wire] != newValue else { return }
      levels[wire] = newValue
      changed = true
    }
  }
}

/// The two handshake signals of every stream in the current cycle.
struct Wires {
  var valid: Signals
  var ready: Signals

  func moves(_ wire: Int) -> Bool { valid[wire] && ready[wire] }
}

/// A hardware block as registers and logic, stepped every cycle.
protocol SteppedBlock: AnyObject {
  /// Drives `valid` of its outputs and `ready` of its inputs from registers and the other signals.
  func settle(_ wires: inout Wires, cycle: Int)
  /// The rising edge at the end of `cycle`.
  func clock(_ wires: Wires, cycle: Int)
  /// Longest silence between two handshakes of this block that is not the end.
  var patience: Int { get }
}

extension SteppedBlock {
  var patience: Int { 0 }
}

/// What a stepped run did.
struct SteppedRun {
  /// Handshake cycles by stream.
  var streams: [String: [Int]] = [:]
  /// By node: highest and last registered count.
  var fifos: [String: (max: Int, final: Int)] = [:]
}

/// A deliberately naive simulator: every block in every cycle, from the descriptions of the hardware.
///
/// It shares nothing with the engine but the design format, so that agreement of the two means
/// something. In each cycle the combinational signals are settled to a fixed point, valids forward and
/// readies backward; then every register takes its next value.
final class CycleStepper {
  private let names: [String]
  private let blocks: [any SteppedBlock]
  private let fifos: [(name: String, block: SteppedFIFO)]
  private let limit: Int

  /// `words` is how many words each graph input offers.
  init(_ design: Design, _ scenario: Scenario, words: [String: Int]) throws {
    let all = design.graphInputs + design.nodes.flatMap(\.outputs)
    let wire = Dictionary(uniqueKeysWithValues: all.enumerated().map { ($1, $0) })
    names = all
    limit = scenario.maxCycles ?? .max
    var blocks: [any SteppedBlock] = design.graphInputs.map { stream in
      SteppedSource(
        output: wire[stream]!, pattern: scenario.sources[stream]?.pattern ?? .always,
        words: words[stream]!)
    }
    var fifos: [(String, SteppedFIFO)] = []
    for node in design.nodes {
      let block = try node.stepped(
        inputs: node.inputs.map { wire[$0]! }, outputs: node.outputs.map { wire[$0]! },
        design: design)
      if let fifo = block as? SteppedFIFO, fifo.isReported { fifos.append((node.name, fifo)) }
      blocks.append(block)
    }
    blocks += design.graphOutputs.map {
      SteppedSink(input: wire[$0]!, pattern: scenario.sinks[$0]?.pattern ?? .always)
    }
    self.blocks = blocks
    self.fifos = fifos
  }

  /// Steps until nothing has moved for longer than any block or pattern can be silent.
  func run() -> SteppedRun {
    let patience = 64 + blocks.reduce(0) { $0 + $1.patience }
    var wires = Wires(
      valid: Signals(count: names.count), ready: Signals(count: names.count))
    var times: [[Int]] = Array(repeating: [], count: names.count)
    var cycle = 0
    var lastMove = 0
    while cycle < limit, cycle - lastMove <= patience {
      settle(&wires, cycle)
      for wire in names.indices where wires.moves(wire) {
        times[wire].append(cycle)
        lastMove = cycle
      }
      for block in blocks { block.clock(wires, cycle: cycle) }
      cycle += 1
    }
    var run = SteppedRun()
    for (name, list) in zip(names, times) { run.streams[name] = list }
    for (name, fifo) in fifos { run.fifos[name] = (fifo.highest, fifo.count) }
    return run
  }

  private func settle(_ wires: inout Wires, _ cycle: Int) {
    var passes = 0
    while true {
      (wires.valid.changed, wires.ready.changed) = (false, false)
      for block in blocks { block.settle(&wires, cycle: cycle) }
      for block in blocks.reversed() { block.settle(&wires, cycle: cycle) }
      guard wires.valid.changed || wires.ready.changed else { return }
      passes += 1
      precondition(passes < 4 * blocks.count + 4, "the combinational signals do not settle")
    }
  }
}

/// Presents a new word in cycles its pattern allows and holds it until it is accepted.
final class SteppedSource: SteppedBlock {
  private let output: Int
  private let pattern: Pattern
  private var left: Int
  private var isHolding = false

  init(output: Int, pattern: Pattern, words: Int) {
    self.output = output
    self.pattern = pattern
    left = words
  }

  var patience: Int { 2 * pattern.bits.count }

  private func presents(_ cycle: Int) -> Bool {
    isHolding || left > 0 && pattern.bits[cycle % pattern.bits.count]
  }

  func settle(_ wires: inout Wires, cycle: Int) { wires.valid[output] = presents(cycle) }

  func clock(_ wires: Wires, cycle: Int) {
    isHolding = presents(cycle)
    if wires.moves(output) {
      isHolding = false
      left -= 1
    }
  }
}

/// Ready in the cycles its pattern allows.
final class SteppedSink: SteppedBlock {
  private let input: Int
  private let pattern: Pattern

  init(input: Int, pattern: Pattern) {
    self.input = input
    self.pattern = pattern
  }

  var patience: Int { 2 * pattern.bits.count }

  func settle(_ wires: inout Wires, cycle: Int) {
    wires.ready[input] = pattern.bits[cycle % pattern.bits.count]
  }

  func clock(_ wires: Wires, cycle: Int) {}
}
