/// A reordering of a frame that real tool flows get wrong, with its name.
struct Permutation {
  let name: String
  /// For each position of the actual frame, the position of the expected value; nil when the
  /// reordering is none for this shape.
  let source: () -> [Int]?

  /// All reorderings that make sense for a layout: cheap and common ones first.
  static func candidates(for layout: StreamLayout) -> [Permutation] {
    let shape = layout.shape
    let channels = max(1, shape.last ?? 1)
    let count = shape.reduce(1, *)
    let spatial = shape.count >= 4 ? Array(shape.dropFirst().dropLast()) : []
    let orders = channelOrders(channels).map { order in
      Permutation(name: order.name) { perPixel(count, channels, order.channel) }
    }
    var all = Array(orders.prefix(1))
    if spatial.count == 2 {
      let (h, w) = (spatial[0], spatial[1])
      all += [
        Permutation(name: "rows and columns swapped") {
          h == w && h > 1
            ? (0..<count).map { i in
              let (p, c) = (i / channels, i % channels)
              return (p % w * w + p / w) * channels + c
            } : nil
        },
        Permutation(name: "NCHW data read as NHWC") { channelsFirst(h * w, channels) },
        Permutation(name: "NHWC data read as NCHW") { channelsLast(h * w, channels) },
      ]
      all += pixelShuffles(height: h, width: w, channels: channels)
    }
    all += depthwise(channels: channels, count: count)
    all += orders.dropFirst()
    return all
  }

  /// For each channel the one whose values it has, in the orders that folding gets wrong; the reversed order
  /// first.
  static func channelOrders(_ channels: Int) -> [(name: String, channel: (Int) -> Int)] {
    guard channels > 1 else { return [] }
    let folds = divisors(of: channels).filter { $0 > 1 && $0 < channels }
    let spread = folds.map { parallel in
      (
        "PE/SIMD interleave of \(parallel): neighbours spread over the folds",
        { $0 % parallel * (channels / parallel) + $0 / parallel }
      )
    }
    let words = folds.map { group in
      (
        "element order reversed in words of \(group)",
        { $0 / group * group + group - 1 - $0 % group }
      )
    }
    return [("channel order reversed", { channels - 1 - $0 })] + spread + words
  }

  private static func perPixel(_ count: Int, _ channels: Int, _ channel: (Int) -> Int) -> [Int] {
    let order = (0..<channels).map(channel)
    return (0..<count).map { $0 / channels * channels + order[$0 % channels] }
  }

  private static func channelsFirst(_ pixels: Int, _ channels: Int) -> [Int]? {
    guard pixels > 1, channels > 1 else { return nil }
    return (0..<pixels * channels).map { $0 % pixels * channels + $0 / pixels }
  }

  private static func channelsLast(_ pixels: Int, _ channels: Int) -> [Int]? {
    guard pixels > 1, channels > 1 else { return nil }
    return (0..<pixels * channels).map { $0 % channels * pixels + $0 / channels }
  }

  /// Depth-to-space comes in two orders: DCR takes the block position from the high channels, CRD
  /// from the low ones. Seen before the shuffle the channels are regrouped, behind it the pixels of
  /// each block and the channels are.
  private static func pixelShuffles(height: Int, width: Int, channels: Int) -> [Permutation] {
    let count = height * width * channels
    return [2, 3, 4].flatMap { r -> [Permutation] in
      let squares = r * r
      func before(_ order: String, _ channel: @escaping (_ depth: Int, Int) -> Int) -> Permutation {
        let depth = channels / squares
        // With as many channels as block positions each order is the inverse of the other.
        let orders = depth == squares ? "DCR against CRD channel order" : order
        return Permutation(name: "pixel shuffle by \(r): \(orders)") {
          guard channels % squares == 0, channels > squares else { return nil }
          return perPixel(count, channels) { channel(depth, $0) }
        }
      }
      func after(_ name: String, _ inverse: Bool) -> Permutation {
        Permutation(name: name) {
          guard height % r == 0, width % r == 0, channels > 1 else { return nil }
          return (0..<count).map { i in
            let (c, x, y) = (i % channels, i / channels % width, i / channels / width)
            // Channel of the tensor before the shuffle in one order, position of it in the other.
            let block = y % r * r + x % r
            let index = inverse ? c * squares + block : block * channels + c
            let (c2, b2) =
              inverse
              ? (index % channels, index / channels) : (index / squares, index % squares)
            return ((y / r * r + b2 / r) * width + x / r * r + b2 % r) * channels + c2
          }
        }
      }
      return [
        before("CRD channel order instead of DCR") { $1 % squares * $0 + $1 / squares },
        before("DCR channel order instead of CRD") { $1 % $0 * squares + $1 / $0 },
        after("pixel shuffle by \(r): DCR instead of CRD", false),
        after("pixel shuffle by \(r): CRD instead of DCR", true),
      ]
    }
  }

  /// A depthwise window interleaves PE channels of each kernel pixel; read as whole pixels (or the
  /// other way round) the elements of a window are reordered.
  private static func depthwise(channels: Int, count: Int) -> [Permutation] {
    // 9 first, the most usual: 4 pixels of 9 groups are turned like 9 pixels of 4 groups turned back.
    let kernels = [9, 25, 49, 4].filter { channels % $0 == 0 && channels > $0 }
    return kernels.flatMap { k -> [Permutation] in
      let depth = channels / k
      return divisors(of: depth).filter { $0 < depth }.flatMap { pe -> [Permutation] in
        // Where the interleaved row has the element that the row by pixels has at j.
        let toPixels = (0..<channels).map { j -> Int in
          let (pixel, c) = (j / depth, j % depth)
          return (c / pe * k + pixel) * pe + c % pe
        }
        var toGroups = toPixels
        for (j, source) in toPixels.enumerated() { toGroups[source] = j }
        return [
          Permutation(name: "depthwise interleave (kernel \(k), PE \(pe)) missing") {
            perPixel(count, channels) { toPixels[$0] }
          },
          Permutation(name: "depthwise interleave (kernel \(k), PE \(pe)) where none is due") {
            perPixel(count, channels) { toGroups[$0] }
          },
        ]
      }
    }
  }
}

/// Bits or bytes of every element in the wrong order.
enum BitOrder {
  static func explain(_ s: Sample) -> String? {
    let type = s.layout.dataType
    guard type.bits > 1, type.bits <= 32, let range = type.range else { return nil }
    func matches(_ reorder: (Int) -> Int) -> Bool {
      s.expected.indices.allSatisfy { i in
        let e = s.expected[i].rounded()
        guard abs(e) < 1e9, range.contains(Int(e)) else { return false }
        let code = reorder(Int(e) & (1 << type.bits - 1))
        let isNegative = range.lowerBound < 0 && code >> (type.bits - 1) == 1
        return Int(s.actual[i]) == (isNegative ? code - 1 << type.bits : code)
      }
    }
    if matches({ reversedBits($0, type.bits) }) { return "bit order of every element reversed" }
    guard type.bits % 8 == 0, type.bits > 8 else { return nil }
    return matches { reversedBytes($0, type.bits / 8) }
      ? "byte order of every element reversed" : nil
  }

  private static func reversedBits(_ code: Int, _ bits: Int) -> Int {
    (0..<bits).reduce(0) { $0 | (code >> $1 & 1) << (bits - 1 - $1) }
  }

  private static func reversedBytes(_ code: Int, _ bytes: Int) -> Int {
    (0..<bytes).reduce(0) { $0 | (code >> (8 * $1) & 255) << (8 * (bytes - 1 - $1)) }
  }
}
