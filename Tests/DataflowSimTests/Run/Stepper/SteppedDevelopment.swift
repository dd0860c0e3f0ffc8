import DataflowSim

// The blocks of FINN's development branch as registers (docs/reference/development-branch.md), written from the description of the
// hardware and not from the engine's recurrences.

/// Elementwise operation: a register per operand, a pipeline, an output queue with credits.
final class SteppedOperands: SteppedBlock {
  private let inputs: [Int]
  private let output: Int
  private var streamer: SteppedStreamer?
  private let latency: Int
  private let credits: Int
  private var held: [Bool]
  private var entered: [Int] = []

  init(inputs: [Int], output: Int, streamer: SteppedStreamer?, latency: Int, credits: Int) {
    self.inputs = inputs
    self.output = output
    self.streamer = streamer
    self.latency = latency
    self.credits = credits
    held = inputs.map { _ in false }
  }

  var patience: Int { latency + 16 }

  func settle(_ wires: inout Wires, cycle: Int) {
    for (i, wire) in inputs.enumerated() { wires.ready[wire] = !held[i] }
    wires.valid[output] = entered.first.map { cycle >= $0 + latency + 2 } ?? false
  }

  func clock(_ wires: Wires, cycle: Int) {
    let has = inputs.indices.map { held[$0] || wires.moves(inputs[$0]) }
    let starts =
      has.allSatisfy { $0 } && (streamer?.isValid ?? true) && entered.count < credits
    if wires.moves(output) { entered.removeFirst() }
    held = has.map { $0 && !starts }
    if starts { entered.append(cycle) }
    streamer?.clock(takes: starts)
  }
}

/// Crop_rtl: two registers and a ready bit.
final class SteppedCrop: SteppedBlock {
  private let input: Int
  private let output: Int
  private let isKept: [Bool]
  private var position = 0
  private var a = false
  private var b = false
  private var isReady = true

  init(input: Int, output: Int, isKept: [Bool]) {
    self.input = input
    self.output = output
    self.isKept = isKept
  }

  var patience: Int { isKept.count + 8 }

  func settle(_ wires: inout Wires, cycle: Int) {
    wires.ready[input] = isReady
    wires.valid[output] = b
  }

  func clock(_ wires: Wires, cycle: Int) {
    let keeps = isKept[position]
    let takes = wires.moves(input)
    let loads = !b || wires.ready[output]
    let comes = takes && keeps
    isReady = !keeps || loads || !comes && !a
    if loads { b = a || comes }
    a = !loads && (a || comes)
    if takes { position = (position + 1) % isKept.count }
  }
}

/// AddCLSToken_rtl: wires, and a counter.
final class SteppedTokens: SteppedBlock {
  private let input: Int
  private let output: Int
  private let token: Int
  private let frame: Int
  private let pad: Int
  private var position = 0

  init(input: Int, output: Int, token: Int, frame: Int, pad: Int) {
    self.input = input
    self.output = output
    self.token = token
    self.frame = frame
    self.pad = pad
  }

  private var passes: Bool { position >= token && position < token + frame }

  func settle(_ wires: inout Wires, cycle: Int) {
    wires.valid[output] = passes ? wires.valid[input] : true
    wires.ready[input] = passes && wires.ready[output]
  }

  func clock(_ wires: Wires, cycle: Int) {
    if wires.moves(output) { position = (position + 1) % (token + frame + pad) }
  }
}

/// LayerNorm_rtl: two stages of a bypass queue, an output register and a queue of statistics.
final class SteppedNorm: SteppedBlock {
  private let input: Int
  private let output: Int
  private let words: Int
  private let tree: Int
  private var stages: [Stage]
  /// Words between the stages, and behind them, by the cycle from which they are there.
  private var between: [Int] = []
  private var behind: [Int] = []
  /// Variances on their way to the root, and its admissions.
  private var admissions: [Int] = []
  private var variances: [Int] = []

  private struct Stage {
    let depth: Int
    /// Words in the queue by the cycle in which they came, and whether the output register holds one.
    var queue: [Int] = []
    var register = false
    var taken = 0
    var issued = 0
    var credits = 7
    /// When each statistic is there.
    var statistics: [Int] = []
    /// A vector's statistic is loaded.
    var isLoaded = false
  }

  init(input: Int, output: Int, words: Int, lanes: Int) {
    self.input = input
    self.output = output
    self.words = words
    var levels = 0
    while 1 << levels < lanes { levels += 1 }
    tree = 2 * levels
    stages = [Stage(depth: words + tree + 7), Stage(depth: words + tree + 24)]
  }

  var patience: Int { 4 * words + 4 * tree + 200 }

  func settle(_ wires: inout Wires, cycle: Int) {
    wires.ready[input] = stages[0].queue.count < stages[0].depth
    wires.valid[output] = behind.first.map { cycle >= $0 } ?? false
  }

  func clock(_ wires: Wires, cycle: Int) {
    // What the registers allow in this cycle.
    let issues = stages.indices.map { s in
      stages[s].register && stages[s].isLoaded && stages[s].credits > 0
    }
    let pops = stages.indices.map { s in
      (stages[s].queue.first.map { $0 < cycle } ?? false) && (!stages[s].register || issues[s])
    }
    let enters =
      (between.first.map { $0 <= cycle } ?? false)
      && stages[1].queue.count < stages[1].depth
    let leaves = wires.moves(output)
    let loads = stages.indices.map { s in
      (!stages[s].isLoaded || issues[s] && (stages[s].issued + 1) % words == 0)
        && (stages[s].statistics.first.map { $0 + 1 <= cycle } ?? false)
    }
    admit(cycle)
    for s in 0..<2 {
      if pops[s] { stages[s].queue.removeFirst() }
      stages[s].register = pops[s] || stages[s].register && !issues[s]
      if issues[s] {
        stages[s].issued += 1
        stages[s].credits -= 1
        if stages[s].issued % words == 0 { stages[s].isLoaded = false }
      }
      if loads[s] {
        stages[s].isLoaded = true
        stages[s].statistics.removeFirst()
      }
    }
    if issues[0] { between.append(cycle + 4) }
    if issues[1] { behind.append(cycle + 5) }
    if wires.moves(input) { take(0, cycle) }
    if enters {
      between.removeFirst()
      stages[0].credits += 1
      take(1, cycle)
    }
    if leaves {
      behind.removeFirst()
      stages[1].credits += 1
    }
  }

  private func take(_ s: Int, _ cycle: Int) {
    stages[s].queue.append(cycle)
    stages[s].taken += 1
    guard stages[s].taken % words == 0 else { return }
    if s == 0 {
      stages[0].statistics.append(cycle + tree + 4)
    } else if words == 1 || words >= 9 {
      stages[1].statistics.append(cycle + tree + 7 + 12)
    } else {
      variances.append(cycle + tree + 7)
    }
  }

  /// The root takes a variance from its input register when its slot is free.
  private func admit(_ cycle: Int) {
    guard let next = variances.first, cycle >= next + 2, cycle > admissions.last ?? -1 else {
      return
    }
    let isBusy =
      words == 2
      ? admissions.contains(cycle - 8)
      : admissions.contains { $0 > cycle - 12 && (cycle - $0) % 4 == 0 }
    guard !isBusy else { return }
    variances.removeFirst()
    admissions.append(cycle)
    stages[1].statistics.append(cycle + 12)
  }
}

extension Node {
  /// A block of the development branch; nil: the same as in the releases.
  func steppedDevelopment(_ inputs: [Int], _ outputs: [Int], _ design: Design) -> (
    any SteppedBlock
  )? {
    let (input, output) = (inputs.first ?? 0, outputs.first ?? 0)
    let isLater = design.finnGeneration > .dev2026_04
    switch opType {
    case "MVAU_rtl", "VVAU_rtl": return steppedLockedCore(inputs, output, design)
    case "Thresholding_rtl":
      var stages = 0
      while 1 << stages < int("numSteps") + 1 { stages += 1 }
      stages *= 1 + int("deep_pipeline", 1)
      return SteppedFIFO(
        input: input, output: output, latency: stages + 2, capacity: stages + 3, isReported: false)
    case "Requant_rtl":
      return SteppedFIFO(input: input, output: output, latency: 6, capacity: 7, isReported: false)
    case "ElementwiseAdd_rtl", "ElementwiseSub_rtl", "ElementwiseMul_rtl":
      return SteppedOperands(
        inputs: inputs, output: output, streamer: inputs.count == 1 ? SteppedStreamer() : nil,
        latency: opType.contains("Mul") ? 3 : 2, credits: 8)
    case "InnerShuffle_rtl":
      let shape = ints("in_shape").suffix(2)
      return SteppedShuffle(
        input: input, output: output, page: shape.reduce(1, *) / int("SIMD", 1), isLater: isLater)
    case "LayerNorm_rtl":
      return SteppedNorm(
        input: input, output: output, words: ints("ifm_dim").last! / int("SIMD"),
        lanes: int("SIMD"))
    case "Crop_rtl":
      let (dim, fold) = (ints("ImgDim"), int("NumChannels") / int("SIMD", 1))
      let rows = int("CropNorth", 0)..<dim[0] - int("CropSouth", 0)
      let columns = int("CropWest", 0)..<dim[1] - int("CropEast", 0)
      let kept = (0..<dim[0]).flatMap { y in
        (0..<dim[1]).flatMap { x in
          Array(repeating: rows.contains(y) && columns.contains(x), count: fold)
        }
      }
      return SteppedCrop(input: input, output: output, isKept: kept)
    case "AddCLSToken_rtl":
      let fold = int("NumChannels") / int("SIMD", 1)
      return SteppedTokens(
        input: input, output: output, token: fold, frame: int("NumTokens") * fold,
        pad: int("PadTokens", 0) * fold)
    default: return nil
    }
  }

  private func steppedLockedCore(_ inputs: [Int], _ output: Int, _ design: Design)
    -> SteppedLockedCore
  {
    let isVector = opType.hasPrefix("VVAU")
    let simd = int("SIMD", 1)
    let fold = isVector ? ints("Kernel").reduce(1, *) / simd : int("MW") / simd
    let neurons = isVector ? 1 : int("MH") / int("PE")
    let (depth, queue) = steppedDepths(design, simd: simd, isVector: isVector)
    let weights: SteppedLockedCore.Weights
    if int("dynamic_input", 0) == 1 {
      weights = .matrices(
        inputs[1],
        SteppedMatrixBuffer(
          synapseFold: fold, neuronFold: neurons, simd: simd, repeats: ints("numInputVectors").last!
        )
      )
    } else if inputs.count > 1 {
      weights = .stream(inputs[1])
    } else {
      weights =
        string("weight_stream", "memstream") == "memstream" ? .streamer(SteppedStreamer()) : .always
    }
    return SteppedLockedCore(
      input: inputs[0], output: output, weights: weights, synapseFold: fold, neuronFold: neurons,
      depth: depth, queue: queue)
  }

  /// Depth of the core and size of its output queue (docs/reference/development-branch.md#multiply-cores).
  private func steppedDepths(_ design: Design, simd: Int, isVector: Bool) -> (Int, Int) {
    func log(_ n: Int) -> Int {
      var k = 0
      while 1 << k < n { k += 1 }
      return k
    }
    let family = DSPFamily(part: design.part ?? "")
    let (a, w) = (bits("inputDataType"), bits("weightDataType"))
    let width = family == .dsp48e1 ? 25 : 27
    let lanes = 1 + (width - (int("narrow_weights", 0) == 1 ? 0 : 1) - w) / (w + a - 1)
    let isChain = isVector || family == .dsp58 && lanes <= 3 && w <= 8 && a <= 9
    let isPumped = int("pumpedCompute", 0) == 1
    let period = (isPumped ? 500 : 1000) / design.clockMHz
    let chain = (simd + 2) / 3
    let segment = int(
      "segment_length",
      min(Int((period - 0.741) / 0.605 + 1), isPumped ? (simd + 5) / 6 : chain))
    func depth(_ simd: Int) -> Int {
      guard isChain else { return simd == 1 ? 5 : 4 + log(simd) }
      return 3 + (segment == 0 ? 0 : ((simd + 2) / 3 - 1) / segment)
    }
    let own = isPumped ? 1 + (depth((simd + 1) / 2) + 1) / 2 : depth(simd)
    let queue =
      family == .dsp58
      ? 3 + (segment == 0 ? 0 : (chain - 1) / segment) : 3 + log(simd + 1) + (simd == 1 ? 1 : 0)
    return (own, queue)
  }
}
