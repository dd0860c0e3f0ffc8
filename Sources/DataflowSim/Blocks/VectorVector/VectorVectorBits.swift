import SimKernels

extension VectorVector: ComputeBlock {
  var weightLayout: StreamLayout {
    StreamLayout(
      dataType: compute.weightType, shape: [wmem, pe * simd], elements: pe * simd, words: wmem)
  }

  public func bits(_ setup: BitSetup) throws -> any BlockBits {
    let finish = try ComputeFinish(compute, rows: channels, isRTL: isRTL, setup)
    guard setup.has("weights") else {
      guard setup.inputs.count > 1 else {
        _ = try setup.tensor("weights"); return PassThroughBits()
      }
      return StreamedVectorVectorBits(block: self, finish: finish, level: setup.level)
    }
    let weights = try setup.integers(
      "weights", type: compute.weightType, counts: [channels * kernelPixels],
      shape: "(\(channels), 1, \(kernel[0]), \(kernel[1]))", rowLength: kernelPixels)
    return VectorVectorBits(self, weights: weights, finish: finish, level: setup.level)
  }
}

/// One kernel per channel, on windows as a depthwise sliding window of SIMD = PE delivers them.
/// Source: FINN dialect reference, section 3.2.
struct VectorVectorBits: CoreBits {
  private let block: VectorVector
  private let kernel: DepthwiseKernel
  private let finish: ComputeFinish.Prepared
  private let weights: Integers

  init(_ block: VectorVector, weights: Integers, finish: ComputeFinish, level: KernelLevel) {
    self.block = block
    self.weights = weights
    kernel = DepthwiseKernel(
      weights: weights, channels: block.channels, taps: block.kernelPixels, lanes: block.pe,
      input: block.compute.inputType.format, product: block.compute.product, level: level)
    self.finish = finish.prepare(sums: kernel.outputFormat, range: nil)
  }

  func frame(_ inputs: [Integers]) -> FrameResult { finish.apply(kernel.apply(inputs[0])) }

  func schedule() -> WordSchedule { .groups(inputs: [block.synapseFold], outputs: [1]) }

  func words(_ results: [CoreResult], input: WordSequence) throws -> WordSequence {
    // Channel groups follow each other by count; the first word belongs to group 0.
    let perPixel = block.synapseFold * block.neuronFold
    let pixels = input.count.dividedUp(by: perPixel)
    let window = input.elements.elements(
      0..<pixels * perPixel * input.elementsPerWord, rowLength: input.elementsPerWord)
    let sums = kernel.apply(window.reshaped(rowLength: block.channels * block.kernelPixels))
    let usable = input.count / block.synapseFold * block.pe
    let core = CoreArithmetic(
      pe: block.pe, simd: block.simd, fold: block.synapseFold, compute: block.compute)
    let slots = VectorSlots(block: block, x: input.elements, weights: weights)
    return try core.words(
      results, sums: Array((sums.int64s ?? []).prefix(usable)), slots: slots)
  }
}

/// Operands of a VVU's slots.
private struct VectorSlots: CoreSlots {
  let block: VectorVector
  let x: [Int64]
  let w: [Int64]

  init(block: VectorVector, x: Integers, weights: Integers) {
    self.block = block
    self.x = x.int64s ?? []
    w = weights.int64s ?? []
  }

  var count: Int { x.count / (block.simd * block.pe) }

  func activation(_ slot: Int, row: Int, column: Int) -> Int64 {
    x[slot * block.simd * block.pe + column * block.pe + row]
  }

  func weight(_ slot: Int, row: Int, column: Int) -> Int64 {
    let fold = slot / block.synapseFold % block.neuronFold
    let tap = slot % block.synapseFold * block.simd + column
    return w[(fold * block.pe + row) * block.kernelPixels + tap]
  }
}

/// A VVAU whose weights arrive as a stream, word nf·SF + sf holding element pe·SIMD + s.
struct StreamedVectorVectorBits: BlockBits {
  let block: VectorVector
  let finish: ComputeFinish
  let level: KernelLevel

  func frame(_ inputs: [Integers]) -> FrameResult {
    let n = block.pe * block.simd
    let taps = block.kernelPixels
    let words = inputs[1].elements(0..<block.channels * taps, rowLength: n)
    let sources = (0..<block.channels * taps).map { i -> Int32 in
      let (channel, tap) = (i / taps, i % taps)
      let word = channel / block.pe * block.synapseFold + tap / block.simd
      return Int32(word * n + channel % block.pe * block.simd + tap % block.simd)
    }
    let weights = Gather(pieceLength: 1, sourcesPerRow: taps, sources: sources).apply(words)
    return VectorVectorBits(block, weights: weights, finish: finish, level: level).frame(inputs)
  }

  func schedule() -> WordSchedule {
    .groups(
      inputs: [
        block.synapseFold * block.neuronFold * block.pixels,
        block.synapseFold * block.neuronFold,
      ], outputs: [block.neuronFold * block.pixels])
  }
}
