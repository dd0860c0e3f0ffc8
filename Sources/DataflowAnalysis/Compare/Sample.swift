import FoundationEssentials
import Glibc
import SimKernels

/// Expected and actual values of one stream in its own integers, channel last.
struct Sample {
  let expected: [Double]
  let actual: [Double]
  let layout: StreamLayout
  /// Size of one integer step in the reference's unit.
  let unit: Double
  /// References in floating point come within a fraction of a step; streams in floating point within
  /// some of their last bits.
  let tolerance: Double
  /// Positions that differ.
  let differing: [Int]

  init(
    expected: [Double], actual: [Double], layout: StreamLayout, unit: Double
  ) {
    self.expected = expected
    self.actual = actual
    self.layout = layout
    self.unit = unit
    let tolerance =
      layout.dataType == .float32
      ? max(1e-30, 1e-5 * (expected.lazy.map { abs($0) }.max() ?? 0)) : 0.25
    self.tolerance = tolerance
    // What is no number differs.
    differing = expected.indices.filter { !(abs(expected[$0] - actual[$0]) <= tolerance) }
  }

  /// Integers of a quantiser, without a block that made them.
  init(
    expected: [Double], actual: [Double], shape: [Int], range: ClosedRange<Int>, unit: Double
  ) {
    let depth = max(1, shape.last ?? 1)
    let layout = StreamLayout(
      dataType: .holding(range), shape: shape, elements: depth, words: product(shape) / depth)
    self.init(expected: expected, actual: actual, layout: layout, unit: unit)
  }

  var channels: Int { max(1, layout.shape.last ?? 1) }
  var isFloat: Bool { layout.dataType == .float32 }

  /// The directions of the differences when all of them are one step of the type; else `nil`.
  var steps: Set<Int>? {
    let one: Double = layout.dataType == .bipolar ? 2 : 1
    let steps = Set(differing.map { (actual[$0] - expected[$0]).rounded() / one })
    return steps.isSubset(of: [1, -1]) ? Set(steps.map { Int($0) }) : nil
  }
  var perFrame: Int { max(1, layout.count) }
  /// By channel: whether the reference is constant there.
  var constantChannels: [Bool] {
    var constant = [Bool](repeating: true, count: channels)
    for i in expected.indices where expected[i] != expected[i % channels] {
      constant[i % channels] = false
    }
    return constant
  }

  private var errors: LazyMapSequence<Range<Int>, Double> {
    expected.indices.lazy.map { abs(expected[$0] - actual[$0]) }
  }
  var maximumError: Double { differing.isEmpty ? 0 : errors.max() ?? 0 }
  var meanError: Double {
    differing.isEmpty ? 0 : errors.reduce(0, +) / Double(max(1, expected.count))
  }
  private var noise: Double { differing.isEmpty ? 0 : errors.reduce(0) { $0 + $1 * $1 } }
  var sqnr: Double {
    let signal = expected.reduce(0) { $0 + $1 * $1 }
    // Without any signal there is no ratio.
    guard noise == 0 || signal > 0 else { return .nan }
    return noise == 0 ? .infinity : 10 * log10(signal / noise)
  }
  var psnr: Double {
    let peak = (expected.max() ?? 0) - (expected.min() ?? 0)
    guard noise > 0 else { return .infinity }
    return peak > 0 ? 10 * log10(peak * peak * Double(expected.count) / noise) : .nan
  }

  /// The stream's `elements` with the expected values where they differ and are integers at all.
  func decided(_ elements: Integers) -> Integers {
    guard !isFloat else { return elements }
    var values = elements.int64s ?? []
    for i in differing where i < values.count {
      values[i] = Int64(exactly: expected[i].rounded()) ?? values[i]
    }
    return Integers(values, rowLength: layout.rowLength, format: elements.format)
  }

  func divergence(at position: Int) -> Divergence {
    let frame = position / perFrame
    var rest = position % perFrame
    let (word, lane) = (rest / layout.elements, rest % layout.elements)
    var index: [Int] = []
    for extent in layout.shape.reversed() {
      index.insert(rest % extent, at: 0)
      rest /= extent
    }
    let channel = position % channels
    return Divergence(
      frame: frame, index: index, channel: channel, fold: channel / layout.elements, word: word,
      lane: lane, expected: expected[position], actual: actual[position])
  }
}
