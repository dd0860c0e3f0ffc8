/// A queue with a registered count: a word is valid `latency` cycles after it was accepted, and there is
/// room while fewer than `capacity` words are inside.
///
/// Q_srl is latency 1 and capacity D. A credit-counted pipeline of P stages (thresholding) is latency
/// P + 2 and capacity P + 3.
final class SteppedFIFO: SteppedBlock {
  private let input: Int
  private let output: Int
  private let latency: Int
  private let capacity: Int
  let isReported: Bool
  private var entered: [Int] = []
  private(set) var highest = 0

  init(input: Int, output: Int, latency: Int, capacity: Int, isReported: Bool) {
    self.input = input
    self.output = output
    self.latency = latency
    self.capacity = capacity
    self.isReported = isReported
  }

  var count: Int { entered.count }
  var patience: Int { latency }

  func settle(_ wires: inout Wires, cycle: Int) {
    wires.ready[input] = entered.count < capacity
    wires.valid[output] = entered.first.map { cycle >= $0 + latency } ?? false
  }

  func clock(_ wires: Wires, cycle: Int) {
    if wires.moves(output) { entered.removeFirst() }
    if wires.moves(input) { entered.append(cycle) }
    highest = max(highest, entered.count)
  }
}

/// A width converter of equal widths: wires.
final class SteppedWire: SteppedBlock {
  private let input: Int
  private let output: Int

  init(input: Int, output: Int) {
    self.input = input
    self.output = output
  }

  func settle(_ wires: inout Wires, cycle: Int) {
    wires.valid[output] = wires.valid[input]
    wires.ready[input] = wires.ready[output]
  }

  func clock(_ wires: Wires, cycle: Int) {}
}

/// Width converter, narrow to wide: a side register on the input and a shift register of `ratio` pieces.
final class SteppedWidener: SteppedBlock {
  private let input: Int
  private let output: Int
  private let ratio: Int
  private var side = false
  private var pieces = 0

  init(input: Int, output: Int, ratio: Int) {
    self.input = input
    self.output = output
    self.ratio = ratio
  }

  func settle(_ wires: inout Wires, cycle: Int) {
    wires.ready[input] = !side
    wires.valid[output] = pieces == ratio
  }

  func clock(_ wires: Wires, cycle: Int) {
    let taken = wires.moves(output)
    let has = side || wires.moves(input)
    let shifts = has && (pieces < ratio || taken)
    if taken { pieces = 0 }
    if shifts { pieces += 1 }
    side = has && !shifts
  }
}

/// Width converter, wide to narrow: shift register A, side register and register B on the output.
final class SteppedNarrower: SteppedBlock {
  private let input: Int
  private let output: Int
  private let ratio: Int
  private var pieces = 0
  private var side = false
  private var register = false

  init(input: Int, output: Int, ratio: Int) {
    self.input = input
    self.output = output
    self.ratio = ratio
  }

  func settle(_ wires: inout Wires, cycle: Int) {
    wires.ready[input] = pieces <= 1 && !side
    wires.valid[output] = register
  }

  func clock(_ wires: Wires, cycle: Int) {
    let isFree = !register || wires.moves(output)
    let leaves = pieces > 0 && !side
    if isFree {
      register = side || leaves
      side = false
    } else if leaves {
      side = true
    }
    if leaves { pieces -= 1 }
    if wires.moves(input) { pieces = ratio }
  }
}

/// FMPadding_rtl: registers A (input side step) and B (output), counters over the padded frame.
final class SteppedPadding: SteppedBlock {
  private let input: Int
  private let output: Int
  private let size: (height: Int, width: Int)
  /// Top, left, bottom, right.
  private let padding: [Int]
  private let fold: Int
  private var position = (x: 0, y: 0, word: 0)
  private var a = false
  private var b = false

  init(input: Int, output: Int, size: (height: Int, width: Int), padding: [Int], fold: Int) {
    self.input = input
    self.output = output
    self.size = size
    self.padding = padding
    self.fold = fold
  }

  func settle(_ wires: inout Wires, cycle: Int) {
    wires.ready[input] = !a
    wires.valid[output] = b
  }

  func clock(_ wires: Wires, cycle: Int) {
    let forwards =
      position.x >= padding[1] && position.x < padding[1] + size.width
      && position.y >= padding[0] && position.y < padding[0] + size.height
    let isFree = wires.ready[output] || !b
    let has = wires.valid[input] || a
    a = has && (!isFree || !forwards)
    guard isFree else { return }
    b = has || !forwards
    if b { advance() }
  }

  private func advance() {
    position.word += 1
    guard position.word == fold else { return }
    position.word = 0
    position.x += 1
    guard position.x == padding[1] + size.width + padding[3] else { return }
    position.x = 0
    position.y += 1
    if position.y == padding[0] + size.height + padding[2] { position.y = 0 }
  }
}

/// One stream to two, a register on each.
final class SteppedFork: SteppedBlock {
  private let input: Int
  private let outputs: [Int]
  private var full = [false, false]

  init(input: Int, outputs: [Int]) {
    self.input = input
    self.outputs = outputs
  }

  func settle(_ wires: inout Wires, cycle: Int) {
    wires.ready[input] = (0..<2).allSatisfy { !full[$0] || wires.ready[outputs[$0]] }
    for i in 0..<2 { wires.valid[outputs[i]] = full[i] }
  }

  func clock(_ wires: Wires, cycle: Int) {
    for i in 0..<2 where wires.moves(outputs[i]) { full[i] = false }
    if wires.moves(input) { full = [true, true] }
  }
}

/// Two streams side by side, without a register.
final class SteppedJoin: SteppedBlock {
  private let inputs: [Int]
  private let output: Int

  init(inputs: [Int], output: Int) {
    self.inputs = inputs
    self.output = output
  }

  func settle(_ wires: inout Wires, cycle: Int) {
    let (a, b) = (wires.valid[inputs[0]], wires.valid[inputs[1]])
    wires.valid[output] = a && b
    wires.ready[inputs[0]] = b && wires.ready[output]
    wires.ready[inputs[1]] = a && wires.ready[output]
  }

  func clock(_ wires: Wires, cycle: Int) {}
}

/// Passes the words at odd row and odd column and drops the others, without a register.
final class SteppedDecimate: SteppedBlock {
  private let input: Int
  private let output: Int
  private let size: (height: Int, width: Int)
  private let fold: Int
  private var word = 0

  init(input: Int, output: Int, size: (height: Int, width: Int), fold: Int) {
    self.input = input
    self.output = output
    self.size = size
    self.fold = fold
  }

  private var passes: Bool {
    let pixel = word / fold
    return pixel % size.width % 2 == 1 && pixel / size.width % 2 == 1
  }

  func settle(_ wires: inout Wires, cycle: Int) {
    wires.valid[output] = passes && wires.valid[input]
    wires.ready[input] = !passes || wires.ready[output]
  }

  func clock(_ wires: Wires, cycle: Int) {
    if wires.moves(input) { word = (word + 1) % (size.height * size.width * fold) }
  }
}

/// A FIFO made by Vivado: a memory of `depth` words and two registers behind it (docs/reference/hls-rules.md#fifos-made-by-vivado).
final class SteppedVivadoFIFO: SteppedBlock {
  private let input: Int
  private let output: Int
  private let depth: Int
  private(set) var highest = 0
  private var memory = 0
  private var fetched = false
  private var register = false

  init(input: Int, output: Int, depth: Int) {
    self.input = input
    self.output = output
    var size = 1
    while size < depth { size *= 2 }
    self.depth = size
  }

  func settle(_ wires: inout Wires, cycle: Int) {
    wires.ready[input] = cycle >= 8 && memory < depth
    wires.valid[output] = register
  }

  func clock(_ wires: Wires, cycle: Int) {
    let isFree = !register || wires.moves(output)
    let moves = fetched && isFree
    let fetches = memory > 0 && (!fetched || moves)
    if isFree { register = moves }
    if !fetched || moves { fetched = fetches }
    if fetches { memory -= 1 }
    if wires.moves(input) { memory += 1 }
    highest = max(highest, memory + (fetched ? 1 : 0) + (register ? 1 : 0))
  }
}
