import FoundationEssentials
import Glibc

/// Whole pictures or frames that are right, but somewhere else.
enum Displacement {
  /// Rows and columns that a picture is looked for away.
  private static let farthest = 3

  /// Every picture lies some rows and columns away: padding on another side.
  ///
  /// - Parameter isLikely: a padding stands in front, so that less evidence will do.
  static func picture(_ s: Sample, isLikely: Bool) -> Diagnosis? {
    let shape = s.layout.shape
    guard shape.count == 4, shape[1] * shape[2] > 1 else { return nil }
    let (height, width, channels) = (shape[1], shape[2], shape[3])
    func reach(_ extent: Int) -> [Int] {
      (0...min(farthest, extent - 1)).flatMap { $0 == 0 ? [0] : [$0, -$0] }
    }
    for dy in reach(height) {
      for dx in reach(width) where (dy, dx) != (0, 0) {
        var explained = 0
        let fits = s.expected.indices.allSatisfy { i in
          let (x, y) = (i / channels % width, i / channels / width % height)
          guard (0..<height).contains(y + dy), (0..<width).contains(x + dx) else { return true }
          let there = s.expected[i + (dy * width + dx) * channels]
          if abs(there - s.expected[i]) > s.tolerance { explained += 1 }
          return abs(s.actual[i] - there) <= s.tolerance
        }
        if fits, says(s, explained, atLeast: isLikely ? 8 : 24), 2 * explained >= s.differing.count
        {
          return isOfStream(s, rows: dy, columns: dx) ? nil : .displaced(rows: dy, columns: dx)
        }
      }
    }
    return nil
  }

  /// Whether what lies beyond the sides of a displaced picture came along: the row next to it shows at the side, as
  /// where words of the stream are missing or too many.
  private static func isOfStream(_ s: Sample, rows: Int, columns: Int) -> Bool {
    let (width, channels) = (s.layout.shape[2], s.channels)
    let distance = (rows * width + columns) * channels
    var explained = 0
    for i in s.expected.indices where !(0..<width).contains(i / channels % width + columns) {
      guard s.expected.indices.contains(i + distance) else { continue }
      let there = s.expected[i + distance]
      guard abs(s.actual[i] - there) <= s.tolerance else { return false }
      if abs(there - s.expected[i]) > s.tolerance { explained += 1 }
    }
    return says(s, explained, atLeast: 8)
  }

  /// The channels from some one on come first: the inputs of a concatenation are exchanged.
  static func channels(_ s: Sample) -> Diagnosis? {
    let whole = s.expected.count / s.channels * s.channels
    guard s.channels > 1, whole > 0, says(s, s.differing.count, atLeast: 24) else { return nil }
    let first = (1..<s.channels).first { first in
      (0..<whole).allSatisfy { i in
        let (pixel, channel) = (i / s.channels * s.channels, i % s.channels)
        let source = pixel + (channel + first) % s.channels
        return abs(s.actual[i] - s.expected[source]) <= s.tolerance
      }
    }
    return first.map {
      .permutation(
        "the channels from \($0) on come first: the inputs of a concatenation are exchanged")
    }
  }

  /// Frames that are compared with each other at most.
  private static let mostFrames = 64

  /// Every frame is one of the reference's, in another order.
  static func frames(_ s: Sample) -> Diagnosis? {
    let frames = s.expected.count / s.perFrame
    guard (2...mostFrames).contains(frames), frames * s.perFrame == s.expected.count,
      says(s, s.perFrame, atLeast: 8)
    else { return nil }
    func isSame(_ actual: Int, _ expected: Int) -> Bool {
      let (a, e) = (actual * s.perFrame, expected * s.perFrame)
      return (0..<s.perFrame).allSatisfy {
        abs(s.actual[a + $0] - s.expected[e + $0]) <= s.tolerance
      }
    }
    var open = Set(0..<frames)
    var order: [Int] = []
    for frame in 0..<frames {
      let candidates = [frame] + open.sorted()
      guard let source = candidates.first(where: { open.contains($0) && isSame(frame, $0) }) else {
        return nil
      }
      open.remove(source)
      order.append(source)
    }
    return .frameOrder(order)
  }

  /// Whether that many elements, each as good as the number of values there are, say so many bits.
  static func says(_ s: Sample, _ elements: Int, atLeast bits: Double) -> Bool {
    Double(elements) * log2(Double(Set(s.expected).count)) >= bits
  }
}
