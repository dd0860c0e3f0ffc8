import SimModel

/// Reductions over axes.
enum ReductionOperators {
  static let all: [String: Operator] = [
    "ReduceMean": reduction(.mean, axesInputSince: 18),
    "ReduceSum": reduction(.sum, axesInputSince: 13),
    "ReduceMax": reduction(.maximum, axesInputSince: 18),
    "ReduceMin": reduction(.minimum, axesInputSince: 18),
  ]

  /// Axes are an attribute up to some operator set and an input afterwards; both are read.
  private static func reduction(_ kind: Reduction, axesInputSince: Int) -> Operator {
    Operator(1...2) { preparation in
      let stated = try preparation.node.ints("axes")
      let keeps = try preparation.node.int("keepdims", default: 1) != 0
      let doesNothing = try preparation.node.int("noop_with_empty_axes", default: 0) != 0
      return { inputs in
        let x = try inputs.value(0)
        let axes = try inputs.optional(1) != nil ? inputs.integers(1) : stated ?? []
        if axes.isEmpty, doesNothing { return [x] }
        let list = axes.isEmpty ? Array(x.shape.indices) : axes
        return [try kind.apply(x, axes: list, keeps: keeps)]
      }
    }
  }
}

/// What many elements become one by.
enum Reduction: Sendable {
  case mean, sum, maximum, minimum

  func apply(_ x: Value, axes: [Int], keeps: Bool) throws -> Value {
    let reduced = Set(try axes.map { try Extent.axis($0, rank: x.shape.count) })
    let kept = x.shape.indices.filter { !reduced.contains($0) }
    let order = kept + reduced.sorted()
    let moved = try ShapeOperators.transposed(x, order)
    let length = reduced.reduce(1) { $0 * x.shape[$1] }
    let groups = kept.reduce(1) { $0 * x.shape[$1] }
    guard length > 0 else { throw InputError("reduces over no elements") }
    let shape = x.shape.indices.compactMap { axis in
      reduced.contains(axis) ? (keeps ? 1 : nil) : x.shape[axis]
    }
    if case .integer(let v) = moved.elements {
      let values = (0..<groups).map { g in integer(v[g * length..<(g + 1) * length]) }
      return Value(values, shape: shape, kind: x.kind)
    }
    let v = moved.floats
    return Value(
      (0..<groups).map { g in float(v[g * length..<(g + 1) * length]) }, shape: shape)
  }

  private func float(_ v: ArraySlice<Float>) -> Float {
    switch self {
    case .mean: ExactMean.rounded(v, over: v.count)
    case .sum: ExactMean.rounded(v, over: 1)
    case .maximum: v.reduce(-.infinity) { $0 > $1 || $0.isNaN ? $0 : $1 }
    case .minimum: v.reduce(.infinity) { $0 < $1 || $0.isNaN ? $0 : $1 }
    }
  }

  private func integer(_ v: ArraySlice<Int>) -> Int {
    switch self {
    case .mean: v.reduce(0, &+) / v.count
    case .sum: v.reduce(0, &+)
    case .maximum: v.max()!
    case .minimum: v.min()!
    }
  }
}
