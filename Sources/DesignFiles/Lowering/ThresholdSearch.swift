import OriginalModel
import SimModel

/// Thresholds by exact search: for each channel and code the least integer at which the reference gives
/// that code or a higher one.
///
/// No formula for half steps is in it, so rounding modes, ties and activations of any monotone kind come
/// out as the reference has them.
struct ThresholdSearch {
  let low: [Int]
  let high: [Int]
  /// Codes of `count × channels` integers.
  let codes: ([Int], Int) throws -> [Int]
  /// An operation on the way need not be monotone.
  var mayTurn = false
  var channels: Int { low.count }

  struct Result {
    var table: ThresholdTable
    /// Channels whose code falls as the integer rises: thresholds are those of the negated integer.
    var isNegated: [Bool]
  }

  /// Points of all channels that are looked at one by one.
  static let mostPoints = 1 << 23
  /// Points at which rising is checked, besides every threshold.
  private static let samples = 33

  /// A function that rises here and falls there.
  struct NotMonotone: Error {
    let message: String
  }

  /// Throws `NotMonotone` naming the channel whose function rises and falls.
  func run(lowest: Int, highest: Int) throws -> Result {
    let ends = try codes(low + high, 2)
    let isNegated = (0..<channels).map { ends[$0] > ends[channels + $0] }
    try checkMonotone(isNegated)
    let steps = highest - lowest
    guard steps > 0, steps <= 1 << 20 else {
      throw InputError("a quantiser of \(steps + 1) levels is beyond any thresholding block")
    }
    let table = try ThresholdPlaces(
      low: low, high: high, isNegated: isNegated, lowest: lowest, steps: steps, codes: codes
    ).values
    return Result(
      table: ThresholdTable(values: table, steps: steps, low: lowest), isNegated: isNegated)
  }

  /// Samples each channel's whole range; narrow ranges are looked at in full, and so are functions
  /// that may turn.
  private func checkMonotone(_ isNegated: [Bool]) throws {
    let widest = (0..<channels).map { high[$0] - low[$0] }.max() ?? 0
    let most = mayTurn ? Self.mostPoints : 1 << 16
    guard !mayTurn || channels * widest <= most else {
      throw NotMonotone(
        message:
          "may rise and fall, over \(widest + 1) sums of \(channels) channels each, which are too "
          + "many to look at one by one")
    }
    let count = min(widest + 1, channels * widest <= most ? widest + 1 : Self.samples)
    guard count > 1 else { return }
    var last: (integers: ArraySlice<Int>, codes: ArraySlice<Int>)?
    // In portions, so that no tensor on the way is large.
    let portion = max(2, (1 << 18) / channels)
    for start in stride(from: 0, to: count, by: portion) {
      let points = (start..<min(start + portion, count)).flatMap { i in
        (0..<channels).map { c in
          let share = Double(i) / Double(count - 1)
          return low[c] + Int((Double(high[c] - low[c]) * share).rounded())
        }
      }
      let found = try codes(points, points.count / channels)
      let integers = Array(last?.integers ?? []) + points
      let all = Array(last?.codes ?? []) + found
      try checkMonotone(integers, all, isNegated)
      last = (points.suffix(channels), found.suffix(channels))
    }
  }

  /// Throws where codes of one channel turn.
  private func checkMonotone(_ integers: [Int], _ found: [Int], _ isNegated: [Bool]) throws {
    for i in channels..<max(channels, found.count) {
      let (before, after) = (found[i - channels], found[i])
      let c = i % channels
      guard isNegated[c] ? after <= before : after >= before else {
        throw NotMonotone(
          message: "is not monotone in channel \(c): \(integers[i - channels]) gives code "
            + "\(before), \(integers[i]) gives \(after)")
      }
    }
  }
}

/// A function that rises and falls as the difference of two lists of thresholds.
struct TurningSearch {
  let search: ThresholdSearch

  struct Result {
    var rises: ThresholdTable
    var falls: ThresholdTable
  }

  /// Looks at every integer; `nil` when there are too many.
  func run(lowest: Int) throws -> Result? {
    let (low, high, channels) = (search.low, search.high, search.channels)
    let widest = (0..<channels).map { high[$0] - low[$0] }.max() ?? 0
    guard channels * (widest + 1) <= ThresholdSearch.mostPoints else { return nil }
    var (ups, downs) = (
      [[Int]](repeating: [], count: channels), [[Int]](repeating: [], count: channels)
    )
    var before = [Int](repeating: lowest, count: channels)
    // In portions, so that no tensor on the way is large.
    let portion = max(1, (1 << 18) / channels)
    for start in stride(from: 0, through: widest, by: portion) {
      let count = min(portion, widest + 1 - start)
      let integers = (start..<start + count).flatMap { i in
        (0..<channels).map { min(low[$0] + i, high[$0]) }
      }
      let codes = try search.codes(integers, count)
      for i in 0..<count {
        for c in 0..<channels {
          let step = codes[i * channels + c] - before[c]
          guard step != 0 else { continue }
          let place = integers[i * channels + c]
          if step > 0 {
            ups[c] += Array(repeating: place, count: step)
          } else {
            downs[c] += Array(repeating: place, count: -step)
          }
          before[c] += step
        }
      }
    }
    func table(_ lists: [[Int]], _ base: Int) -> ThresholdTable {
      let steps = max(1, lists.map(\.count).max() ?? 0)
      let values = lists.enumerated().flatMap { c, list in
        list + Array(repeating: high[c] + 1, count: steps - list.count)
      }
      return ThresholdTable(values: values, steps: steps, low: base)
    }
    return Result(rises: table(ups, lowest), falls: table(downs, 0))
  }
}
