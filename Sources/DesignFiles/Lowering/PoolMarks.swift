import OriginalModel
import SimModel

/// Averages over windows of unequal size: a number is added to every pixel that counts, so large that the sum
/// of a window says how many of its pixels did.
struct PoolMarks: Equatable, Sendable {
  /// What is added to each pixel.
  let mark: Int
  /// How many pixels a window can have, ascending.
  let counts: [Int]
  /// Integers of the pixels.
  let pixels: ClosedRange<Int>

  init(_ counts: Set<Int>, _ pixels: ClosedRange<Int>) {
    self.counts = counts.sorted()
    self.pixels = pixels
    var mark = max(0, 1 - pixels.lowerBound)
    for (few, more) in zip(self.counts, self.counts.dropFirst()) {
      // more · (mark + low) > few · (mark + high)
      let apart = few * pixels.upperBound - more * pixels.lowerBound
      mark = max(mark, Int((Double(apart) / Double(more - few)).rounded(.down)) + 1)
    }
    self.mark = mark
  }

  /// The least and the greatest sum.
  var range: ClosedRange<Int> {
    counts.first! * (mark + pixels.lowerBound)...counts.last! * (mark + pixels.upperBound)
  }

  /// The sum of the pixels and their number; what no window gives counts as the nearest sum below.
  func split(_ marked: Int) -> (sum: Int, count: Int) {
    let count = counts.last { $0 * (mark + pixels.lowerBound) <= marked } ?? counts[0]
    let sum = marked - count * mark
    return (min(max(sum, count * pixels.lowerBound), count * pixels.upperBound), count)
  }
}

extension PoolRule {
  /// How many pixels of the picture are in a window, by row or column of the output.
  func inside(_ axis: Int, of size: Int) -> Set<Int> {
    Set(
      (0..<output[axis]).map { place in
        let first = place * stride[axis] - padding[axis]
        return (0..<kernel[axis]).count { (0..<size).contains(first + $0 * dilation[axis]) }
      })
  }
}

extension Lowering {
  /// An average whose windows differ in how many pixels they have.
  mutating func unequalAverage(_ input: Proportional, _ rule: PoolRule, _ node: ModelNode) throws {
    let source = layers[input.layer]
    let rows = rule.inside(0, of: source.shape.height)
    let columns = rule.inside(1, of: source.shape.width)
    let marks = PoolMarks(
      Set(rows.flatMap { r in columns.map { r * $0 } }), source.range)
    guard !marks.counts.contains(0) else {
      throw InputError(
        "has windows without a single pixel", hint: "pad less than the kernel reaches")
    }
    let channels = source.shape.channels
    var marked = source
    marked.kind = .offset(Array(repeating: marks.mark, count: channels))
    marked.inputs = [input.layer]
    marked.low = source.low.map { $0 + marks.mark }
    marked.high = source.high.map { $0 + marks.mark }
    (marked.isBipolar, marked.node) = (false, node.name)
    var shape = source.shape
    (shape.height, shape.width) = (rule.output[0], rule.output[1])
    var sum = Layer(
      kind: .sum(rule), inputs: [add(marked)], shape: shape,
      low: Array(repeating: marks.range.lowerBound, count: channels),
      high: Array(repeating: marks.range.upperBound, count: channels), scale: input.scale,
      tensor: node.outputs[0], node: node.name)
    sum.marks = marks
    add(sum, carrying: node.outputs[0])
  }

  /// Why windows of unequal size cannot be told apart.
  func unequalWindows(_ reason: String) -> InputError {
    InputError(
      "averages over windows of unequal size (the border without count_include_pad, or ceil_mode); as one sum "
        + "that says how many pixels it has it \(reason)",
      hint: "use count_include_pad=True, or no padding and no ceil_mode, in the training code")
  }
}
