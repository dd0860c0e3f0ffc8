import SimModel

/// Parts of tensors, picked by index, range or size.
enum SelectionOperators {
  static let all: [String: Operator] = [
    "Gather": Operator(2...2, gather),
    "Slice": Operator(1...5, slice),
    "Pad": Operator(1...4, pad),
    "TopK": Operator(1...2, top),
    "ArgMax": extreme { $0 > $1 },
    "ArgMin": extreme { $0 < $1 },
  ]

  private static func gather(_ preparation: Preparation) throws -> Kernel {
    let stated = try preparation.node.int("axis", default: 0)
    return { inputs in
      let (x, list) = (try inputs.value(0), try inputs.integers(1))
      let axis = try Extent.axis(stated, rank: x.shape.count)
      let size = x.shape[axis]
      let picks = try list.map { i -> Int in
        guard i >= -size, i < size else {
          throw InputError("index \(i) does not exist on an axis of \(size)")
        }
        return i < 0 ? i + size : i
      }
      let inner = x.shape[(axis + 1)...].reduce(1, *)
      let outer = x.shape[..<axis].reduce(1, *)
      let shape = Array(x.shape[..<axis]) + (try inputs.value(1).shape) + x.shape[(axis + 1)...]
      _ = try Extent.count(shape)
      let indices = (0..<outer).flatMap { o in
        picks.flatMap { p in (0..<inner).map { (o * size + p) * inner + $0 } }
      }
      return [ShapeOperators.gathered(x, indices, shape)]
    }
  }

  /// Attributes up to operator set 9, inputs afterwards.
  private static func slice(_ preparation: Preparation) throws -> Kernel {
    let node = preparation.node
    let attributes = try (node.ints("starts"), node.ints("ends"), node.ints("axes"))
    return { inputs in
      let x = try inputs.value(0)
      func list(_ index: Int, _ attribute: [Int]?) throws -> [Int]? {
        try inputs.optional(index) != nil ? inputs.integers(index) : attribute
      }
      guard let starts = try list(1, attributes.0), let ends = try list(2, attributes.1),
        starts.count == ends.count
      else { throw InputError("states no starts and ends") }
      let axes = try list(3, attributes.2) ?? Array(starts.indices)
      let steps = try list(4, nil) ?? starts.map { _ in 1 }
      guard axes.count == starts.count, steps.count == starts.count, !steps.contains(0) else {
        throw InputError("starts, ends, axes and steps do not fit each other")
      }
      var shape = x.shape
      var strides = Extent.strides(x.shape)
      var start = 0
      for (i, stated) in axes.enumerated() {
        let axis = try Extent.axis(stated, rank: x.shape.count)
        let (size, step) = (x.shape[axis], steps[i])
        func clamp(_ v: Int, _ low: Int, _ high: Int) -> Int {
          min(max(v < 0 ? v &+ size : v, low), high)
        }
        let from = step > 0 ? clamp(starts[i], 0, size) : clamp(starts[i], 0, size - 1)
        let to = step > 0 ? clamp(ends[i], 0, size) : clamp(ends[i], -1, size - 1)
        let span = step > 0 ? to - from : from - to
        shape[axis] = span <= 0 ? 0 : (span - 1) / abs(step) + 1
        start += from * strides[axis]
        strides[axis] *= step
      }
      guard !shape.contains(0) else {
        throw InputError("leaves nothing of a tensor of shape \(x.shape)")
      }
      return [
        ShapeOperators.gathered(
          x, ShapeOperators.indices(shape, strides: strides, start: start), shape)
      ]
    }
  }

  /// Constant, edge and reflected padding; a negative pad crops.
  private static func pad(_ preparation: Preparation) throws -> Kernel {
    let node = preparation.node
    let attribute = try node.ints("pads")
    let number = try node.float("value") ?? 0
    let mode = try node.string("mode") ?? "constant"
    guard ["constant", "edge", "reflect"].contains(mode) else {
      throw node.wrong("mode", "one of constant, edge, reflect")
    }
    return { inputs in
      let x = try inputs.value(0)
      let rank = x.shape.count
      guard let pads = try inputs.optional(1) != nil ? inputs.integers(1) : attribute else {
        throw InputError("states no pads")
      }
      let axes = try inputs.optional(3) != nil ? inputs.integers(3) : Array(0..<rank)
      guard pads.count == 2 * axes.count else {
        throw InputError("\(pads.count) pads for \(axes.count) axes")
      }
      let fill = inputs.optional(2)?.floats.first ?? number
      var begins = [Int](repeating: 0, count: rank)
      var shape = x.shape
      for (i, stated) in axes.enumerated() {
        let axis = try Extent.axis(stated, rank: rank)
        begins[axis] = pads[i]
        shape[axis] += pads[i] + pads[axes.count + i]
      }
      _ = try Extent.count(shape)
      let strides = Extent.strides(x.shape)
      var indices = [0]
      for axis in 0..<rank {
        let size = x.shape[axis]
        let cells = (0..<shape[axis]).map { position -> Int in
          let cell = position - begins[axis]
          if (0..<size).contains(cell) { return cell }
          switch mode {
          case "edge": return min(max(cell, 0), size - 1)
          case "reflect": return min(max(cell < 0 ? -cell : 2 * (size - 1) - cell, 0), size - 1)
          default: return -1
          }
        }
        indices = indices.flatMap { base in
          cells.map { $0 < 0 || base < 0 ? -1 : base + $0 * strides[axis] }
        }
      }
      return [ShapeOperators.gathered(x, indices, shape, fill: fill)]
    }
  }

  /// The largest (or smallest) elements along an axis, lowest index first among equal ones.
  private static func top(_ preparation: Preparation) throws -> Kernel {
    let node = preparation.node
    let stated = try node.int("axis", default: -1)
    let largest = try node.int("largest", default: 1) != 0
    let attribute = try node.int("k")
    return { inputs in
      let x = try inputs.value(0)
      let axis = try Extent.axis(stated, rank: x.shape.count)
      let k = try inputs.optional(1) != nil ? inputs.integers(1).first ?? 0 : attribute ?? 0
      let size = x.shape[axis]
      guard (1...max(1, size)).contains(k) else {
        throw InputError("the top \(k) of \(size) elements cannot be picked")
      }
      var shape = x.shape
      shape[axis] = k
      let v = x.doubles
      let strides = Extent.strides(x.shape)
      var picks = [Int](repeating: 0, count: shape.reduce(1, *))
      let inner = strides[axis]
      for lane in 0..<v.count / max(1, size) {
        let base = lane / inner * inner * size + lane % inner
        let order = (0..<size).sorted { a, b in
          let (p, q) = (v[base + a * inner], v[base + b * inner])
          return p == q ? a < b : largest ? p > q : p < q
        }
        let target = lane / inner * inner * k + lane % inner
        for rank in 0..<k { picks[target + rank * inner] = base + order[rank] * inner }
      }
      let values = ShapeOperators.gathered(x, picks, shape)
      let indices = picks.map { $0 / inner % size }
      return [values, Value(indices, shape: shape, kind: .int64)]
    }
  }

  private static func extreme(_ isBetter: @escaping @Sendable (Double, Double) -> Bool) -> Operator
  {
    Operator(1...1) { preparation in
      let stated = try preparation.node.int("axis", default: 0)
      let keeps = try preparation.node.int("keepdims", default: 1) != 0
      let last = try preparation.node.int("select_last_index", default: 0) != 0
      return { inputs in
        let x = try inputs.value(0)
        let axis = try Extent.axis(stated, rank: x.shape.count)
        let size = x.shape[axis]
        guard size > 0 else { throw InputError("an axis without elements has no largest one") }
        var shape = x.shape
        if keeps { shape[axis] = 1 } else { shape.remove(at: axis) }
        let v = x.doubles
        let inner = Extent.strides(x.shape)[axis]
        let picks = (0..<v.count / size).map { lane -> Int in
          let base = lane / inner * inner * size + lane % inner
          return (1..<max(1, size)).reduce(0) { best, i in
            let (a, b) = (v[base + i * inner], v[base + best * inner])
            return isBetter(a, b) || (last && a == b) ? i : best
          }
        }
        return [Value(picks, shape: shape, kind: .int64)]
      }
    }
  }
}
