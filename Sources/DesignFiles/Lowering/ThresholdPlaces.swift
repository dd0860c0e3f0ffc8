/// Where a monotone function reaches each code, channel by channel.
///
/// Every 64th threshold is found by halving. Between two that are known the function is nearly a line mostly, so the
/// one in the middle is looked for where a line has it, and from there outwards: two evaluations decide a threshold
/// that is where it is expected, instead of one for every bit of the range.
package struct ThresholdPlaces {
  /// `channels × steps`: the least integer, its sign turned where the function falls, with a code of at least
  /// lowest + k + 1.
  package private(set) var values: [Int]
  private let low: [Int]
  private let high: [Int]
  private let codes: ([Int], Int) throws -> [Int]
  private let isNegated: [Bool]
  private let lowest: Int
  private let steps: Int

  /// Thresholds from one to the next that is found by halving.
  private static let stretch = 64
  /// Points that are evaluated at once: no tensor on the way is large.
  private static let mostPoints = 1 << 18

  /// - Parameters:
  ///   - low: the least integer of each channel, `high` the greatest.
  ///   - isNegated: whether a channel's code falls as the integer rises.
  ///   - lowest: the code below every threshold.
  ///   - steps: thresholds of a channel.
  ///   - codes: those of `count × channels` integers.
  package init(
    low: [Int], high: [Int], isNegated: [Bool], lowest: Int, steps: Int,
    codes: @escaping ([Int], Int) throws -> [Int]
  ) throws {
    (self.low, self.high, self.codes) = (low, high, codes)
    (self.isNegated, self.lowest, self.steps) = (isNegated, lowest, steps)
    values = Array(repeating: 0, count: low.count * steps)
    var stride = Self.stretch
    try find((0..<steps).filter { $0 % stride == stride - 1 || $0 == steps - 1 }, apart: nil)
    while stride > 1 {
      let half = stride / 2
      try find(
        Swift.stride(from: half - 1, to: steps - 1, by: stride).map { $0 }, apart: half)
      stride = half
    }
  }

  /// A threshold that is looked for: codes below `least` are too low, that at `most` is high enough.
  private struct Slot {
    var place: Int
    var channel: Int
    var least: Int
    var most: Int
    /// What is looked at next.
    var point: Int
    /// How far the next point is from the one before; nil: in the middle.
    var reach: Int?
    /// The point before was high enough.
    var wasHigh: Bool?

    var isOpen: Bool { least < most }

    /// What the code at its point says.
    mutating func take(isHigh: Bool) {
      if isHigh { most = point } else { least = point + 1 }
      guard isOpen else { return }
      if let known = wasHigh, known != isHigh { reach = nil }
      wasHigh = isHigh
      guard let step = reach else {
        point = (least + most) >> 1
        return
      }
      point = isHigh ? max(least, most - step) : min(most - 1, least - 1 + step)
      reach = min(2 * step, 1 << 40)
    }
  }

  /// Finds the thresholds with these numbers in all channels.
  ///
  /// - Parameter apart: those so many before and behind are known; nil: none is.
  private mutating func find(_ numbers: [Int], apart: Int?) throws {
    let size = max(1, Self.mostPoints / low.count)
    for start in Swift.stride(from: 0, to: numbers.count, by: size) {
      try findTogether(numbers[start..<min(start + size, numbers.count)], apart: apart)
    }
  }

  private mutating func findTogether(_ numbers: ArraySlice<Int>, apart: Int?) throws {
    var open: [Slot] = []
    for channel in 0..<low.count {
      let (first, last) =
        isNegated[channel]
        ? (-high[channel], -low[channel])
        : (low[channel], high[channel])
      for number in numbers {
        let place = channel * steps + number
        var (least, most, share) = (first, last + 1, 0.5)
        if let apart {
          let next = min(number + apart, steps - 1)
          if number >= apart { least = values[place - apart] }
          most = values[channel * steps + next]
          share = Double(apart) / Double(next - number + apart)
        }
        let point = least + Int(Double(most - least) * share)
        let slot = Slot(
          place: place, channel: channel, least: least, most: most, point: min(point, most - 1),
          reach: apart.map { _ in 1 })
        if slot.isOpen { open.append(slot) } else { values[place] = least }
      }
    }
    while !open.isEmpty {
      let found = try codes(at: open)
      var left = 0
      for i in open.indices {
        var slot = open[i]
        slot.take(isHigh: found[i] >= lowest + slot.place - slot.channel * steps + 1)
        if slot.isOpen {
          open[left] = slot
          left += 1
        } else {
          values[slot.place] = slot.least
        }
      }
      open.removeLast(open.count - left)
    }
  }

  /// The codes at the points of some slots. Equal points of a channel are looked at once, and those of different
  /// channels share a row.
  private func codes(at slots: [Slot]) throws -> [Int] {
    let channels = low.count
    var place: [Int] = []
    place.reserveCapacity(slots.count)
    var rows = 0
    var filled = 0
    for (i, slot) in slots.enumerated() {
      let isNew = i == 0 || slots[i - 1].channel != slot.channel
      if isNew { filled = 0 }
      if isNew || slots[i - 1].point != slot.point { filled += 1 }
      place.append((filled - 1) * channels + slot.channel)
      rows = max(rows, filled)
    }
    var integers: [Int] = []
    integers.reserveCapacity(rows * channels)
    for _ in 0..<rows { integers += low }
    for (i, slot) in slots.enumerated() {
      integers[place[i]] = isNegated[slot.channel] ? -slot.point : slot.point
    }
    let all = try codes(integers, rows)
    return place.map { all[$0] }
  }
}
