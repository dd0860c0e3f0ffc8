import SimKernels

extension MatrixVector: ComputeBlock {
  var weightLayout: StreamLayout {
    StreamLayout(
      dataType: compute.weightType, shape: [wmem, pe * simd], elements: pe * simd, words: wmem)
  }

  public func bits(_ setup: BitSetup) throws -> any BlockBits {
    let finish = try ComputeFinish(compute, rows: mh, isRTL: isRTL, setup)
    guard setup.has("weights") else {
      guard setup.inputs.count > 1 else {
        _ = try setup.tensor("weights"); return PassThroughBits()
      }
      return StreamedMatrixVectorBits(block: self, finish: finish, level: setup.level)
    }
    let weights = try setup.integers(
      "weights", type: compute.weightType, counts: [mw * mh], shape: "(\(mw), \(mh))",
      rowLength: mh)
    return MatrixVectorBits(self, weights: weights, finish: finish, level: setup.level)
  }
}

/// Matrix times vectors, then thresholds. Source: FINN dialect reference, section 3.1.
struct MatrixVectorBits: CoreBits {
  private let block: MatrixVector
  private let kernel: MatrixKernel
  private let finish: ComputeFinish.Prepared
  private let weights: Integers

  init(
    _ block: MatrixVector, weights: Integers, finish: ComputeFinish, level: KernelLevel
  ) {
    self.block = block
    self.weights = weights
    kernel = MatrixKernel(
      weights: weights, columns: block.mw, rows: block.mh, input: block.compute.inputType.format,
      product: block.compute.product, level: level)
    self.finish = finish.prepare(sums: kernel.outputFormat, range: kernel.sumRange)
  }

  func frame(_ inputs: [Integers]) -> FrameResult { finish.apply(kernel.apply(inputs[0])) }

  func schedule() -> WordSchedule {
    .groups(inputs: [block.synapseFold], outputs: [block.neuronFold])
  }

  func words(_ results: [CoreResult], input: WordSequence) throws -> WordSequence {
    let whole = input.count / block.synapseFold
    let used = input.prefix(whole * block.synapseFold).elements.reshaped(rowLength: block.mw)
    let sums = kernel.apply(used)
    let core = CoreArithmetic(
      pe: block.pe, simd: block.simd, fold: block.synapseFold, compute: block.compute)
    let slots = MatrixSlots(block: block, x: input.elements, weights: weights)
    return try core.words(results, sums: sums.int64s ?? [], slots: slots)
  }
}

/// Operands of an MVU's slots.
private struct MatrixSlots: CoreSlots {
  let simd: Int
  let pe: Int
  let synapseFold: Int
  let neuronFold: Int
  let rows: Int
  let x: [Int64]
  let w: [Int64]

  init(block: MatrixVector, x: Integers, weights: Integers) {
    simd = block.simd
    pe = block.pe
    synapseFold = block.synapseFold
    neuronFold = block.neuronFold
    rows = block.mh
    self.x = x.int64s ?? []
    w = weights.int64s ?? []
  }

  var count: Int {
    x.count / simd / synapseFold * synapseFold * neuronFold + x.count / simd % synapseFold
  }

  func activation(_ slot: Int, row: Int, column: Int) -> Int64 {
    let vector = slot / (synapseFold * neuronFold)
    return x[(vector * synapseFold + slot % synapseFold) * simd + column]
  }

  func weight(_ slot: Int, row: Int, column: Int) -> Int64 {
    let fold = slot / synapseFold % neuronFold
    return w[(slot % synapseFold * simd + column) * rows + fold * pe + row]
  }
}

/// An MVAU whose weights arrive as a stream, word nf·SF + sf holding element pe·SIMD + s.
struct StreamedMatrixVectorBits: BlockBits {
  let block: MatrixVector
  let finish: ComputeFinish
  let level: KernelLevel

  func frame(_ inputs: [Integers]) -> FrameResult {
    let n = block.pe * block.simd
    let count = block.mw * block.mh
    let words = inputs[1].elements(0..<count, rowLength: n)
    var sources: [Int32] = []
    sources.reserveCapacity(count)
    for column in 0..<block.mw {
      for row in 0..<block.mh {
        let word = row / block.pe * block.synapseFold + column / block.simd
        sources.append(
          Int32(word * n + row % block.pe * block.simd + column % block.simd))
      }
    }
    let weights = Gather(pieceLength: 1, sourcesPerRow: block.mh, sources: sources).apply(words)
    return MatrixVectorBits(block, weights: weights, finish: finish, level: level).frame(inputs)
  }

  func schedule() -> WordSchedule {
    .groups(
      inputs: [block.synapseFold, block.synapseFold * block.neuronFold],
      outputs: [block.neuronFold])
  }
}
