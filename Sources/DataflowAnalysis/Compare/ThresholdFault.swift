/// How the thresholds of a node differ from those that the reference was made with.
public enum ThresholdFault: Sendable, Equatable {
  /// The right rows, in channels that are not theirs; `order` names the reordering.
  case order(String)
  /// All thresholds are too high by one number in this range; negative: too low.
  case shift(ClosedRange<Int>)
  /// All thresholds are this many times too high.
  case factor(Double)
  /// Single thresholds lie elsewhere.
  case single([Threshold], of: Int)

  /// A threshold, and where the reference's must lie.
  public struct Threshold: Sendable, Equatable {
    /// Row of the array; index in the row, from 0.
    public var channel: Int
    public var index: Int
    public var found: Int
    /// nil at an end that no value tells.
    public var least: Int?
    public var most: Int?
  }
}

extension ThresholdFault {
  /// Differences from which on they are evidence of thresholds: fewer lie side by side by chance.
  private static let fewest = 4

  /// The simplest change of the thresholds that gives every value of the reference; nil where none does.
  ///
  /// - Parameter channels: how many of them a constant each in front of the thresholds would put right; nil
  ///   where that explains nothing.
  init?(_ s: Sample, _ activation: PreActivation, unlessBiased channels: Int?) {
    guard s.differing.count >= Self.fewest, let bounds = ThresholdBounds(s, activation) else {
      return nil
    }
    let off = bounds.off
    if off.isEmpty {
      return nil
    } else if let name = bounds.order {
      self = .order(name)
    } else if off.count > 1, let range = bounds.shift {
      self = .shift(range)
    } else if off.count >= Self.fewest, let factor = bounds.factor {
      self = .factor(factor)
    } else if s.differing.count >= Self.fewest * off.count, off.count <= channels ?? off.count {
      self = .single(off, of: bounds.count)
    } else {
      return nil
    }
  }
}

/// Where each threshold must lie for the node to give what the reference has.
private struct ThresholdBounds {
  /// Rows as stored, ascending; one for all channels, or one per channel.
  private let own: [[Int64]]
  /// By row and index.
  private let ranges: [[ClosedRange<Int64>]]

  /// Farther than any threshold.
  private static let far = Int64(1) << 60

  /// nil where no thresholds give the reference's values: the same sum has two levels, or a larger one a lower.
  init?(_ s: Sample, _ activation: PreActivation) {
    guard activation.values.count >= s.expected.count, let steps = activation.table.first?.count
    else { return nil }
    own =
      activation.table.count == 1 ? activation.table : (0..<s.channels).map(activation.thresholds)
    // A file may hold any number; differences of these must not overflow.
    let near = -Self.far + 1..<Self.far
    guard own.joined().allSatisfy(near.contains), activation.values.allSatisfy(near.contains) else {
      return nil
    }
    var most = own.map { _ in [Int64](repeating: -Self.far, count: steps + 1) }
    var least = own.map { _ in [Int64](repeating: Self.far, count: steps + 1) }
    for i in s.expected.indices {
      guard abs(s.expected[i]) < 1e15 else { return nil }
      let level = activation.level(of: s.expected[i].rounded())
      guard (0...steps).contains(level) else { return nil }
      let (row, value) = (i % s.channels % own.count, activation.values[i])
      most[row][level] = max(most[row][level], value)
      least[row][level] = min(least[row][level], value)
    }
    var ranges: [[ClosedRange<Int64>]] = []
    for row in own.indices {
      for level in 1...steps {
        most[row][level] = max(most[row][level], most[row][level - 1])
        let upper = steps - level
        least[row][upper] = min(least[row][upper], least[row][upper + 1])
      }
      var found: [ClosedRange<Int64>] = []
      for index in 0..<steps {
        let low = most[row][index] == -Self.far ? -Self.far : most[row][index] + 1
        guard low <= least[row][index + 1] else { return nil }
        found.append(low...least[row][index + 1])
      }
      ranges.append(found)
    }
    self.ranges = ranges
  }

  var count: Int { own.reduce(0) { $0 + $1.count } }

  /// Thresholds that lie outside.
  var off: [ThresholdFault.Threshold] {
    var found: [ThresholdFault.Threshold] = []
    for (channel, row) in own.enumerated() {
      for (index, threshold) in row.enumerated() {
        let range = ranges[channel][index]
        guard !range.contains(threshold) else { continue }
        found.append(
          ThresholdFault.Threshold(
            channel: channel, index: index, found: Int(threshold),
            least: range.lowerBound == -Self.far ? nil : Int(range.lowerBound),
            most: range.upperBound == Self.far ? nil : Int(range.upperBound)))
      }
    }
    return found
  }

  /// The order of channels in which the rows are right.
  var order: String? {
    guard own.count > 1 else { return nil }
    return Permutation.channelOrders(own.count).first { candidate in
      own.indices.allSatisfy { row in
        zip(own[candidate.channel(row)], ranges[row]).allSatisfy { $1.contains($0) }
      }
    }?.name
  }

  /// By how much all thresholds may be too high; nil where no one number will do.
  var shift: ClosedRange<Int>? {
    var (low, high) = (-Self.far, Self.far)
    for (row, bounds) in zip(own, ranges) {
      for (threshold, range) in zip(row, bounds) {
        if range.upperBound != Self.far { low = max(low, threshold - range.upperBound) }
        if range.lowerBound != -Self.far { high = min(high, threshold - range.lowerBound) }
      }
    }
    guard low <= high, low != -Self.far, high != Self.far, !(low...high).contains(0) else {
      return nil
    }
    return Int(low)...Int(high)
  }

  /// The factor that all thresholds are too high by: a power of two where one will do.
  var factor: Double? {
    var (low, high) = (0.0, Double.infinity)
    for (row, bounds) in zip(own, ranges) {
      for (threshold, range) in zip(row, bounds) where threshold != 0 {
        // The right threshold is this one divided by the factor.
        let ends = [range.lowerBound, range.upperBound].map { Double($0) / Double(threshold) }
        guard let most = ends.max(), most > 0, let least = ends.min() else { return nil }
        low = max(low, 1 / most)
        if least > 0 { high = min(high, 1 / least) }
      }
    }
    guard low <= high, low > 0, high.isFinite, !(low...high).contains(1) else { return nil }
    let powers = (-8...8).map { Double(sign: .plus, exponent: $0, significand: 1) }
    return powers.first { (low...high).contains($0) } ?? (low + high) / 2
  }
}

extension ThresholdFault: CustomStringConvertible {
  public var description: String {
    switch self {
    case .order(let name):
      return "the thresholds are those of other channels, \(name)"
    case .shift(let range):
      let (least, most) = (
        min(abs(range.lowerBound), abs(range.upperBound)),
        max(abs(range.lowerBound), abs(range.upperBound))
      )
      return "all thresholds are \(least == most ? "\(least)" : "\(least) to \(most)") too "
        + (range.lowerBound > 0 ? "high" : "low")
        + ": a constant in front of them, or a zero point, that the reference does not have"
    case .factor(let factor):
      return
        "all thresholds are \(Double(Float(factor)).plain) times those of the reference: the scale of "
        + "the input, of the weights or of the quantiser differs"
    case .single(let list, let count):
      let places = list.prefix(3).map { item in
        "threshold \(item.index) of channel \(item.channel) is \(item.found), the reference's "
          + item.place
      }
      let more = list.count > 3 ? "; …" : ""
      return "\(list.count) of \(count.of("threshold")) \(list.count == 1 ? "differs" : "differ"): "
        + places.joined(separator: "; ") + more
    }
  }
}

extension ThresholdFault.Threshold {
  /// Where the reference's lies, in words.
  fileprivate var place: String {
    switch (least, most) {
    case (let least?, let most?):
      least == most ? "is \(least)" : "lies in \(least)…\(most)"
    case (let least?, nil): "is at least \(least)"
    case (nil, let most?): "is at most \(most)"
    case (nil, nil): "is unknown"
    }
  }
}
