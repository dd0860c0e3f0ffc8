import SimKernels

/// Matrix times vectors. Source: FINN dialect reference, section 3.1.
extension MatrixVector: ComputeBlock {
  var rows: Int { mh }
  var taps: Int { mw }
  var replays: Int { neuronFold }
  var activationsPerWord: Int { simd }
  func activation(row: Int, column: Int) -> Int { column }
  func weightIndex(row: Int, tap: Int) -> Int { tap * mh + row }
  var weightShape: (text: String, rowLength: Int) { ("(\(mw), \(mh))", mh) }

  func kernel(weights: Integers, level: KernelLevel) -> any SumKernel {
    MatrixKernel(
      weights: weights, columns: mw, rows: mh, input: compute.inputType.format,
      product: compute.product, level: level)
  }
}
