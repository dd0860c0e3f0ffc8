/// A wrong tensor around its first wrong value, as an image: the channel it lies in, and how many channels
/// are wrong at each position.
public struct DivergencePicture: Codable, Sendable, Equatable {
  public var frame: Int
  /// The channel shown, counted from 0.
  public var channel: Int
  /// Where the first wrong value is.
  public var row: Int
  public var column: Int
  public var height: Int
  public var width: Int
  /// Row by row, in the stream's integers.
  public var expected: [Double]
  public var actual: [Double]
  /// By position: channels that differ there.
  public var wrongChannels: [Int]
  /// By channel: positions of the frame that differ.
  public var wrongByChannel: [Int]

  /// Positions of a picture at most; larger ones would be no picture.
  private static let mostPositions = 1 << 18

  /// - Parameters:
  ///   - shape: the frame's normal shape, channel last; a tensor without space is a row of its channels.
  ///   - first: place of the first wrong value in all frames.
  ///   - tolerance: up to which values are equal.
  package init?(
    expected: [Double], actual: [Double], shape: [Int], first: Int, tolerance: Double = 0
  ) {
    let isRow = shape.dropLast().allSatisfy { $0 == 1 }
    let channels = isRow ? 1 : shape.last ?? 1
    let perFrame = shape.reduce(1, *)
    guard perFrame > 0, channels > 0 else { return nil }
    let positions = perFrame / channels
    width = isRow ? positions : shape.count > 2 ? shape[shape.count - 2] : positions
    guard width > 0, positions <= Self.mostPositions else { return nil }
    height = positions / width
    frame = first / perFrame
    let start = frame * perFrame
    guard start + perFrame <= min(expected.count, actual.count) else { return nil }
    channel = (first - start) % channels
    let position = (first - start) / channels
    (row, column) = (position / width, position % width)
    self.expected = []
    self.actual = []
    wrongChannels = Array(repeating: 0, count: positions)
    wrongByChannel = Array(repeating: 0, count: channels)
    for p in 0..<positions {
      let base = start + p * channels
      self.expected.append(expected[base + channel])
      self.actual.append(actual[base + channel])
      for c in 0..<channels where !(abs(expected[base + c] - actual[base + c]) <= tolerance) {
        wrongChannels[p] += 1
        wrongByChannel[c] += 1
      }
    }
  }
}
