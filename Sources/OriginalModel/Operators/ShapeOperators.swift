import SimModel

/// What changes shapes and order and no value.
enum ShapeOperators {
  static let all: [String: Operator] = [
    "Reshape": Operator(1...2, reshape),
    "Flatten": Operator(1...1) { preparation in
      let stated = try preparation.node.int("axis", default: 1)
      return { inputs in
        let x = try inputs.value(0)
        let rank = x.shape.count
        let axis = stated < 0 ? stated + rank : stated
        guard (0...rank).contains(axis) else {
          throw InputError("axis \(stated) does not exist in a tensor of \(rank) axes")
        }
        return [
          x.reshaped([x.shape[..<axis].reduce(1, *), x.shape[axis...].reduce(1, *)])
        ]
      }
    },
    "Transpose": Operator(1...1) { preparation in
      let perm = try preparation.node.ints("perm")
      return { inputs in
        let x = try inputs.value(0)
        return [try transposed(x, perm ?? Array(x.shape.indices.reversed()))]
      }
    },
    "Squeeze": Operator(1...2) { preparation in
      let stated = try preparation.node.ints("axes")
      return { inputs in
        let x = try inputs.value(0)
        let list = try inputs.optional(1) != nil ? inputs.integers(1) : stated
        let axes = try list?.map { try Extent.axis($0, rank: x.shape.count) }
        let drops = Set(axes ?? x.shape.indices.filter { x.shape[$0] == 1 })
        guard drops.allSatisfy({ x.shape[$0] == 1 }) else {
          throw InputError("axes \(drops.sorted()) of shape \(x.shape) are not all of size 1")
        }
        return [x.reshaped(x.shape.indices.filter { !drops.contains($0) }.map { x.shape[$0] })]
      }
    },
    "Unsqueeze": Operator(1...2) { preparation in
      let stated = try preparation.node.ints("axes")
      return { inputs in
        let x = try inputs.value(0)
        let list = try inputs.optional(1) != nil ? inputs.integers(1) : stated ?? []
        let rank = x.shape.count + list.count
        let axes = Set(try list.map { try Extent.axis($0, rank: rank) })
        guard axes.count == list.count else { throw InputError("axes \(list) name one axis twice") }
        var rest = x.shape[...]
        return [x.reshaped((0..<rank).map { axes.contains($0) ? 1 : rest.removeFirst() })]
      }
    },
    "Concat": Operator(1...1024) { preparation in
      guard let stated = try preparation.node.int("axis") else {
        throw InputError("states no axis")
      }
      return { inputs in [try concatenated(inputs.indices.map { try inputs.value($0) }, stated)] }
    },
    "Split": Operator(1...2, split),
    "Expand": Operator(2...2) { _ in
      { inputs in
        let x = try inputs.value(0)
        let shape = try Extent.broadcast(x.shape, inputs.integers(1))
        let at = Broadcast(x.shape, to: shape)
        return [gathered(x, (0..<(try Extent.count(shape))).map { at[$0] }, shape)]
      }
    },
    "Shape": Operator(1...1) { preparation in
      let start = try preparation.node.int("start", default: 0)
      let end = try preparation.node.int("end")
      return { inputs in
        let shape = try inputs.value(0).shape
        let clamp = { (i: Int) in min(max(i < 0 ? i + shape.count : i, 0), shape.count) }
        let (from, to) = (clamp(start), clamp(end ?? shape.count))
        let part = Array(shape[from..<max(from, to)])
        return [Value(part, shape: [part.count], kind: .int64)]
      }
    },
    "Size": Operator(1...1) { _ in
      { inputs in [Value([try inputs.value(0).count], shape: [], kind: .int64)] }
    },
    "Constant": Operator(0...0, constant),
    "ConstantOfShape": Operator(1...1) { preparation in
      var fill = Value([Float(0)], shape: [1])
      if case .tensor(let value)? = preparation.node.attributes["value"] { fill = value }
      guard fill.count == 1 else { throw preparation.node.wrong("value", "one element") }
      let element = fill
      return { inputs in
        let shape = try inputs.integers(0)
        return [gathered(element, Array(repeating: 0, count: try Extent.count(shape)), shape)]
      }
    },
  ]

  /// The elements of `x` at `indices` under a new shape.
  static func gathered(_ x: Value, _ indices: [Int], _ shape: [Int]) -> Value {
    switch x.elements {
    case .float(let v): Value(indices.map { v[$0] }, shape: shape)
    case .double(let v): Value(indices.map { v[$0] }, shape: shape)
    case .integer(let v): Value(indices.map { v[$0] }, shape: shape, kind: x.kind)
    }
  }

  /// The elements of `x` at `indices`, `fill` where an index is −1.
  static func gathered(_ x: Value, _ indices: [Int], _ shape: [Int], fill: Float) -> Value {
    switch x.elements {
    case .float(let v): Value(indices.map { $0 < 0 ? fill : v[$0] }, shape: shape)
    case .double(let v): Value(indices.map { $0 < 0 ? Double(fill) : v[$0] }, shape: shape)
    case .integer(let v):
      Value(indices.map { $0 < 0 ? Int(fill) : v[$0] }, shape: shape, kind: x.kind)
    }
  }

  static func transposed(_ x: Value, _ perm: [Int]) throws -> Value {
    guard perm.sorted() == Array(x.shape.indices) else {
      throw InputError("the order \(perm) is no permutation of \(x.shape.count) axes")
    }
    let shape = perm.map { x.shape[$0] }
    if perm.filter({ x.shape[$0] > 1 }) == perm.filter({ x.shape[$0] > 1 }).sorted() {
      return x.reshaped(shape)
    }
    let strides = Extent.strides(x.shape)
    return gathered(x, indices(shape, strides: perm.map { strides[$0] }), shape)
  }

  /// Source indices of a view of `shape` with these strides.
  static func indices(_ shape: [Int], strides: [Int], start: Int = 0) -> [Int] {
    let count = shape.reduce(1, *)
    guard let last = shape.last else { return [start] }
    var out: [Int] = []
    out.reserveCapacity(count)
    var position = [Int](repeating: 0, count: shape.count)
    var base = start
    while out.count < count {
      for i in 0..<last { out.append(base + i * strides[shape.count - 1]) }
      var axis = shape.count - 2
      while axis >= 0 {
        position[axis] += 1
        base += strides[axis]
        if position[axis] < shape[axis] { break }
        base -= shape[axis] * strides[axis]
        position[axis] = 0
        axis -= 1
      }
    }
    return out
  }

  /// 0 keeps a dimension (unless `allowzero`), −1 is what is left.
  private static func reshape(_ preparation: Preparation) throws -> Kernel {
    let attribute = try preparation.node.ints("shape")
    let allowsZero = try preparation.node.int("allowzero", default: 0) != 0
    return { inputs in
      let x = try inputs.value(0)
      guard var shape = try inputs.optional(1) != nil ? inputs.integers(1) : attribute else {
        throw InputError("states no shape")
      }
      for i in shape.indices where shape[i] == 0 && !allowsZero {
        guard i < x.shape.count else {
          throw InputError("shape \(shape) keeps dimension \(i), which \(x.shape) has not")
        }
        shape[i] = x.shape[i]
      }
      if let open = shape.firstIndex(of: -1) {
        let rest = shape.enumerated().reduce(1) { $1.offset == open ? $0 : $0 * $1.element }
        shape[open] = rest > 0 ? x.count / rest : 0
      }
      guard try Extent.count(shape) == x.count else {
        throw InputError("\(x.count) elements of shape \(x.shape) do not make shape \(shape)")
      }
      return [x.reshaped(shape)]
    }
  }

  static func concatenated(_ parts: [Value], _ stated: Int) throws -> Value {
    guard let first = parts.first else { throw InputError("has no input") }
    let axis = try Extent.axis(stated, rank: first.shape.count)
    func outline(_ v: Value) -> [Int] {
      v.shape.enumerated().filter { $0.offset != axis }.map(\.element)
    }
    guard parts.allSatisfy({ outline($0) == outline(first) && $0.shape.count == first.shape.count })
    else { throw InputError("shapes \(parts.map(\.shape)) cannot be concatenated on axis \(axis)") }
    var shape = first.shape
    shape[axis] = parts.reduce(0) { $0 + $1.shape[axis] }
    let outer = first.shape[..<axis].reduce(1, *)
    let runs = parts.map { $0.shape[axis...].reduce(1, *) }
    func joined<T>(_ lists: [[T]]) -> [T] {
      var out: [T] = []
      out.reserveCapacity(shape.reduce(1, *))
      for o in 0..<outer {
        for (list, run) in Swift.zip(lists, runs) { out += list[o * run..<(o + 1) * run] }
      }
      return out
    }
    if parts.allSatisfy({ if case .integer = $0.elements { true } else { false } }) {
      return Value(joined(parts.map { $0.integers! }), shape: shape, kind: first.kind)
    }
    return Value(joined(parts.map(\.floats)), shape: shape)
  }

  private static func split(_ preparation: Preparation) throws -> Kernel {
    let stated = try preparation.node.int("axis", default: 0)
    let attribute = try preparation.node.ints("split")
    let count = try preparation.node.int("num_outputs") ?? preparation.node.outputs.count
    return { inputs in
      let x = try inputs.value(0)
      let axis = try Extent.axis(stated, rank: x.shape.count)
      var sizes = try inputs.optional(1) != nil ? inputs.integers(1) : attribute ?? []
      if sizes.isEmpty, count > 0 {
        let size = (x.shape[axis] + count - 1) / count
        sizes = (0..<count).map { max(0, min(size, x.shape[axis] - $0 * size)) }
      }
      guard sizes.allSatisfy({ $0 >= 0 }), sizes.reduce(0, +) == x.shape[axis] else {
        throw InputError("parts of \(sizes) do not make \(x.shape[axis]) on axis \(axis)")
      }
      let strides = Extent.strides(x.shape)
      var start = 0
      return sizes.map { size in
        var shape = x.shape
        shape[axis] = size
        defer { start += size }
        return gathered(
          x, indices(shape, strides: strides, start: start * strides[axis]), shape)
      }
    }
  }

  private static func constant(_ preparation: Preparation) throws -> Kernel {
    let attributes = preparation.node.attributes
    let value: Value
    switch attributes["value"] ?? attributes.values.first {
    case .tensor(let tensor)?: value = tensor
    case .float(let number)?: value = Value(scalar: number)
    case .floats(let list)?: value = Value(list, shape: [list.count])
    case .int(let number)?: value = Value([number], shape: [], kind: .int64)
    case .ints(let list)?: value = Value(list, shape: [list.count], kind: .int64)
    default: throw InputError("states no value that is a number or a tensor")
    }
    return { _ in [value] }
  }
}
