extension ComputeBlock {
  /// Bits of a weight word.
  package var memoryWidth: Int { pe * simd * compute.weightType.bits }
  /// Bits of the weight stream; 0 when the weights are constants in the code.
  package var weightStreamWidth: Int { compute.memoryMode == .embedded ? 0 : memoryWidth }
  package var weightStream: WeightStream { compute.weightStream }
  package var computeCore: ComputeCore? { compute.computeCore }
  /// Enabled cycles from the last product of a result to the result; `nil` for HLS.
  package var coreDepth: Int? {
    computeCore?.depth(simd: simd, segmentLength: compute.segmentLength)
  }
}
