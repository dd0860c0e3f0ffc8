import FoundationEssentials
import ONNXFormat
import SimModel

/// Reads the tensors and attributes of an ONNX file, external data included.
struct TensorReader {
  /// Where external data may lie: here or below, never elsewhere.
  let folder: String

  /// Element types by their ONNX numbers.
  static let kinds: [Int32: ElementKind] = [
    1: .float32, 2: .uint8, 3: .int8, 4: .uint16, 5: .int16, 6: .int32, 7: .int64, 9: .bool,
    10: .float32, 11: .float64, 12: .uint32, 13: .uint64, 16: .float32, 21: .uint4, 22: .int4,
  ]
  private static let float16: Int32 = 10
  private static let bfloat16: Int32 = 16

  func attribute(_ a: ONNXAttributeProto, at place: String) throws -> ModelNode.Attribute {
    let isText: (Data) throws -> String = { data in
      guard let text = String(data: data, encoding: .utf8) else {
        throw InputError("is not UTF-8 text", at: place)
      }
      return text
    }
    switch a.effectiveKind {
    case .int: return .int(Int(a.i))
    case .ints: return .ints(a.ints.map { Int($0) })
    case .float: return .float(a.f)
    case .floats: return .floats(a.floats)
    case .string: return .string(try isText(a.s))
    case .tensor: return .tensor(try value(a.t, at: place))
    default: return .other
    }
  }

  /// The values of a tensor; half precision is widened.
  func value(_ tensor: ONNXTensorProto, at place: String) throws -> Value {
    do {
      guard let kind = Self.kinds[tensor.dataType] else {
        throw InputError("ONNX element type \(tensor.dataType) is not supported")
      }
      let shape = tensor.dims.map { Int($0) }
      let count = try Extent.count(shape)
      let raw = try rawBytes(tensor)
      if let raw { return try value(raw, tensor.dataType, kind, shape, count) }
      return try typed(tensor, kind, shape, count)
    } catch let error as InputError {
      throw error.at(place)
    }
  }

  private func rawBytes(_ tensor: ONNXTensorProto) throws -> Data? {
    if tensor.dataLocation == .external {
      return try ExternalData(tensor.externalData, folder: folder).read()
    }
    return tensor.rawData.isEmpty ? nil : tensor.rawData
  }

  private func value(
    _ raw: Data, _ type: Int32, _ kind: ElementKind, _ shape: [Int], _ count: Int
  ) throws -> Value {
    let bytes = [UInt8](raw)
    func words<T: BitwiseCopyable>(_: T.Type) throws -> [T] {
      let size = MemoryLayout<T>.size
      guard bytes.count == count * size else {
        throw InputError(
          "\(bytes.count) bytes are there, but shape \(shape) needs \(count * size)")
      }
      return bytes.withUnsafeBytes { buffer in
        (0..<count).map { buffer.loadUnaligned(fromByteOffset: $0 * size, as: T.self) }
      }
    }
    func integers<T: FixedWidthInteger & BitwiseCopyable>(_: T.Type) throws -> Value {
      Value(try words(T.self).map { Int(truncatingIfNeeded: $0) }, shape: shape, kind: kind)
    }
    switch kind {
    case .float32 where type == Self.float16:
      return Value(try words(UInt16.self).map(Self.half), shape: shape)
    case .float32 where type == Self.bfloat16:
      return Value(try words(UInt16.self).map(Self.brain), shape: shape)
    case .float32: return Value(try words(Float.self), shape: shape)
    case .float64: return Value(try words(Double.self), shape: shape)
    case .int8: return try integers(Int8.self)
    case .uint8, .bool: return try integers(UInt8.self)
    case .int16: return try integers(Int16.self)
    case .uint16: return try integers(UInt16.self)
    case .int32: return try integers(Int32.self)
    case .uint32: return try integers(UInt32.self)
    case .int64, .uint64: return try integers(Int64.self)
    case .int4, .uint4:
      guard bytes.count == (count + 1) / 2 else {
        throw InputError(
          "\(bytes.count) bytes are there, but shape \(shape) needs \((count + 1) / 2)")
      }
      return Value(Self.nibbles(bytes, count, kind), shape: shape, kind: kind)
    }
  }

  /// Two elements in a byte, the first in the low half.
  private static func nibbles(_ bytes: [UInt8], _ count: Int, _ kind: ElementKind) -> [Int] {
    (0..<count).map { index in
      let code = Int(bytes[index / 2] >> (index % 2 == 0 ? 0 : 4)) & 15
      return kind == .int4 && code > 7 ? code - 16 : code
    }
  }

  private static func half(_ bits: UInt16) -> Float {
    let sign = Float(sign: bits >> 15 == 0 ? .plus : .minus, exponent: 0, significand: 1)
    let exponent = Int(bits >> 10) & 31
    let fraction = Float(bits & 1023)
    switch exponent {
    case 0: return sign * fraction * 0x1p-24
    case 31: return fraction == 0 ? sign * .infinity : .nan
    default:
      return sign * (fraction + 1024) * Float(sign: .plus, exponent: exponent - 25, significand: 1)
    }
  }

  private static func brain(_ bits: UInt16) -> Float { Float(bitPattern: UInt32(bits) << 16) }

  /// The values from the list that belongs to the element type.
  private func typed(
    _ tensor: ONNXTensorProto, _ kind: ElementKind, _ shape: [Int], _ count: Int
  ) throws -> Value {
    let value: Value
    func checked<T>(_ list: [T], _ expected: Int) throws -> [T] {
      guard list.count == expected else {
        throw InputError("\(list.count) values are there, but shape \(shape) needs \(expected)")
      }
      return list
    }
    let small = tensor.int32Data
    switch kind {
    case .float32 where tensor.dataType == Self.float16:
      value = Value(
        try checked(small, count).map { Self.half(UInt16(truncatingIfNeeded: $0)) }, shape: shape)
    case .float32 where tensor.dataType == Self.bfloat16:
      value = Value(
        try checked(small, count).map { Self.brain(UInt16(truncatingIfNeeded: $0)) }, shape: shape)
    case .float32: value = Value(try checked(tensor.floatData, count), shape: shape)
    case .float64: value = Value(try checked(tensor.doubleData, count), shape: shape)
    case .int64:
      value = Value(try checked(tensor.int64Data, count).map { Int($0) }, shape: shape, kind: kind)
    case .uint32, .uint64:
      value = Value(
        try checked(tensor.uint64Data, count).map { Int(truncatingIfNeeded: $0) }, shape: shape,
        kind: kind)
    case .int4, .uint4:
      let bytes = try checked(small, (count + 1) / 2).map { UInt8(truncatingIfNeeded: $0) }
      value = Value(Self.nibbles(bytes, count, kind), shape: shape, kind: kind)
    default: value = Value(try checked(small, count).map { Int($0) }, shape: shape, kind: kind)
    }
    if let range = kind.range, let values = value.integers,
      let wrong = values.first(where: { !range.contains($0) })
    {
      throw InputError("\(wrong) is no \(kind.rawValue)")
    }
    return value
  }
}
