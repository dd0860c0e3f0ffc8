import OriginalModel
import SimModel

/// Small whole multiples of three streams or more whose sum decides the quantiser's code for every combination.
struct SmallSum {
  /// By stream: one number, or one per channel.
  let factors: [[Int]]
  let table: SumTable

  /// Combinations of all channels that are looked at.
  private static let most = 1 << 18
  private static let divisors = 64

  /// `nil` when there are too many combinations, or no multiples give every code.
  ///
  /// - Parameter sum: the same streams, what each step of them adds.
  init?(_ edge: Edge, _ grid: Grid, _ sum: AffineSum, _ probe: Probe) throws {
    let streams = edge.starts.map { probe.layers[$0.layer] }
    let terms = edge.starts.compactMap { start in sum.terms.first { $0.layer == start.layer } }
    let pairs = PairCodes(edge: edge, grid: grid, probe: probe, streams: streams)
    let isUniform = pairs.isUniform
    let channels = isUniform ? 1 : streams[0].shape.channels
    let ranges = streams.map(\.range)
    var count = channels
    for range in ranges {
      let (product, overflows) = count.multipliedReportingOverflow(by: range.count)
      guard !overflows, product <= Self.most else { return nil }
      count = product
    }
    let combinations = count / channels
    guard pairs.levels > 0, pairs.levels <= 1 << 12, terms.count == streams.count else {
      return nil
    }
    var places = 1
    let points = ranges.map { range -> [Int] in
      let step = places
      places *= range.count
      return (0..<combinations).map { range.lowerBound + $0 / step % range.count }
    }
    let codes = try pairs.codes(
      points.map { list in list.flatMap { Array(repeating: $0, count: channels) } },
      isUniform: isUniform)
    var multiples: [[Int]] = []
    var thresholds: [Int] = []
    for c in 0..<channels {
      let numbers = terms.map { $0.factor[c] }
      let own = (0..<combinations).map { codes[$0 * channels + c] - grid.low }
      guard let found = Self.find(numbers, points, own, levels: pairs.levels) else { return nil }
      multiples.append(found.multiples)
      thresholds += found.thresholds
    }
    factors = terms.indices.map { i in
      let list = multiples.map { $0[i] }
      return Set(list).count == 1 ? [list[0]] : list
    }
    table = SumTable(
      low: grid.low, steps: pairs.levels,
      thresholds: isUniform
        ? streams[0].low.flatMap { _ in thresholds } : thresholds)
  }

  /// The multiples of one channel, the fewest units first.
  private static func find(
    _ numbers: [Double], _ points: [[Int]], _ codes: [Int], levels: Int
  ) -> (multiples: [Int], thresholds: [Int])? {
    // Numbers too far apart for any stream have no ratio.
    guard let least = numbers.map(abs).filter({ $0 > 0 }).min(),
      let ratio = try? WholeRatio(numbers)
    else { return nil }
    for divisor in 1...divisors {
      let unit = least / Double(divisor)
      if let found = judge(numbers.map { Int(($0 / unit).rounded()) }, points, codes, levels) {
        return found
      }
    }
    return judge(ratio.multiples, points, codes, levels)
  }

  /// Thresholds of the sums, when no sum has two codes and codes never fall, or never rise, with the sum.
  private static func judge(
    _ multiples: [Int], _ points: [[Int]], _ codes: [Int], _ levels: Int
  ) -> (multiples: [Int], thresholds: [Int])? {
    var code: [Int: Int] = [:]
    for i in codes.indices {
      var sum = 0
      for (m, list) in zip(multiples, points) { sum += m * list[i] }
      if let known = code[sum] {
        if known != codes[i] { return nil }
      } else {
        code[sum] = codes[i]
      }
    }
    var sorted = code.sorted { $0.key < $1.key }
    guard let first = sorted.first, let last = sorted.last else { return nil }
    let isFalling = first.value > last.value
    if isFalling { sorted = sorted.reversed().map { (-$0.key, $0.value) } }
    var thresholds: [Int] = []
    var reached = 0
    for (sum, value) in sorted {
      guard value >= reached else { return nil }
      thresholds += Array(repeating: sum, count: max(0, value - thresholds.count))
      reached = value
    }
    let end = (sorted.last?.key ?? 0) + 1
    thresholds += Array(repeating: end, count: levels - thresholds.count)
    return (isFalling ? multiples.map { -$0 } : multiples, thresholds)
  }
}
