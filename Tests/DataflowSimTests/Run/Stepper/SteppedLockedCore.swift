import DataflowSim

/// The weight memory streamer: 8 credits, three registers, a queue and an output register.
struct SteppedStreamer {
  private var credits = 8
  private var registers = [false, false, false]
  private var queue = 0
  private(set) var isValid = false

  mutating func clock(takes: Bool) {
    let fetches = credits > 0
    let arrives = registers[2]
    let loads = takes || !isValid
    let pops = loads && queue > 0
    if loads { isValid = queue > 0 }
    registers = [fetches, registers[0], registers[1]]
    queue += (arrives ? 1 : 0) - (pops ? 1 : 0)
    credits += (takes ? 1 : 0) - (fetches ? 1 : 0)
  }
}

/// The double buffer of a stream of weight matrices.
struct SteppedMatrixBuffer {
  let synapseFold: Int
  let neuronFold: Int
  let simd: Int
  let repeats: Int

  /// 0: writes buffer 0, 1: waits, 2: writes buffer 1, 3: waits.
  private var state = 0
  private var counters = (neuron: 0, row: 0, synapse: 0)
  private var buffer = 0
  private var tile = 0
  private var turn = 0
  private var registers = [false, false, false]

  init(synapseFold: Int, neuronFold: Int, simd: Int, repeats: Int) {
    self.synapseFold = synapseFold
    self.neuronFold = neuronFold
    self.simd = simd
    self.repeats = repeats
  }

  var isReady: Bool { state % 2 == 0 }
  var isValid: Bool { registers[2] }

  mutating func clock(accepts: Bool, steps: Bool) {
    let reader = buffer
    let isWriting = state == 2 * buffer
    let reads = !isWriting || counters.synapse > tile
    if steps {
      registers = [reads, registers[0], registers[1]]
      if reads { advance() }
    }
    if state % 2 == 1 {
      // Waits for the reader to come to the buffer just written.
      if reader == state / 2 { state = (state + 1) % 4 }
    } else if accepts {
      count(reader: reader)
    }
  }

  private mutating func advance() {
    tile += 1
    guard tile == synapseFold * neuronFold else { return }
    tile = 0
    turn += 1
    guard turn == repeats else { return }
    turn = 0
    buffer = 1 - buffer
  }

  private mutating func count(reader: Int) {
    counters.neuron += 1
    guard counters.neuron == neuronFold else { return }
    counters.neuron = 0
    counters.row += 1
    guard counters.row == simd else { return }
    counters.row = 0
    counters.synapse += 1
    guard counters.synapse == synapseFold else { return }
    counters.synapse = 0
    state = reader == state / 2 ? (state + 2) % 4 : state + 1
  }
}

/// MVAU_rtl and VVAU_rtl: replay buffer, a pipeline that never stops, an output queue with a signed pointer,
/// and the lock.
final class SteppedLockedCore: SteppedBlock {
  enum Weights {
    case always
    case streamer(SteppedStreamer)
    case stream(Int)
    case matrices(Int, SteppedMatrixBuffer)
  }

  private let input: Int
  private let output: Int
  private var weights: Weights
  private let synapseFold: Int
  private let neuronFold: Int
  private let capacity: Int?

  private var written = 0
  private var freed = 0
  private var base = 0
  private var readFold = 0
  private var readWord = 0
  private var register = false

  private var slot = 0
  private var pipeline: [Bool]
  /// The pointer of the output queue, from −range to range − 1; negative: empty.
  private var pointer = -1
  private let range: Int
  private var isLocked = false
  private var isOffered = false

  init(
    input: Int, output: Int, weights: Weights, synapseFold: Int, neuronFold: Int, depth: Int,
    queue: Int
  ) {
    self.input = input
    self.output = output
    self.weights = weights
    self.synapseFold = synapseFold
    self.neuronFold = neuronFold
    var size = 2
    while size < synapseFold { size *= 2 }
    capacity = neuronFold > 1 ? size : nil
    pipeline = Array(repeating: false, count: depth)
    var range = 2
    while range < queue + 1 { range *= 2 }
    self.range = range
  }

  var patience: Int { pipeline.count + 16 + 2 * synapseFold * neuronFold }

  private func hasWeight(_ wires: Wires) -> Bool {
    switch weights {
    case .always: true
    case .streamer(let streamer): streamer.isValid
    case .stream(let wire): wires.valid[wire]
    case .matrices(_, let buffer): buffer.isValid
    }
  }

  private func hasActivation(_ wires: Wires) -> Bool {
    capacity == nil ? wires.valid[input] : register
  }

  func settle(_ wires: inout Wires, cycle: Int) {
    wires.ready[input] =
      capacity.map { written - freed < $0 } ?? (!isLocked && hasWeight(wires))
    switch weights {
    case .stream(let wire): wires.ready[wire] = !isLocked && hasActivation(wires)
    case .matrices(let wire, let buffer): wires.ready[wire] = buffer.isReady
    case .always, .streamer: break
    }
    wires.valid[output] = isOffered
  }

  func clock(_ wires: Wires, cycle: Int) {
    let steps = !isLocked && hasActivation(wires)
    let fires = steps && hasWeight(wires)
    let last = fires && slot % synapseFold == synapseFold - 1
    if fires { slot += 1 }
    switch weights {
    case .streamer(var streamer):
      streamer.clock(takes: fires)
      weights = .streamer(streamer)
    case .matrices(let wire, var buffer):
      buffer.clock(accepts: wires.moves(wire), steps: steps)
      weights = .matrices(wire, buffer)
    case .always, .stream: break
    }
    if capacity != nil { replay(accepts: wires.moves(input), fires: fires) }
    queue(arrives: pipeline.removeLast(), isFree: !isOffered || wires.ready[output])
    pipeline.insert(last, at: 0)
  }

  private func queue(arrives: Bool, isFree: Bool) {
    let isEmpty = pointer < 0
    if isEmpty {
      isLocked = false
    } else if !isFree {
      isLocked = true
    }
    if isFree { isOffered = !isEmpty }
    pointer += (arrives ? 1 : 0) - (isFree && !isEmpty ? 1 : 0)
    if pointer == range { pointer = -range }
  }

  private func replay(accepts: Bool, fires: Bool) {
    if fires { register = false }
    if !register, base + readWord < written {
      register = true
      if readFold == neuronFold - 1 { freed += 1 }
      readWord += 1
      if readWord == synapseFold {
        readWord = 0
        readFold += 1
        if readFold == neuronFold {
          readFold = 0
          base += synapseFold
        }
      }
    }
    if accepts { written += 1 }
  }
}
