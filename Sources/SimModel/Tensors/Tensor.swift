/// A dense array as NumPy stores it: a shape, an element type, little-endian bytes in C order.
///
/// The bytes stay as they were read, so a weight file of 100 MB costs 100 MB.
public struct Tensor: Sendable, Equatable {
  /// The NumPy type codes that are read and written.
  public enum ElementType: String, Sendable, CaseIterable {
    case bool = "b1"
    case int8 = "i1"
    case int16 = "i2"
    case int32 = "i4"
    case int64 = "i8"
    case uint8 = "u1"
    case uint16 = "u2"
    case uint32 = "u4"
    case uint64 = "u8"
    case float32 = "f4"
    case float64 = "f8"

    /// Bytes per element.
    public var size: Int { Int(rawValue.utf8.last!) - 48 }
  }

  /// Extents, the leading axis first; empty for a single number.
  public let shape: [Int]
  public let elementType: ElementType
  /// `count * elementType.size` bytes.
  public let bytes: [UInt8]

  /// How many elements there are.
  public var count: Int { bytes.count / elementType.size }

  /// A tensor over raw bytes.
  ///
  /// Throws `InputError` unless their number is the product of `shape` times the element size.
  public init(shape: [Int], elementType: ElementType, bytes: [UInt8]) throws {
    guard let expected = Tensor.byteCount(shape, elementType), expected == bytes.count else {
      throw InputError(
        "\(bytes.count) bytes do not make an array of shape \(shape), type \(elementType.rawValue)")
    }
    self.init(unchecked: shape, elementType, bytes)
  }

  package init(unchecked shape: [Int], _ elementType: ElementType, _ bytes: [UInt8]) {
    self.shape = shape
    self.elementType = elementType
    self.bytes = bytes
  }

  /// Bytes of an array, `nil` when a dimension is negative or the product overflows.
  static func byteCount(_ shape: [Int], _ type: ElementType) -> Int? {
    guard shape.allSatisfy({ $0 >= 0 }) else { return nil }
    if shape.contains(0) { return 0 }
    return checkedProduct(shape + [type.size])
  }
}

/// A Swift type that has a NumPy type code.
public protocol TensorElement: BitwiseCopyable, Sendable {
  static var elementType: Tensor.ElementType { get }
}
extension Int8: TensorElement { public static let elementType = Tensor.ElementType.int8 }
extension Int16: TensorElement { public static let elementType = Tensor.ElementType.int16 }
extension Int32: TensorElement { public static let elementType = Tensor.ElementType.int32 }
extension Int64: TensorElement { public static let elementType = Tensor.ElementType.int64 }
extension Int: TensorElement { public static let elementType = Tensor.ElementType.int64 }
extension UInt8: TensorElement { public static let elementType = Tensor.ElementType.uint8 }
extension UInt16: TensorElement { public static let elementType = Tensor.ElementType.uint16 }
extension UInt32: TensorElement { public static let elementType = Tensor.ElementType.uint32 }
extension UInt64: TensorElement { public static let elementType = Tensor.ElementType.uint64 }
extension Float: TensorElement { public static let elementType = Tensor.ElementType.float32 }
extension Double: TensorElement { public static let elementType = Tensor.ElementType.float64 }

extension Tensor {
  /// A tensor of `values` in C order; one axis when `shape` is not given.
  ///
  /// Throws `InputError` when `shape` does not have as many elements.
  public init<T: TensorElement>(_ values: [T], shape: [Int]? = nil) throws {
    let bytes = values.withUnsafeBytes { Array($0) }
    try self.init(shape: shape ?? [values.count], elementType: T.elementType, bytes: bytes)
  }

  /// Calls `body` with the elements; `T` must be the Swift type of `elementType`.
  private func withElements<T: TensorElement, R>(
    _: T.Type, _ body: (UnsafeBufferPointer<T>) throws -> R
  ) rethrows -> R {
    try bytes.withUnsafeBytes { try body($0.bindMemory(to: T.self)) }
  }
}

// MARK: Values

extension Tensor {
  /// The elements as integers.
  ///
  /// Throws `InputError` with `name` and the index of an element that is not a whole number or
  /// does not fit 64 bits.
  public func asIntegers(name: String) throws -> [Int] {
    try asIntegers(as: Int.self, name: name)
  }

  /// The elements as integers of a chosen width; one that does not fit is an `InputError`.
  ///
  /// Specialised for the widths that weights and activations have: callers are in other modules.
  @specialized(where I == Int8)
  @specialized(where I == Int16)
  @specialized(where I == Int32)
  @specialized(where I == Int)
  public func asIntegers<I: FixedWidthInteger>(as: I.Type, name: String) throws -> [I] {
    switch elementType {
    case .bool, .uint8: try integers(UInt8.self, name)
    case .int8: try integers(Int8.self, name)
    case .int16: try integers(Int16.self, name)
    case .int32: try integers(Int32.self, name)
    case .int64: try integers(Int64.self, name)
    case .uint16: try integers(UInt16.self, name)
    case .uint32: try integers(UInt32.self, name)
    case .uint64: try integers(UInt64.self, name)
    // Through Int, because the generic exact conversion from floating point is many times slower.
    case .float32:
      try withElements(Float.self) { elements in
        try Self.convert(elements, name, shape) { Int(exactly: $0).flatMap(I.init(exactly:)) }
      }
    case .float64:
      try withElements(Double.self) { elements in
        try Self.convert(elements, name, shape) { Int(exactly: $0).flatMap(I.init(exactly:)) }
      }
    }
  }

  private func integers<T: TensorElement & FixedWidthInteger, I: FixedWidthInteger>(
    _: T.Type, _ name: String
  ) throws -> [I] {
    try withElements(T.self) { elements in
      try Self.convert(elements, name, shape, I.init(exactly:))
    }
  }

  @inline(__always)
  private static func convert<T, I: FixedWidthInteger>(
    _ elements: UnsafeBufferPointer<T>, _ name: String, _ shape: [Int], _ exact: (T) -> I?
  ) throws -> [I] {
    var failure: Int?
    let result = [I](unsafeUninitializedCapacity: elements.count) { buffer, count in
      while count < elements.count {
        guard let value = exact(elements[count]) else {
          failure = count
          return
        }
        buffer.initializeElement(at: count, to: value)
        count += 1
      }
    }
    guard let failure else { return result }
    throw InputError(
      "\(elements[failure]) is not a whole number of \(I.bitWidth) bits",
      at: "array '\(name)', index \(indices(of: failure, in: shape))")
  }

  /// The position along each axis of element `index` in C order.
  package static func indices(of index: Int, in shape: [Int]) -> [Int] {
    var rest = index
    return shape.reversed().map { size in
      defer { rest /= max(1, size) }
      return rest % max(1, size)
    }.reversed()
  }

  /// The elements as `Double`; 64-bit integers beyond 2^53 are rounded.
  public func asDoubles() -> [Double] {
    switch elementType {
    case .bool, .uint8: withElements(UInt8.self) { $0.map(Double.init) }
    case .int8: withElements(Int8.self) { $0.map(Double.init) }
    case .int16: withElements(Int16.self) { $0.map(Double.init) }
    case .int32: withElements(Int32.self) { $0.map(Double.init) }
    case .int64: withElements(Int64.self) { $0.map(Double.init) }
    case .uint16: withElements(UInt16.self) { $0.map(Double.init) }
    case .uint32: withElements(UInt32.self) { $0.map(Double.init) }
    case .uint64: withElements(UInt64.self) { $0.map(Double.init) }
    case .float32: withElements(Float.self) { $0.map(Double.init) }
    case .float64: withElements(Double.self) { Array($0) }
    }
  }

  /// The same values in the narrowest signed integer type that holds them all; unchanged when
  /// one is not a whole number.
  public func narrowed() -> Tensor {
    guard let values = try? asIntegers(name: "") else { return self }
    let low = values.min() ?? 0
    let high = values.max() ?? 0
    func fits<I: FixedWidthInteger & TensorElement>(_: I.Type) -> Tensor? {
      guard I(exactly: low) != nil, I(exactly: high) != nil else { return nil }
      return try? Tensor(values.map { I(truncatingIfNeeded: $0) }, shape: shape)
    }
    return fits(Int8.self) ?? fits(Int16.self) ?? fits(Int32.self) ?? fits(Int64.self) ?? self
  }

  /// The same elements under another shape of equal size.
  public func reshaped(_ shape: [Int]) throws -> Tensor {
    try Tensor(shape: shape, elementType: elementType, bytes: bytes)
  }
}
