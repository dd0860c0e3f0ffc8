import SimKernels

extension Shuffle: BitBlock {
  package func bits(_ setup: BitSetup) throws -> any BlockBits { try ShuffleBits(self, setup) }
}

/// Reshape, transpose, reshape. Source: docs/reference/development-branch.md#ops-it-adds.
struct ShuffleBits: CoreBits {
  private let gather: Gather
  private let simd: Int
  /// Words of an inner matrix, and by word and element of the result, the word of the matrix it is in and
  /// its place there. Only for the inner shuffle.
  private let page: Int
  private let places: [(word: Int, element: Int)]

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
    page = shape.isInner ? shape.innerWords : 0
    let simd = simd
    places = sources.prefix(page * simd).map { (Int($0) / simd, Int($0) % simd) }
  }

  /// What the words were when they were read from two pages of memory, each of which may hold words of an
  /// earlier frame or none yet (zero).
  func words(_ results: [CoreResult], inputs: [WordSequence]) throws -> WordSequence {
    let x = inputs[0].elements.int64s ?? []
    var out: [Int64] = []
    out.reserveCapacity(results.count * simd)
    for (i, result) in results.enumerated() {
      guard case .read(let written) = result else { continue }
      let (start, word) = (i / page % 2 * page, i % page)
      for place in places[word * simd..<(word + 1) * simd] {
        let location = start + place.word
        // The latest word written to the location, if any.
        let lap = (written - 1 - location) >= 0 ? (written - 1 - location) / (2 * page) : -1
        let source = lap * 2 * page + location
        out.append(
          lap < 0 || source >= inputs[0].count ? 0 : x[source * simd + place.element])
      }
    }
    return WordSequence(
      elementsPerWord: simd,
      elements: Integers(out, rowLength: simd, format: inputs[0].elements.format))
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
