import SimKernels

extension MatrixVector: MemoryBlock {
  var reasonForNoMemory: String? { compute.reasonForNoMemory }
  var hasRuntimeImage: Bool { compute.runtimeWriteableWeights }

  /// Word nf·SF + sf, element pe·SIMD + s: W[sf·SIMD + s][nf·PE + pe].
  func images(_ setup: BitSetup, runtimeIndex: Int?) throws -> [MemoryImage] {
    let table = try setup.integers(
      "weights", type: compute.weightType, counts: [mw * mh], shape: "(\(mw), \(mh))",
      rowLength: mh)
    guard let w = table.int64s else { throw InputError("weights beyond 64 bits have no image") }
    var elements: [Int64] = []
    elements.reserveCapacity(w.count)
    for nf in 0..<neuronFold {
      for sf in 0..<synapseFold {
        for p in 0..<pe {
          for s in 0..<simd { elements.append(w[(sf * simd + s) * mh + nf * pe + p]) }
        }
      }
    }
    let words = MemoryWords(elements, perWord: pe * simd, format: compute.weightType.format)
    return [setup.image("memblock.dat", words.lines)]
      + setup.runtimeImages(runtimeIndex, words.runtimeLines)
  }
}
