import SimKernels

/// One kernel per channel, on windows as a depthwise sliding window of SIMD = PE delivers them.
/// Source: FINN dialect reference, section 3.2.
extension VectorVector: ComputeBlock {
  var rows: Int { channels }
  var taps: Int { kernelPixels }
  var replays: Int { 1 }
  var activationsPerWord: Int { simd * pe }
  func activation(row: Int, column: Int) -> Int { column * pe + row }
  func weightIndex(row: Int, tap: Int) -> Int { row * kernelPixels + tap }
  var weightShape: (text: String, rowLength: Int) {
    ("(\(channels), 1, \(kernel[0]), \(kernel[1]))", kernelPixels)
  }

  func kernel(weights: Integers, level: KernelLevel) -> any SumKernel {
    DepthwiseKernel(
      weights: weights, channels: channels, taps: kernelPixels, lanes: pe,
      input: compute.inputType.format, product: compute.product, level: level)
  }
}
