import SimKernels

extension Crop: BitBlock {
  package func bits(_ setup: BitSetup) throws -> any BlockBits {
    try setup.requireCarried(dataType, "elements")
    let images: Int = product(numInputVectors)
    try setup.requireIndexable(images * geometry.words)
    return CropBits(geometry: geometry, frames: images, simd: simd)
  }
}

extension SelectToken: BitBlock {
  package func bits(_ setup: BitSetup) throws -> any BlockBits {
    try setup.requireCarried(dataType, "elements")
    return CropBits(geometry: geometry, frames: 1, simd: simd)
  }
}

/// The words inside the border, in order; in RTL without those the block lost.
struct CropBits: CoreBits {
  private let simd: Int
  /// By frame, the words kept.
  private let kept: [Int]
  private let words: Int

  init(geometry: CropGeometry, frames: Int, simd: Int) {
    self.simd = simd
    words = geometry.words * frames
    kept = (0..<frames).flatMap { frame in
      (0..<geometry.words).filter(geometry.keeps).map { frame * geometry.words + $0 }
    }
  }

  func frame(_ inputs: [Integers]) -> FrameResult {
    let all = WordSequence(
      elementsPerWord: simd, elements: inputs[0].reshaped(rowLength: simd))
    return FrameResult([all.picking(kept).elements])
  }

  func schedule() -> WordSchedule {
    .table(inputs: words, needs: kept.map { Int32($0 + 1) })
  }

  func words(_ results: [CoreResult], inputs: [WordSequence]) throws -> WordSequence {
    inputs[0].picking(
      results.compactMap(\.index).map { $0 / kept.count * words + kept[$0 % kept.count] })
  }
}

extension WordSequence {
  /// The words at `indices` that are there.
  func picking(_ indices: [Int]) -> WordSequence {
    let n = elementsPerWord
    let parts = indices.filter { $0 < count }.map {
      elements.elements($0 * n..<($0 + 1) * n, rowLength: n)
    }
    return WordSequence(
      elementsPerWord: n,
      elements: .joined(parts, rowLength: n, format: elements.format))
  }
}
