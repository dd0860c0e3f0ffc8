import SimModel

/// ONNX's QuantizeLinear and DequantizeLinear: per tensor, per axis, in blocks.
enum LinearQuantizers {
  static let all: [String: Operator] = [
    "QuantizeLinear": Operator(2...3, quantize),
    "DequantizeLinear": Operator(2...3, dequantize),
    "DynamicQuantizeLinear": Operator(1...1, plain: dynamic),
  ]

  /// Which scale an element has.
  struct ScaleMap {
    private let map: Broadcast.Map

    init(_ x: Value, _ scale: Value, axis: Int, block: Int) throws {
      if scale.count == 1 {
        map = .scalar
      } else if block > 0 {
        let axis = try Extent.axis(axis, rank: x.shape.count)
        guard scale.shape.count == x.shape.count,
          scale.shape[axis] == (x.shape[axis] + block - 1) / block
        else {
          throw InputError("scales of shape \(scale.shape) for blocks of \(block) of \(x.shape)")
        }
        let strides = Extent.strides(scale.shape)
        var indices = [Int32(0)]
        for (i, size) in x.shape.enumerated() {
          indices = indices.flatMap { base in
            (0..<size).map { base + Int32((i == axis ? $0 / block : $0) * strides[i]) }
          }
        }
        map = .table(indices)
      } else {
        let axis = try Extent.axis(axis, rank: x.shape.count)
        guard scale.count == x.shape[axis] else {
          throw InputError("\(scale.count) scales for \(x.shape[axis]) channels on axis \(axis)")
        }
        map = .channels(inner: x.shape[(axis + 1)...].reduce(1, *), count: scale.count)
      }
    }

    @inline(__always)
    subscript(_ index: Int) -> Int {
      switch map {
      case .same: index
      case .scalar: 0
      case .channels(let inner, let count): (index / inner) % count
      case .table(let table): Int(table[index])
      }
    }
  }

  /// saturate(round half even(x / s) + z); the type of z decides the range.
  private static func quantize(_ preparation: Preparation) throws -> Kernel {
    let node = preparation.node
    let axis = try node.int("axis", default: 1)
    let block = try node.int("block_size", default: 0)
    let stated = try node.int("output_dtype").flatMap {
      TensorReader.kinds[Int32(truncatingIfNeeded: $0)]
    }
    try preparation.requireScale(1)
    return { inputs in
      let (x, scale) = (try inputs.value(0), try inputs.value(1))
      let zero = inputs.optional(2)
      let kind = zero?.kind ?? stated ?? .uint8
      guard let range = kind.range else {
        throw InputError("a zero point of type \(kind.rawValue) is not supported")
      }
      let at = try ScaleMap(x, scale, axis: axis, block: block)
      let (v, s) = (x.floats, scale.floats)
      let z = zero?.integers ?? [Int](repeating: 0, count: s.count)
      guard z.count == s.count else {
        throw InputError("\(z.count) zero points, \(s.count) scales")
      }
      let (low, high) = (Float(range.lowerBound), Float(range.upperBound))
      let codes = v.indices.map { i -> Int in
        let k = at[i]
        let rounded = (v[i] / s[k]).rounded(.toNearestOrEven)
        guard !rounded.isNaN else { return z[k] }
        let limited = min(max(rounded, low - Float(z[k])), high - Float(z[k]))
        return min(max(Int(limited) + z[k], range.lowerBound), range.upperBound)
      }
      return [Value(codes, shape: x.shape, kind: kind)]
    }
  }

  /// Codes of 8 bits over the range that the data themselves have, 0 in it; scale and zero point are outputs.
  private static let dynamic: Kernel = { inputs in
    let x = try inputs.value(0)
    let v = x.floats
    let (low, high) = (min(0, v.min() ?? 0), max(0, v.max() ?? 0))
    let scale = low == high ? 1 : (high - low) / 255
    guard scale.isFinite else { throw InputError("its data are not finite") }
    let zero = Int(min(max((-low / scale).rounded(.toNearestOrEven), 0), 255))
    let codes = v.map { value -> Int in
      let rounded = min(max((value / scale).rounded(.toNearestOrEven), -512), 512)
      return min(max(Int(rounded) + zero, 0), 255)
    }
    return [
      Value(codes, shape: x.shape, kind: .uint8), Value(scalar: scale),
      Value([zero], shape: [], kind: .uint8),
    ]
  }

  /// (q − z)·s.
  private static func dequantize(_ preparation: Preparation) throws -> Kernel {
    let axis = try preparation.node.int("axis", default: 1)
    let block = try preparation.node.int("block_size", default: 0)
    return { inputs in
      let (x, scale) = (try inputs.value(0), try inputs.value(1))
      let at = try ScaleMap(x, scale, axis: axis, block: block)
      let (q, s) = (try inputs.integers(0), scale.floats)
      let z = inputs.optional(2)?.integers ?? [Int](repeating: 0, count: s.count)
      guard z.count == s.count else {
        throw InputError("\(z.count) zero points, \(s.count) scales")
      }
      return [Value(q.indices.map { Float(q[$0] - z[at[$0]]) * s[at[$0]] }, shape: x.shape)]
    }
  }
}
