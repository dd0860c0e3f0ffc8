/// The place of the least depth that suffices, between one that does not and one that does.
///
/// Cycles per frame fall with the depth, along a line as long as the same cycle of waiting limits the
/// design. So the line through the last two depths that were too small mostly tells where the target is
/// reached, and the step below that is all that is left to try.
package struct DepthBracket {
  /// The greatest step known to be too little, and the least known to suffice.
  package private(set) var low: Int
  package private(set) var high: Int
  private let target: Double
  /// The last steps that were too little and the cycles per frame they led to, in rising order.
  private var late: [(step: Int, cycles: Double)] = []
  /// Where the answer is expected to lie a little below, and how far below to look next.
  private var expected: Int?
  private var reach: Int
  /// Whether the answer is expected to lie a little above `low`, and how far above to look next.
  private var climbs: Bool
  private var stride = 1

  /// - Parameters:
  ///   - cycles: cycles per frame at `low`; nil: not known, or the design stops.
  ///   - expected: a step the answer is expected to lie a little below.
  ///   - climbs: the answer is expected to lie a little above `low`.
  package init(
    failing low: Int, cycles: Double?, sufficient high: Int, target: Double, expected: Int? = nil,
    climbs: Bool = false
  ) {
    (self.low, self.high, self.target) = (low, high, target)
    (self.expected, self.climbs) = (expected, climbs)
    reach = (expected ?? 0) / 64 + 1
    if let cycles { late = [(low, cycles)] }
  }

  package var isOpen: Bool { high - low > 1 }

  /// The step to try next.
  package var next: Int {
    if let expected, low < expected {
      return expected < high ? expected : max(high - reach, low + 1)
    }
    if let meeting, meeting <= high { return min(meeting, high - 1) }
    if climbs { return min(low + stride, (low + high) / 2) }
    if late.count == 2 { return (low + high) / 2 }
    // Of an answer nothing is known of, small values are more likely.
    return min(max(Int((Double(low + 1) * Double(high + 1)).squareRoot()) - 1, low + 1), high - 1)
  }

  /// Where the line through the last two late steps meets the target.
  private var meeting: Int? {
    guard late.count == 2, late[0].cycles > late[1].cycles else { return nil }
    let slope = (late[0].cycles - late[1].cycles) / Double(late[1].step - late[0].step)
    let ahead = ((late[1].cycles - target) / slope).rounded(.up)
    return ahead < 1e9 ? late[1].step + max(Int(ahead), 1) : nil
  }

  /// Takes down that `step` suffices, or the cycles per frame it led to; nil: it stopped.
  package mutating func note(_ step: Int, suffices: Bool, cycles: Double?) {
    if suffices {
      guard step < high else { return }
      if let expected, step < expected { reach *= 4 }
      high = step
      climbs = false
    } else {
      guard step > low else { return }
      low = step
      expected = nil
      stride = min(4 * stride, high)
      late = cycles.map { late.suffix(1) + [(step, $0)] } ?? []
    }
  }
}
