import SimKernels

extension VectorVector: MemoryBlock {
  var reasonForNoMemory: String? { compute.reasonForNoMemory }
  /// FINN's driver generator passes over depthwise layers.
  var hasRuntimeImage: Bool { false }

  /// Word nf·SF + sf, element pe·SIMD + s: W[nf·PE + pe][0][sf·SIMD + s].
  func images(_ setup: BitSetup, runtimeIndex: Int?) throws -> [MemoryImage] {
    let table = try setup.integers(
      "weights", type: compute.weightType, counts: [channels * kernelPixels],
      shape: "(\(channels), 1, \(kernel[0]), \(kernel[1]))", rowLength: kernelPixels)
    guard let w = table.int64s else { throw InputError("weights beyond 64 bits have no image") }
    var elements: [Int64] = []
    elements.reserveCapacity(w.count)
    for nf in 0..<neuronFold {
      for sf in 0..<synapseFold {
        for p in 0..<pe {
          let start = (nf * pe + p) * kernelPixels + sf * simd
          elements += w[start..<start + simd]
        }
      }
    }
    let words = MemoryWords(elements, perWord: pe * simd, format: compute.weightType.format)
    return [setup.image("memblock.dat", words.lines)]
  }
}
