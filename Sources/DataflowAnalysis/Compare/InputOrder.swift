import SimKernels

/// An order in which the input rows of a node may really come.
struct InputOrder {
  let name: String
  /// For each element of a row as the node reads it, the element it should have got.
  let source: [Int]

  /// The orders that tool flows confuse in front of a product or a pool.
  ///
  /// - Parameter pixels: rows and columns of the image or window that makes up an input row.
  static func candidates(_ block: (any Block)?, pixels: [Int]?) -> [InputOrder] {
    switch block {
    case let block as MatrixVector: return pixels.map { matrix(block.taps, $0) } ?? []
    case let block as VectorVector:
      return depthwise(block.channels, block.kernelPixels, block.pe)
        + kernels(block.kernel).map { turn in
          InputOrder(
            name: turn.name,
            source: grouped(block.channels, block.kernelPixels, block.pe) { turn.pixel($0) })
        }
    case let block as Pool: return depthwise(block.channels, block.kernelPixels, block.pe)
    default: return []
    }
  }

  /// A frame in this order.
  func applied(to frame: Integers) -> Integers {
    guard frame.count % source.count == 0, !source.isEmpty else { return frame }
    let gather = Gather(
      pieceLength: 1, sourcesPerRow: source.count,
      sources: (0..<frame.count).map { i in
        Int32(i / source.count * source.count + source[i % source.count])
      })
    let row = frame.reshaped(rowLength: source.count)
    return gather.apply(row).reshaped(rowLength: source.count)
  }

  // MARK: Kernels

  /// What may be done to the pixels of a kernel by mistake.
  private static func kernels(_ extent: [Int]) -> [(name: String, pixel: (Int) -> Int)] {
    guard extent.count == 2, product(extent) > 1 else { return [] }
    let (height, width) = (extent[0], extent[1])
    let what = "the \(height) x \(width) pixels of an input row"
    var turns: [(name: String, pixel: (Int) -> Int)] = []
    if height > 1, width > 1 {
      turns.append(
        ("rows and columns of \(what) swapped", { $0 % height * width + $0 / height }))
      turns.append(
        (
          "\(what) turned by 180 degrees (the kernel of a transposed convolution must be turned)",
          { height * width - 1 - $0 }
        ))
    }
    if width > 1 {
      turns.append(
        ("\(what) mirrored left to right", { $0 / width * width + width - 1 - $0 % width }))
    }
    if height > 1 {
      turns.append(
        ("\(what) mirrored top to bottom", { (height - 1 - $0 / width) * width + $0 % width }))
    }
    return turns
  }

  /// Pixels and channels of a row exchanged, or its pixels turned.
  private static func matrix(_ row: Int, _ extent: [Int]) -> [InputOrder] {
    let pixels: Int = product(extent)
    guard row <= 1 << 20, extent.count == 2, pixels > 1, row % pixels == 0 else { return [] }
    let channels = row / pixels
    let turned = kernels(extent).map { turn in
      InputOrder(
        name: turn.name,
        source: (0..<row).map { turn.pixel($0 / channels) * channels + $0 % channels })
    }
    guard channels > 1 else { return turned }
    let what = "NHWC against NCHW: \(pixels) pixels of \(channels) channels come"
    return turned + [
      InputOrder(
        name: what + " pixel by pixel, the weights take them channel by channel",
        source: (0..<row).map { $0 % pixels * channels + $0 / pixels }),
      InputOrder(
        name: what + " channel by channel, the weights take them pixel by pixel",
        source: (0..<row).map { $0 % channels * pixels + $0 / channels }),
      InputOrder(
        name: reversedChannels(channels),
        source: (0..<row).map { $0 / channels * channels + channels - 1 - $0 % channels }),
    ] + interleaved(row, channels, pixels)
  }

  /// "RGB against BGR", where a pixel has three channels.
  static func reversedChannels(_ channels: Int) -> String {
    "channels of every pixel reversed" + (channels == 3 ? " (RGB against BGR)" : "")
  }

  // MARK: Depthwise

  /// A row of groups of `pe` channels, in which pixel `k` of every group is taken from `pixel(k)`.
  private static func grouped(
    _ channels: Int, _ taps: Int, _ pe: Int, _ pixel: (Int) -> Int
  ) -> [Int] {
    (0..<channels * taps).map { i in
      let (group, tap, lane) = (i / (pe * taps), i / pe % taps, i % pe)
      return (group * taps + pixel(tap)) * pe + lane
    }
  }

  /// Groups of channels other than the node's PE, whole pixels among them.
  private static func depthwise(_ channels: Int, _ taps: Int, _ pe: Int) -> [InputOrder] {
    guard taps > 1, channels * taps <= 1 << 20 else { return [] }
    return divisors(of: channels).filter { $0 != pe }.map { other in
      let source = (0..<channels * taps).map { i -> Int in
        let (tap, channel) = (i / pe % taps, i / (pe * taps) * pe + i % pe)
        return (channel / other * taps + tap) * other + channel % other
      }
      return InputOrder(
        name:
          "depthwise interleave: the window brings \(other) channels of each pixel in turn, the "
          + "node takes \(pe)",
        source: source)
    }
  }

  /// A depthwise window in front of a node that takes whole pixels.
  private static func interleaved(_ row: Int, _ channels: Int, _ pixels: Int) -> [InputOrder] {
    divisors(of: channels).filter { $0 > 1 && $0 < channels }.map { group in
      InputOrder(
        name:
          "depthwise interleave: the window brings \(group) channels of each pixel in turn, the "
          + "node takes all \(channels)",
        source: (0..<row).map { i in
          let (pixel, channel) = (i / channels, i % channels)
          return (channel / group * pixels + pixel) * group + channel % group
        })
    }
  }
}

extension Dataplane {
  /// Rows and columns of the windows or of the image that a stream carries, flattened, as rows.
  func pixelsOfRows(fedBy stream: Int) -> [Int]? {
    var index = stream
    for _ in 0...steps.count {
      guard let step = steps.first(where: { $0.outputs.contains(index) }) else { break }
      if let window = step.bits as? SlidingWindowBits { return window.window.kernel }
      guard step.node.passesValuesOn, let input = step.inputs.first
      else { break }
      index = input
    }
    guard let shape = layouts[index]?.shape, shape.count == 4 else { return nil }
    return Array(shape[1...2])
  }
}
