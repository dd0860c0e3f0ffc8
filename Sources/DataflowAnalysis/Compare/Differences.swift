/// Every element of a tensor that differs from its reference, frame by frame.
///
/// It holds both sides of the whole tensor, so it is for the moment in which the tensor is compared.
package struct Differences: RandomAccessCollection {
  private let sample: Sample

  init(_ sample: Sample) { self.sample = sample }

  /// Those of integers of a quantiser, as `TensorComparison` has them.
  package init(
    expected: [Double], actual: [Double], shape: [Int], range: ClosedRange<Int>, unit: Double
  ) {
    sample = Sample(expected: expected, actual: actual, shape: shape, range: range, unit: unit)
  }

  package var startIndex: Int { 0 }
  package var endIndex: Int { sample.differing.count }

  /// A frame, the element in it, channels last, and its integers on both sides.
  package subscript(index: Int) -> (frame: Int, element: Int, expected: Double, actual: Double) {
    let position = sample.differing[index]
    return (
      position / sample.perFrame, position % sample.perFrame, sample.expected[position],
      sample.actual[position]
    )
  }
}
