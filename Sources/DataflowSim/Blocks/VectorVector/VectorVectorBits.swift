import SimKernels

/// One kernel per channel, on windows as a depthwise sliding window of SIMD = PE delivers them.
/// Source: docs/reference/semantics.md#depthwise.
extension VectorVector: ComputeBlock {
  package var rows: Int { channels }
  package var taps: Int { kernelPixels }
  package var replays: Int { 1 }
  package var activationsPerWord: Int { simd * pe }
  package func activation(row: Int, column: Int) -> Int { column * pe + row }
  package func weightIndex(row: Int, tap: Int) -> Int { row * kernelPixels + tap }
  package var weightShape: (text: String, rowLength: Int) {
    ("(\(channels), 1, \(kernel[0]), \(kernel[1]))", kernelPixels)
  }

  package func kernel(weights: Integers, level: KernelLevel) -> any SumKernel {
    DepthwiseKernel(
      weights: weights, channels: channels, taps: kernelPixels, lanes: pe,
      input: compute.inputType.format, product: compute.product, level: level)
  }
}
