import DataflowAnalysis
import DesignFiles
import Testing

/// Thresholds of monotone functions, channel by channel.
@Suite struct ThresholdPlacesTests {
  /// Two rising functions and a falling one of 65536 codes: nearly lines, so few points decide each threshold.
  @Test func fewPointsDecideAThreshold() throws {
    let (steps, limit) = (65_535, 40_000_000)
    func code(_ x: Int, _ channel: Int) -> Int {
      let number = Double(x)
      let line: Double
      switch channel {
      case 0: line = number * 0.0013 + 7.3
      case 1: line = max(0, number) * 0.0017
      default: line = -number * 0.0011
      }
      return min(max(Int(line.rounded(.toNearestOrEven)), 0), steps)
    }
    var points = 0
    let places = try ThresholdPlaces(
      low: [-limit, -limit, -limit], high: [limit, limit, limit], isNegated: [false, false, true],
      lowest: 0, steps: steps
    ) { integers, count in
      points += integers.count
      #expect(integers.count == 3 * count)
      return integers.indices.map { code(integers[$0], $0 % 3) }
    }
    for channel in 0..<3 {
      let sign = channel == 2 ? -1 : 1
      for k in stride(from: 0, to: steps, by: 97) + [steps - 1] {
        let place = places.values[channel * steps + k]
        #expect(place > limit || code(sign * place, channel) >= k + 1)
        #expect(place == -limit || code(sign * (place - 1), channel) <= k)
      }
    }
    #expect(points < 5 * 3 * steps, "\(points)")
  }

  /// Staircases of any shape: the places are those that looking at every integer finds.
  @Test(arguments: 0..<20) func staircasesOfAnyShape(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let steps = Int.random(in: 1...200, using: &random)
    let channels = 3
    let range = -300...300
    let codes: [[Int]] = (0..<channels).map { _ in
      let codes: [Int] = range.map { _ in Int.random(in: -2...(steps + 2), using: &random) }
      return codes.sorted().map { min(max($0, 0), steps) }
    }
    let isNegated = (0..<channels).map { _ in Bool.random(using: &random) }
    func code(_ x: Int, _ c: Int) -> Int { codes[c][(isNegated[c] ? -x : x) + 300] }
    let found = try ThresholdPlaces(
      low: Array(repeating: -300, count: channels), high: Array(repeating: 300, count: channels),
      isNegated: isNegated, lowest: 0, steps: steps
    ) { integers, _ in integers.indices.map { code(integers[$0], $0 % channels) } }
    for c in 0..<channels {
      for k in 0..<steps {
        let first: Int? = codes[c].firstIndex { $0 > k }
        let expected: Int = first.map { $0 - 300 } ?? 301
        #expect(found.values[c * steps + k] == expected)
      }
    }
  }
}
