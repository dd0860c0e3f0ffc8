import SimKernels

extension Shuffle: BitBlock {
  public func bits(_ setup: BitSetup) throws -> any BlockBits { try ShuffleBits(self, setup) }
}

/// Reshape, transpose, reshape. Source: docs/reference/development-branch.md#ops-it-adds.
struct ShuffleBits: BlockBits {
  private let gather: Gather
  private let simd: Int

  init(_ shape: Shuffle, _ setup: BitSetup) throws {
    try setup.requireCarried(shape.dataType, "elements")
    let count: Int = product(shape.inputShape)
    try setup.requireIndexable(count)
    simd = shape.simd
    let from = shape.transposeInputShape
    var strides = [Int](repeating: 1, count: from.count)
    for axis in from.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] * from[axis + 1]
    }
    let dims = shape.permutation.map { from[$0] }
    let steps = shape.permutation.map { strides[$0] }
    var sources: [Int32] = []
    sources.reserveCapacity(count)
    var position = [Int](repeating: 0, count: dims.count)
    var source = 0
    for _ in 0..<count {
      sources.append(Int32(source))
      for axis in dims.indices.reversed() {
        position[axis] += 1
        source += steps[axis]
        if position[axis] < dims[axis] { break }
        source -= steps[axis] * dims[axis]
        position[axis] = 0
      }
    }
    gather = Gather(
      pieceLength: 1, sourcesPerRow: shape.outputShape.last ?? 1, sources: sources)
  }

  func frame(_ inputs: [Integers]) -> FrameResult { FrameResult([gather.apply(inputs[0])]) }

  func schedule() -> WordSchedule {
    var needs: [Int32] = []
    var most: Int32 = 0
    for start in stride(from: 0, to: gather.sources.count, by: simd) {
      for source in gather.sources[start..<start + simd] {
        most = max(most, source / Int32(simd) + 1)
      }
      needs.append(most)
    }
    return .table(inputs: gather.sources.count / simd, needs: needs)
  }
}
