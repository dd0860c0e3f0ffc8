/// A way in which a whole input image may have been given wrongly, tried by computing the network again.
struct ImageOrder {
  let name: String
  /// For each element of the frame, the one that should have stood there.
  let source: [Int]

  /// The mistakes that fit an image of `shape`, rows, columns, channels last.
  static func candidates(_ shape: [Int]) -> [ImageOrder] {
    guard shape.count == 4, shape[0] == 1 else { return [] }
    let (height, width, channels) = (shape[1], shape[2], shape[3])
    guard height * width > 1, height * width * channels <= 1 << 22 else { return [] }
    func pixels(_ name: String, _ pixel: (Int, Int) -> Int) -> ImageOrder {
      ImageOrder(
        name: name,
        source: (0..<height * width * channels).map { i in
          let (p, c) = (i / channels, i % channels)
          return pixel(p / width, p % width) * channels + c
        })
    }
    var all: [ImageOrder] = []
    let count = height * width * channels
    if channels > 1 {
      all.append(
        ImageOrder(
          name: "the input image: " + InputOrder.reversedChannels(channels),
          source: (0..<count).map { $0 / channels * channels + channels - 1 - $0 % channels }))
    }
    if height == width, height > 1 {
      all.append(pixels("the input image: rows and columns swapped") { $1 * width + $0 })
    }
    if width > 1 {
      all.append(
        pixels("the input image: mirrored left to right") { $0 * width + width - 1 - $1 })
    }
    if height > 1 {
      all.append(
        pixels("the input image: mirrored top to bottom") { (height - 1 - $0) * width + $1 })
    }
    if channels > 1 {
      let pixelCount = height * width
      all.append(
        ImageOrder(
          name: "the input image: NHWC data read as NCHW",
          source: (0..<count).map { $0 % channels * pixelCount + $0 / channels }))
      all.append(
        ImageOrder(
          name: "the input image: NCHW data read as NHWC",
          source: (0..<count).map { $0 % pixelCount * channels + $0 / pixelCount }))
    }
    return all
  }
}

extension Tensor {
  /// The first `frames` frames, each with its elements in another order; `nil` where the first axis is
  /// not that of the frames.
  func reordered(_ source: [Int], frames: Int) -> Tensor? {
    let size = elementType.size
    guard let all = shape.first, frames <= all, all * source.count == count else { return nil }
    var moved = [UInt8](repeating: 0, count: frames * source.count * size)
    for f in 0..<frames {
      let base = f * source.count
      for (i, s) in source.enumerated() {
        for b in 0..<size { moved[(base + i) * size + b] = bytes[(base + s) * size + b] }
      }
    }
    return Tensor(unchecked: [frames] + shape.dropFirst(), elementType, moved)
  }
}
