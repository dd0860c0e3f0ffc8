import SimModel

/// The element types of ONNX that an original model may hold.
public enum ElementKind: String, Sendable {
  case float32, float64, int4, uint4, int8, uint8, int16, uint16, int32, uint32, int64, uint64, bool

  /// The values an integer of this type takes; `nil` for floating point. 64-bit unsigned numbers are
  /// kept as signed ones.
  public var range: ClosedRange<Int>? {
    switch self {
    case .float32, .float64: nil
    case .bool: 0...1
    case .int4: -8...7
    case .uint4: 0...15
    case .int8: -128...127
    case .uint8: 0...255
    case .int16: -32768...32767
    case .uint16: 0...65535
    case .int32: Int(Int32.min)...Int(Int32.max)
    case .uint32: 0...Int(UInt32.max)
    case .int64: Int.min...Int.max
    case .uint64: 0...Int.max
    }
  }
}

/// A tensor on its way through a model: a shape and its elements in C order.
public struct Value: Sendable, Equatable {
  /// Elements as they are computed with.
  public enum Elements: Sendable, Equatable {
    case float([Float])
    case double([Double])
    case integer([Int])
  }

  /// Extents, the leading axis first; empty for a single number.
  public let shape: [Int]
  public let kind: ElementKind
  /// In row-major order.
  public let elements: Elements

  /// Elements that no tensor of a network has: a limit against sizes nobody means.
  static let maximumCount = 1 << 29

  /// How many elements there are.
  public var count: Int {
    switch elements {
    case .float(let v): v.count
    case .double(let v): v.count
    case .integer(let v): v.count
    }
  }

  /// Elements in row-major order; their number is the product of `shape`.
  public init(_ values: [Float], shape: [Int]) {
    self.init(shape, .float32, .float(values))
  }

  /// Elements in row-major order; their number is the product of `shape`.
  public init(_ values: [Double], shape: [Int]) {
    self.init(shape, .float64, .double(values))
  }

  /// Integers of `kind`, which the caller has brought into its range.
  public init(_ values: [Int], shape: [Int], kind: ElementKind) {
    self.init(shape, kind, .integer(values))
  }

  /// A single number.
  public init(scalar value: Float) { self.init([value], shape: []) }

  private init(_ shape: [Int], _ kind: ElementKind, _ elements: Elements) {
    self.shape = shape
    self.kind = kind
    self.elements = elements
    precondition(count == shape.reduce(1, *), "a shape of as many elements")
  }

  /// The same elements under another shape of equal size.
  public func reshaped(_ shape: [Int]) -> Value { Value(shape, kind, elements) }

  /// The elements as float32, each rounded once.
  public var floats: [Float] {
    switch elements {
    case .float(let v): v
    case .double(let v): v.map { Float($0) }
    case .integer(let v): v.map { Float($0) }
    }
  }

  /// Every element in double precision, which is exact.
  public var doubles: [Double] {
    switch elements {
    case .float(let v): v.map { Double($0) }
    case .double(let v): v
    case .integer(let v): v.map { Double($0) }
    }
  }

  /// The elements as integers; `nil` when one is not a whole number.
  public var integers: [Int]? {
    func exact(_ v: some Sequence<Double>) -> [Int]? {
      var result: [Int] = []
      for x in v {
        guard let i = Int(exactly: x) else { return nil }
        result.append(i)
      }
      return result
    }
    switch elements {
    case .float(let v): return exact(v.lazy.map { Double($0) })
    case .double(let v): return exact(v)
    case .integer(let v): return v
    }
  }

  /// The only element as float32; `nil` when there are several.
  public var scalar: Float? { count == 1 ? floats[0] : nil }
}

/// Shapes in C order.
enum Extent {
  /// The number of elements.
  ///
  /// Throws `InputError` for negative dimensions and sizes nobody means.
  static func count(_ shape: [Int]) throws -> Int {
    guard shape.allSatisfy({ $0 >= 0 }), let count = checkedProduct(shape),
      count <= Value.maximumCount
    else { throw InputError("a tensor of shape \(shape) is not plausible") }
    return count
  }

  /// Elements from one index of each axis to the next.
  static func strides(_ shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in stride(from: shape.count - 2, through: 0, by: -1) {
      strides[axis] = strides[axis + 1] * shape[axis + 1]
    }
    return strides
  }

  /// The shape both broadcast to.
  ///
  /// Throws `InputError` when they do not fit.
  static func broadcast(_ a: [Int], _ b: [Int]) throws -> [Int] {
    let rank = max(a.count, b.count)
    let x = Array(repeating: 1, count: rank - a.count) + a
    let y = Array(repeating: 1, count: rank - b.count) + b
    let shape = try zip(x, y).map { p, q in
      guard p == q || p == 1 || q == 1 else {
        throw InputError("shapes \(a) and \(b) do not broadcast against each other")
      }
      return p == 1 ? q : p
    }
    _ = try count(shape)
    return shape
  }

  /// `axis` counted from the front.
  ///
  /// Throws `InputError` when the tensor has no such axis.
  static func axis(_ axis: Int, rank: Int) throws -> Int {
    guard axis >= -rank, axis < rank || (rank == 0 && axis == 0) else {
      throw InputError("axis \(axis) does not exist in a tensor of \(rank) axes")
    }
    return axis < 0 ? axis + rank : axis
  }
}

/// Reads the elements of a tensor as if it had been broadcast to another shape.
struct Broadcast {
  /// Elements of the result that share one source element, when the source is one run per `period`.
  let map: Map

  enum Map {
    case same
    case scalar
    /// Source index of element i is `(i / inner) % count`: one value per channel.
    case channels(inner: Int, count: Int)
    case table([Int32])
  }

  init(_ shape: [Int], to target: [Int]) {
    let count = shape.reduce(1, *)
    if shape == target || (count == target.reduce(1, *) && count > 0) {
      map = .same
    } else if count == 1 {
      map = .scalar
    } else {
      let padded = Array(repeating: 1, count: target.count - shape.count) + shape
      let wide = padded.indices.filter { padded[$0] != 1 }
      if let first = wide.first, let last = wide.last,
        wide.count == last - first + 1, (first...last).allSatisfy({ padded[$0] == target[$0] })
      {
        map = .channels(inner: target[(last + 1)...].reduce(1, *), count: count)
      } else {
        map = .table(Self.table(padded, target))
      }
    }
  }

  private static func table(_ shape: [Int], _ target: [Int]) -> [Int32] {
    let strides = zip(Extent.strides(shape), shape).map { $1 == 1 ? 0 : $0 }
    var indices = [Int32(0)]
    for (axis, size) in target.enumerated() {
      indices = indices.flatMap { base in
        (0..<size).map { base + Int32($0 * strides[axis]) }
      }
    }
    return indices
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
