import SimKernels

/// Matrix times vectors. Source: docs/reference/semantics.md#matrix-vector.
extension MatrixVector: ComputeBlock {
  package var rows: Int { mh }
  package var taps: Int { mw }
  package var replays: Int { neuronFold }
  package var activationsPerWord: Int { simd }
  package func activation(row: Int, column: Int) -> Int { column }
  package func weightIndex(row: Int, tap: Int) -> Int { tap * mh + row }
  package var weightShape: (text: String, rowLength: Int) { ("(\(mw), \(mh))", mh) }

  package func kernel(weights: Integers, level: KernelLevel) -> any SumKernel {
    MatrixKernel(
      weights: weights, columns: mw, rows: mh, input: compute.inputType.format,
      product: compute.product, level: level)
  }
}
