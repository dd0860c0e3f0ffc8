import SimKernels

extension VectorVector: MemoryBlock {
  var reasonForNoMemory: String? { compute.reasonForNoMemory }

  /// Word nf·SF + sf, element pe·SIMD + s: W[nf·PE + pe][0][sf·SIMD + s]. FINN's writer of the
  /// runtime file leaves the SIMD elements of a PE in the opposite order.
  func images(_ setup: BitSetup, index: Int) throws -> [MemoryImage] {
    let table = try setup.integers(
      "weights", type: compute.weightType, counts: [channels * kernelPixels],
      shape: "(\(channels), 1, \(kernel[0]), \(kernel[1]))", rowLength: kernelPixels)
    guard let w = table.int64s else { throw InputError("weights beyond 64 bits have no image") }
    func words(reversed: Bool) -> MemoryWords {
      var elements: [Int64] = []
      elements.reserveCapacity(w.count)
      for nf in 0..<neuronFold {
        for sf in 0..<synapseFold {
          for p in 0..<pe {
            let start = (nf * pe + p) * kernelPixels + sf * simd
            for s in 0..<simd { elements.append(w[start + (reversed ? simd - 1 - s : s)]) }
          }
        }
      }
      return MemoryWords(elements, perWord: pe * simd, format: compute.weightType.format)
    }
    return [
      setup.image("memblock.dat", words(reversed: false).lines),
      setup.runtimeImage(index, words(reversed: true).runtimeLines),
    ]
  }
}
