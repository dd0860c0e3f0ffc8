import OriginalModel
import SimModel

/// What a quantiser makes of integers on several streams, two of them as a rule.
struct PairCodes {
  let edge: Edge
  let grid: Grid
  let probe: Probe
  let streams: [Layer]

  /// Pairs of all channels that are looked at one by one.
  private static let mostPairs = 1 << 22
  /// Thresholds times integers of the smaller stream times channels.
  private static let mostBoundaries = 1 << 21

  var channels: Int { streams[0].shape.channels }
  var levels: Int { grid.high - grid.low }

  func span(_ stream: Int) -> Int {
    streams[stream].range.upperBound - streams[stream].range.lowerBound + 1
  }

  /// The stream of fewer integers.
  var narrow: Int { span(0) < span(1) ? 0 : 1 }

  /// One channel stands for all: nothing on the way differs between them.
  var isUniform: Bool {
    streams.allSatisfy { $0.scale.count == 1 && $0.bias == nil && $0.offset == nil }
      && grid.scale.count == 1 && grid.limits == nil
      && edge.steps.allSatisfy { step in
        step.node.inputs.allSatisfy { name in
          guard let constant = probe.reference.constants[name] else { return true }
          return constant.count == 1 || Set(constant.doubles).count == 1
        }
      }
  }

  /// Whether the search below comes to an end soon.
  var isSearchable: Bool {
    let distinct = isUniform ? 1 : channels
    return span(narrow) <= 1 << 12 && levels > 0
      && (span(0) * span(1) * distinct <= Self.mostPairs
        || levels * span(narrow) * distinct <= Self.mostBoundaries)
      && streams.allSatisfy { $0.shape.channels == channels }
  }

  /// Codes of combinations, channel after channel in turn; of one channel when all are alike.
  ///
  /// - Parameter integers: per stream `count × channels` integers, or any number of one channel.
  func codes(_ integers: [[Int]], isUniform: Bool) throws -> [Int] {
    let count = integers[0].count
    var lists = integers
    if isUniform {
      let rest = (channels - count % channels) % channels
      for i in lists.indices { lists[i] += Array(repeating: lists[i][0], count: rest) }
    }
    let values = try probe.evaluate(edge, lists, count: lists[0].count / channels)[0]
    return try (0..<count).map { try grid.code(values[$0], isUniform ? 0 : $0 % channels) }
  }
}

/// Small whole multiples of two streams whose sum decides the quantiser's code for every pair.
///
/// For each threshold and each integer b of the narrow stream the least integer a of the wide one is
/// known that reaches it: the border between two codes is a staircase. A sum m·a + n·b fits if, for each
/// threshold, all pairs above lie above all pairs below. How far they overlap is a convex function of
/// n / m, so a pair that does not fit tells on which side those that do are; the simplest fraction is
/// found in the Stern-Brocot tree, and if two thresholds ask for different sides there is none.
struct PairSum {
  /// By stream: one number, or one per channel.
  let factors: [[Int]]
  let table: SumTable

  /// The largest multiple that is tried.
  private static let largest = 65_535

  /// `nil` when no multiples fit.
  init?(_ codes: PairCodes) throws {
    guard let stairs = try Staircases(codes) else { return nil }
    var multiples: [(wide: Int, narrow: Int)] = []
    for c in 0..<stairs.distinct {
      guard let found = Self.multiples(stairs.channel(c)) else { return nil }
      multiples.append(found)
    }
    let isOne = Set(multiples.map { [$0.wide, $0.narrow] }).count == 1
    let all = (0..<codes.channels).map { multiples[stairs.distinct == 1 ? 0 : $0] }
    let signed = all.enumerated().map { c, m in
      (
        m.wide * stairs.signs(c).wide, m.narrow * stairs.signs(c).narrow
      )
    }
    let wide = isOne && Set(signed.map(\.0)).count == 1 ? [signed[0].0] : signed.map(\.0)
    let narrow = isOne && Set(signed.map(\.1)).count == 1 ? [signed[0].1] : signed.map(\.1)
    factors = codes.narrow == 1 ? [wide, narrow] : [narrow, wide]
    let rows = (0..<stairs.distinct).map { c in
      Self.thresholds(stairs.channel(c), multiples[c])
    }
    table = SumTable(
      low: codes.grid.low, steps: codes.levels,
      thresholds: (0..<codes.channels).flatMap { rows[stairs.distinct == 1 ? 0 : $0] })
  }

  /// The simplest multiples that fit one channel.
  private static func multiples(_ stairs: Staircase) -> (wide: Int, narrow: Int)? {
    // n / m between low and high.
    var (low, high) = ((0, 1), (1, 0))
    var first = 0
    while true {
      let (n, m) = (low.0 + high.0, low.1 + high.1)
      guard n <= largest, m <= largest else { return nil }
      switch stairs.judge(wide: m, narrow: n, first: &first) {
      case .fits: return (m, n)
      case .tooLarge: high = (n, m)
      case .tooSmall: low = (n, m)
      case .never: return nil
      }
    }
  }

  /// The least sum of each threshold.
  private static func thresholds(_ stairs: Staircase, _ m: (wide: Int, narrow: Int)) -> [Int] {
    var last = Int.min
    return (0..<stairs.levels).map { k in
      let above = stairs.above(k, wide: m.wide, narrow: m.narrow)
      let below = stairs.below(k, wide: m.wide, narrow: m.narrow)
      last = max(last, above?.sum ?? (below?.sum ?? 0) + 1)
      return last
    }
  }
}

/// The code of every sum of two streams.
struct SumTable: Sendable {
  /// The code below all thresholds.
  let low: Int
  let steps: Int
  /// `channels × steps`, never falling.
  let thresholds: [Int]

  func code(_ sum: Int, _ channel: Int) -> Int {
    var (a, b) = (channel * steps, (channel + 1) * steps)
    while a < b {
      let middle = (a + b) / 2
      if thresholds[middle] <= sum { a = middle + 1 } else { b = middle }
    }
    return low + a - channel * steps
  }
}

/// The borders between the codes of one channel, in signs in which codes rise with both streams.
private struct Staircase {
  /// Integers of the narrow stream, ascending.
  let narrow: [Int]
  let wide: ClosedRange<Int>
  /// `levels × narrow`: the least wide integer that reaches the threshold; the range's end + 1 if none.
  let least: ArraySlice<Int>
  var levels: Int { least.count / narrow.count }

  typealias Corner = (sum: Int, narrow: Int)

  /// The least sum of the pairs that reach threshold `k`.
  func above(_ k: Int, wide m: Int, narrow n: Int) -> Corner? {
    var best: Corner?
    let start = least.startIndex + k * narrow.count
    for (i, b) in narrow.enumerated() where least[start + i] <= wide.upperBound {
      let sum = m * least[start + i] + n * b
      if sum < best?.sum ?? .max { best = (sum, b) }
    }
    return best
  }

  /// The greatest sum of the pairs that do not reach threshold `k`.
  func below(_ k: Int, wide m: Int, narrow n: Int) -> Corner? {
    var best: Corner?
    let start = least.startIndex + k * narrow.count
    for (i, b) in narrow.enumerated() where least[start + i] > wide.lowerBound {
      let sum = m * (least[start + i] - 1) + n * b
      if sum > best?.sum ?? .min { best = (sum, b) }
    }
    return best
  }

  enum Judgement { case fits, tooLarge, tooSmall, never }

  /// Whether narrow / wide is right; `first` is the threshold that failed last and is tried first.
  func judge(wide m: Int, narrow n: Int, first: inout Int) -> Judgement {
    for step in 0..<levels {
      let k = (first + step) % levels
      guard let above = above(k, wide: m, narrow: n), let below = below(k, wide: m, narrow: n),
        below.sum >= above.sum
      else { continue }
      first = k
      return below.narrow > above.narrow
        ? .tooLarge : below.narrow < above.narrow ? .tooSmall : .never
    }
    return .fits
  }
}

/// The staircases of all channels that differ.
private struct Staircases {
  /// 1 when all channels are alike.
  let distinct: Int
  private let narrow: [Int]
  private let wide: ClosedRange<Int>
  /// Per channel `levels × narrow`.
  private var least: [Int]
  private var directions: [(wide: Int, narrow: Int)]

  /// `nil` when the code rises here and falls there.
  init?(_ codes: PairCodes) throws {
    let isUniform = codes.isUniform
    let distinct = isUniform ? 1 : codes.channels
    self.distinct = distinct
    let (n, w) = (codes.narrow, 1 - codes.narrow)
    (narrow, wide) = (Array(codes.streams[n].range), codes.streams[w].range)
    let levels = codes.levels
    let (narrow, wide) = (narrow, wide)
    // Slots: what is asked of each channel in one go.
    func ask(_ a: [Int], _ b: [Int]) throws -> [Int] {
      w == 0
        ? try codes.codes([a, b], isUniform: isUniform)
        : try codes.codes([b, a], isUniform: isUniform)
    }
    func spread(_ list: [Int]) -> [Int] {
      list.flatMap { Array(repeating: $0, count: distinct) }
    }
    // Corners tell in which direction codes rise.
    let ends = try ask(
      spread(narrow.map { _ in wide.lowerBound } + narrow.map { _ in wide.upperBound }),
      spread(narrow + narrow))
    directions = []
    for c in 0..<distinct {
      func end(_ i: Int, _ side: Int) -> Int { ends[(side * narrow.count + i) * distinct + c] }
      let across = narrow.indices.map { end($0, 1) - end($0, 0) }
      let along = [0, 1].flatMap { side in
        zip(narrow.indices, narrow.indices.dropFirst()).map { end($1, side) - end($0, side) }
      }
      guard let wideSign = Self.sign(across), let narrowSign = Self.sign(along) else { return nil }
      directions.append((wideSign, narrowSign))
    }
    least = Array(repeating: 0, count: distinct * levels * narrow.count)
    if (wide.upperBound - wide.lowerBound + 1) * narrow.count * distinct <= 1 << 22 {
      guard try fillFromAll(codes, levels, ask) else { return nil }
    } else {
      try fillBySearch(codes, levels, ask)
    }
  }

  private static func sign(_ differences: [Int]) -> Int? {
    let (rises, falls) = (differences.contains { $0 > 0 }, differences.contains { $0 < 0 })
    return rises && falls ? nil : falls ? -1 : 1
  }

  func signs(_ channel: Int) -> (wide: Int, narrow: Int) {
    directions[distinct == 1 ? 0 : channel]
  }

  func channel(_ c: Int) -> Staircase {
    let size = least.count / distinct
    let (sign, isTurned) = (directions[c].narrow, directions[c].wide < 0)
    return Staircase(
      narrow: narrow.map { $0 * sign },
      wide: isTurned ? -wide.upperBound ... -wide.lowerBound : wide,
      least: least[c * size..<(c + 1) * size])
  }

  /// Every pair, and whether codes never fall.
  private mutating func fillFromAll(
    _ codes: PairCodes, _ levels: Int, _ ask: ([Int], [Int]) throws -> [Int]
  ) throws -> Bool {
    let all = Array(wide)
    let count = distinct
    let low = codes.grid.low
    // From the end at which codes are low, for each channel.
    let isTurned = directions.map { $0.wide < 0 }
    let points = narrow.flatMap { _ in
      all.indices.flatMap { i in
        (0..<count).map { isTurned[$0] ? all[all.count - 1 - i] : all[i] }
      }
    }
    let b = narrow.flatMap { q in Array(repeating: q, count: all.count * count) }
    let found = try ask(points, b)
    for c in 0..<count {
      let start = isTurned[c] ? -wide.upperBound : wide.lowerBound
      for j in narrow.indices {
        var reached = low
        for i in all.indices {
          let code = found[(j * all.count + i) * count + c]
          guard code >= reached else { return false }
          for k in reached..<code {
            least[((c * levels) + k - low) * narrow.count + j] = start + i
          }
          reached = code
        }
        for k in reached..<low + levels {
          least[((c * levels) + k - low) * narrow.count + j] = start + all.count
        }
      }
    }
    return true
  }

  /// The borders by bisection, one narrow integer after the other: each is near the one before.
  private mutating func fillBySearch(
    _ codes: PairCodes, _ levels: Int, _ ask: ([Int], [Int]) throws -> [Int]
  ) throws {
    let count = distinct
    let slots = levels * count
    var near: [Int]?
    var drift = [Int](repeating: 0, count: slots)
    for (j, b) in narrow.enumerated() {
      var from = (0..<slots).map {
        directions[$0 % count].wide < 0 ? -wide.upperBound : wide.lowerBound
      }
      var to = (0..<slots).map {
        (directions[$0 % count].wide < 0 ? -wide.lowerBound : wide.upperBound) + 1
      }
      func reaches(_ points: [Int], _ slots: [Int]) throws -> [Bool] {
        // Slots of one channel stand below each other.
        var rows = 0
        var filled = [Int](repeating: 0, count: count)
        let places = slots.map { slot -> Int in
          let c = slot % count
          filled[c] += 1
          rows = max(rows, filled[c])
          return (filled[c] - 1) * count + c
        }
        var a = [Int](repeating: wide.lowerBound, count: rows * count)
        for (i, slot) in slots.enumerated() {
          a[places[i]] = points[i] * directions[slot % count].wide
        }
        let found = try ask(a, Array(repeating: b, count: rows * count))
        return slots.indices.map { found[places[$0]] > codes.grid.low + slots[$0] / count }
      }
      if let near {
        // Two steps around where the border is to be expected.
        for distance in [-2, 2] {
          let list = (0..<slots).filter {
            let point = near[$0] + drift[$0] + distance
            return point >= from[$0] && point < to[$0]
          }
          guard !list.isEmpty else { continue }
          let points = list.map { near[$0] + drift[$0] + distance }
          let found = try reaches(points, list)
          for (i, slot) in list.enumerated() {
            if found[i] { to[slot] = min(to[slot], points[i]) } else { from[slot] = points[i] + 1 }
          }
        }
      }
      var open = (0..<slots).filter { from[$0] < to[$0] }
      while !open.isEmpty {
        let middles = open.map { from[$0] + (to[$0] - from[$0]) / 2 }
        let found = try reaches(middles, open)
        for (i, slot) in open.enumerated() {
          if found[i] { to[slot] = middles[i] } else { from[slot] = middles[i] + 1 }
        }
        open.removeAll { from[$0] >= to[$0] }
      }
      for slot in 0..<slots {
        let (k, c) = (slot / count, slot % count)
        least[(c * levels + k) * narrow.count + j] = to[slot]
        if let near { drift[slot] = to[slot] - near[slot] }
      }
      near = to
    }
  }
}
