import SimKernels

/// A block that multiplies its activations with weights and sums: MVAU and VVAU.
///
/// Slot g of the hardware multiplies one activation word with one weight word; SF = `synapseFold`
/// slots sum up to a result of `pe` elements. An MVAU replays every SF activation words for each of
/// its NF folds, a VVAU takes new ones. Weight word `fold·SF + sf` holds element `pe·SIMD + s` with
/// the weight of row `fold·PE + pe` at tap `sf·SIMD + s`, in both. Source:
/// docs/reference/semantics.md#matrix-vector, #depthwise; docs/reference/packing.md#stream-words.
package protocol ComputeBlock: BitBlock {
  var compute: ComputeSettings { get }
  var pe: Int { get }
  var simd: Int { get }
  var synapseFold: Int { get }
  var neuronFold: Int { get }
  /// Rows of weights: MH, or channels. And weights of a row: MW, or pixels of the kernel.
  var rows: Int { get }
  var taps: Int { get }
  /// How often a word of activations is used: NF, or 1.
  var replays: Int { get }
  /// Elements of an activation word, and the one that meets weight (`row`, `column`) of a slot.
  var activationsPerWord: Int { get }
  func activation(row: Int, column: Int) -> Int
  /// Where the parameter array has the weight of a row at a tap.
  func weightIndex(row: Int, tap: Int) -> Int
  /// The parameter array's shape in words, and the length of its last axis.
  var weightShape: (text: String, rowLength: Int) { get }
  /// Sums of whole input rows of `rows · taps` or `taps` elements; their range when it is known.
  func kernel(weights: Integers, level: KernelLevel) -> any SumKernel
}

/// Exact sums of products, before any register wraps them.
package protocol SumKernel: Sendable {
  func apply(_ input: Integers) -> Integers
  var outputFormat: ElementFormat { get }
  var sumRange: ClosedRange<Int>? { get }
}

extension MatrixKernel: SumKernel {}
extension DepthwiseKernel: SumKernel {
  package var sumRange: ClosedRange<Int>? { nil }
}

extension ComputeBlock {
  /// One pass over the weights as they arrive at input 1.
  var weightLayout: StreamLayout {
    if compute.weightStream == .dynamic, let layout = StreamLayout(inputs[1]) { return layout }
    let words = synapseFold * neuronFold
    return StreamLayout(
      dataType: compute.weightType, shape: [words, pe * simd], elements: pe * simd, words: words)
  }

  package func bits(_ setup: BitSetup) throws -> any BlockBits {
    let finish = try ComputeFinish(compute, rows: rows, isRTL: isRTL, setup)
    if !setup.has("weights"), setup.inputs.count > 1 {
      if compute.weightStream == .dynamic {
        return DynamicDotProductBits(
          block: self, finish: finish, level: setup.level, ports: setup.inputs,
          results: setup.outputs)
      }
      return StreamedDotProductBits(block: self, finish: finish, level: setup.level)
    }
    let weights = try setup.integers(
      "weights", type: compute.weightType, counts: [rows * taps], shape: weightShape.text,
      rowLength: weightShape.rowLength)
    return DotProductBits(self, weights: weights, finish: finish, level: setup.level)
  }

  /// Row and tap of an element of the weight stream.
  func weight(slot: Int, row: Int, column: Int) -> Int {
    weightIndex(
      row: slot / synapseFold % neuronFold * pe + row, tap: slot % synapseFold * simd + column)
  }

  var arithmetic: CoreArithmetic {
    CoreArithmetic(pe: pe, simd: simd, fold: synapseFold, compute: compute)
  }
}

/// Products, sums, then thresholds, with weights that stay.
struct DotProductBits<Block: ComputeBlock>: CoreBits {
  private let block: Block
  private let kernel: any SumKernel
  private let finish: ComputeFinish.Prepared
  private let weights: Integers

  init(_ block: Block, weights: Integers, finish: ComputeFinish, level: KernelLevel) {
    self.block = block
    self.weights = weights
    kernel = block.kernel(weights: weights, level: level)
    self.finish = finish.prepare(sums: kernel.outputFormat, range: kernel.sumRange)
  }

  func frame(_ inputs: [Integers]) -> FrameResult { finish.apply(kernel.apply(inputs[0])) }

  func schedule() -> WordSchedule {
    .groups(inputs: [block.synapseFold], outputs: [block.replays])
  }

  func words(_ results: [CoreResult], inputs: [WordSequence]) throws -> WordSequence {
    let input = inputs[0]
    // The kernel takes whole rows; the sums of what has not arrived are left out.
    let row = block.synapseFold * block.neuronFold / block.replays
    let whole = input.count.dividedUp(by: row) * row * input.elementsPerWord
    let sums = kernel.apply(
      input.elements.elements(0..<whole, rowLength: input.elementsPerWord)
        .reshaped(rowLength: row * input.elementsPerWord))
    let usable = input.count / block.synapseFold * block.replays * block.pe
    let slots = CoreSlots(
      block: block, activations: input, weights: weights.int64s ?? [], weightWords: nil)
    return try block.arithmetic.words(
      results, sums: Array((sums.int64s ?? []).prefix(usable)), slots: slots)
  }
}

/// The same with weights that arrive as a stream: slot g takes weight word g.
struct StreamedDotProductBits<Block: ComputeBlock>: CoreBits {
  let block: Block
  let finish: ComputeFinish
  let level: KernelLevel

  /// With the first pass over the weights, for all of the frame.
  func frame(_ inputs: [Integers]) -> FrameResult {
    let pass = block.weightLayout
    let words = inputs[1].elements(0..<pass.count, rowLength: pass.elements)
    var sources = [Int32](repeating: 0, count: pass.count)
    for slot in 0..<pass.words {
      for row in 0..<block.pe {
        for column in 0..<block.simd {
          sources[block.weight(slot: slot, row: row, column: column)] =
            Int32(slot * pass.elements + row * block.simd + column)
        }
      }
    }
    let weights = Gather(
      pieceLength: 1, sourcesPerRow: block.weightShape.rowLength, sources: sources
    ).apply(words)
    return DotProductBits(block, weights: weights, finish: finish, level: level).frame(inputs)
  }

  func schedule() -> WordSchedule {
    .groups(
      inputs: [block.synapseFold, block.synapseFold * block.replays], outputs: [block.replays])
  }

  func words(_ results: [CoreResult], inputs: [WordSequence]) throws -> WordSequence {
    let slots = CoreSlots(
      block: block, activations: inputs[0], weights: inputs[1].elements.int64s ?? [],
      weightWords: inputs[1].count)
    let core = block.arithmetic
    let sums = (0..<slots.count / block.synapseFold).flatMap { k in
      core.sum(k * block.synapseFold..<(k + 1) * block.synapseFold, slots)
    }
    return try core.words(results, sums: sums, slots: slots)
  }
}

/// The same with weights that arrive as matrices, each for some vectors.
struct DynamicDotProductBits<Block: ComputeBlock>: CoreBits {
  let block: Block
  let finish: ComputeFinish
  let level: KernelLevel
  let ports: [StreamLayout]
  let results: [StreamLayout]

  private var matrices: Int { ports[1].count / (block.rows * block.taps) }

  func frame(_ inputs: [Integers]) -> FrameResult {
    let (matrix, vectors) = (block.rows * block.taps, inputs[0].count / matrices)
    var all = FrameResult([])
    var parts: [Integers] = []
    for m in 0..<matrices {
      let weights = inputs[1].elements(
        m * matrix..<(m + 1) * matrix, rowLength: block.weightShape.rowLength)
      let x = inputs[0].elements(m * vectors..<(m + 1) * vectors, rowLength: block.taps)
      let part = DotProductBits(block, weights: weights, finish: finish, level: level).frame([x])
      parts += part.outputs
      all.findings += part.findings
    }
    all.outputs = [.joined(parts, rowLength: block.rows, format: parts[0].format)]
    return all
  }

  /// A vector's activations, and the whole matrix: it comes tap by tap, and every row needs all taps.
  func schedule() -> WordSchedule {
    let (fold, neurons) = (block.synapseFold, block.neuronFold)
    let needs = (0..<results[0].words).map { Int32(($0 / neurons + 1) * fold) }
    return .each([
      .table(inputs: ports[0].words, needs: needs),
      .groups(inputs: [ports[1].words / matrices], outputs: [results[0].words / matrices]),
    ])
  }

  func words(_ core: [CoreResult], inputs: [WordSequence]) throws -> WordSequence {
    let all = try words(inputs, ports: ports, outputs: results)[0]
    let picked = all.picking(core.compactMap(\.index))
    let undefined = core.indices.filter { if case .undefined = core[$0] { true } else { false } }
    guard !undefined.isEmpty, var values = picked.elements.int64s else { return picked }
    let n = picked.elementsPerWord
    for word in undefined where (word + 1) * n <= values.count {
      for i in word * n..<(word + 1) * n { values[i] = 0 }
    }
    return WordSequence(
      elementsPerWord: n,
      elements: Integers(values, rowLength: n, format: picked.elements.format))
  }
}

extension CoreResult {
  /// The result it is, right or not; nil for one that is no whole result.
  var index: Int? {
    switch self {
    case .whole(let k), .undefined(let k), .damaged(let k, _): k
    case .partial, .read: nil
    }
  }
}

/// The operands of a compute core's slots.
struct CoreSlots {
  /// Slots whose operands have arrived.
  let count: Int
  let activation: (_ slot: Int, _ row: Int, _ column: Int) -> Int64
  let weight: (_ slot: Int, _ row: Int, _ column: Int) -> Int64

  /// - Parameters:
  ///   - weights: the parameter array, or what the weight stream brought.
  ///   - weightWords: words of the latter; `nil` for the former.
  init(
    block: some ComputeBlock, activations: WordSequence, weights: [Int64], weightWords: Int?
  ) {
    let x = activations.elements.int64s ?? []
    let (fold, replays, words) = (block.synapseFold, block.replays, activations.count)
    let fed = words / fold * fold * replays + words % fold
    count = min(fed, weightWords ?? fed)
    activation = { slot, row, column in
      let word = slot / (fold * replays) * fold + slot % fold
      return x[word * block.activationsPerWord + block.activation(row: row, column: column)]
    }
    weight = { slot, row, column in
      weights[
        weightWords == nil
          ? block.weight(slot: slot, row: row, column: column)
          : (slot * block.pe + row) * block.simd + column]
    }
  }
}
