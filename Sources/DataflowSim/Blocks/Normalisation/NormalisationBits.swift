import FoundationEssentials
import Glibc
import SimKernels

extension LayerNorm: BitBlock {
  package func bits(_ setup: BitSetup) throws -> any BlockBits {
    try setup.requireCarried(inputType, "elements")
    guard outputType == .float32 else {
      throw InputError(
        "results of type \(outputType): how LayerNorm rounds to it is not documented",
        at: "attribute 'outputDataType'", hint: "values are computed for FLOAT32")
    }
    if node.isDevelopmentRTL {
      guard inputType == .float32 else {
        throw InputError(
          "elements of type \(inputType): the RTL block computes FLOAT32",
          at: "attribute 'inputDataType'")
      }
      return VectorBits(
        inputType: inputType, length: ifmDim.last ?? 1, simd: simd, isExact: true,
        function: SinglePrecisionNorm(length: ifmDim.last ?? 1, simd: simd).apply)
    }
    let (epsilon, simd) = (epsilon, simd)
    return VectorBits(inputType: inputType, length: ifmDim.last ?? 1, simd: simd) { x in
      let n = Double(x.count)
      let mean = x.reduce(0) { $0 + Double($1) } / n
      let variance = x.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / n
      let scale = 1 / (variance + epsilon).squareRoot()
      return x.map { Float((Double($0) - mean) * scale) }
    }
  }
}

extension Softmax: BitBlock {
  package func bits(_ setup: BitSetup) throws -> any BlockBits {
    try setup.requireCarried(inputType, "elements")
    return VectorBits(inputType: inputType, length: ifmDim.last ?? 1, simd: simd) { x in
      // Relative to the largest, so that no power overflows.
      let most = Double(x.max() ?? 0)
      let powers = x.map { exp(Double($0) - most) }
      let sum = powers.reduce(0, +)
      return powers.map { Float($0 / sum) }
    }
  }
}

/// A function of whole vectors along the last axis, in floating point.
private struct VectorBits: BlockBits {
  let inputType: DataType
  /// Elements of a vector, and of a word.
  let length: Int
  let simd: Int
  var isExact = false
  let function: @Sendable (ArraySlice<Float>) -> [Float]

  var approximation: String? { isExact ? nil : floatApproximation }

  func frame(_ inputs: [Integers]) -> FrameResult {
    let x = inputs[0].floats(of: inputType)
    let results = stride(from: 0, to: x.count, by: length).flatMap { function(x[$0..<$0 + length]) }
    return FrameResult([Integers(results, rowLength: length)])
  }

  func schedule() -> WordSchedule {
    .groups(inputs: [length / simd], outputs: [length / simd])
  }
}
