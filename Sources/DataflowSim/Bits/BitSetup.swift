import SimKernels

/// What a block's bits are built from: its node, its parameters, the streams it reads.
public struct BitSetup: Sendable {
  public let node: Node
  /// Layouts of the input streams as this block reads them.
  public let inputs: [StreamLayout]
  public let outputs: [StreamLayout]
  public let parameters: ParameterStore?
  /// Widest vector instructions the kernels may use.
  public let level: KernelLevel
  public let hazards: ValueHazards

  /// Whether the node names an array of this role.
  public func has(_ role: String) -> Bool { node.initializers[role] != nil }

  /// The array of a role: `weights`, `thresholds`, `parameters`.
  ///
  /// Throws `InputError` when the node names none or no file holds it.
  public func tensor(_ role: String) throws -> Tensor {
    guard let name = node.initializers[role] else {
      throw InputError(
        "has no \(role)", at: "initializers", hint: "the bits of \(node.opType) need an array")
    }
    guard let parameters else {
      throw InputError(
        "the array '\(name)' (\(role)) is in no file", at: "initializers",
        hint: "state the file that holds it with --parameters")
    }
    return try parameters.tensor(name)
  }

  /// The array of a role as elements of `type`, `rowLength` of them per row.
  ///
  /// Throws `InputError` unless it has one of `counts` elements, each a value of `type`.
  public func integers(
    _ role: String, type: DataType, counts: [Int], shape: String, rowLength: Int
  ) throws -> Integers {
    let name = node.initializers[role] ?? role
    if let parameters, parameters.contains(name) {
      let found = try parameters.shape(name)
      guard let count = checkedProduct(found), counts.contains(count) else {
        throw InputError(
          "has shape \(found); \(node.opType) needs \(shape)", at: "array '\(name)'")
      }
    }
    let tensor = try tensor(role)
    return try tensor.elements(of: type, name: name, rowLength: rowLength)
  }

  /// Whole numbers of any size. Throws `InputError` for one that is no value of `type`, where that is an
  /// integer type; thresholds in HLS code are compared whatever their type.
  public func wholeNumbers(_ role: String, in type: DataType?) throws -> (
    values: Integers, shape: [Int]
  ) {
    let tensor = try tensor(role)
    let name = node.initializers[role] ?? role
    let values = try tensor.asIntegers(as: Int64.self, name: name)
    if let type, type.isInteger, let range = type.range,
      let bad = values.firstIndex(where: { $0 < range.lowerBound || $0 > range.upperBound })
    {
      throw tensor.outside(type, name, bad, String(values[bad]))
    }
    return (
      Integers(.int64(values), format: .signed(64)), tensor.shape
    )
  }

  /// Throws unless `type` has integer bits.
  public func requireExact(_ type: DataType, _ what: String) throws {
    guard !type.hasExactBits else { return }
    throw InputError(
      "\(what) of type \(type): \(node.opType) is computed for integers and fixed-point numbers only"
    )
  }
}

extension Tensor {
  /// The elements as stored integers of `type` (fixed-point values times 2^fraction).
  ///
  /// Throws `InputError` with the index of an element that is no value of `type`.
  package func elements(of type: DataType, name: String, rowLength: Int) throws -> Integers {
    if type.fractionBits > 0 { return try fixedPoint(type, name, rowLength) }
    if type == .float32 { return try floatingPoint(name, rowLength) }
    if elementType == .uint8, type.format.storage == .uint8, type.bits == 8 {
      return Integers(.uint8(bytes), format: type.format)
    }
    let values = try asIntegers(as: Int64.self, name: name)
    if let range = type.range {
      let low = Int64(range.lowerBound)
      let high = Int64(range.upperBound)
      let bad = values.withUnsafeBufferPointer { v in
        type.kind == .bipolar
          ? v.firstIndex { $0 != 1 && $0 != -1 } : v.firstIndex { $0 < low || $0 > high }
      }
      if let bad { throw outside(type, name, bad, String(values[bad])) }
    } else if !type.isSigned, let bad = values.firstIndex(where: { $0 < 0 }) {
      throw outside(type, name, bad, String(values[bad]))
    }
    return Integers(values, rowLength: rowLength, format: type.format)
  }

  private func floatingPoint(_ name: String, _ rowLength: Int) throws -> Integers {
    let values = asDoubles()
    if let bad = values.firstIndex(where: { !$0.isFinite }) {
      throw InputError(
        "\(values[bad]) is no number",
        at: "array '\(name)', index \(Self.indices(of: bad, in: shape))")
    }
    return Integers(values.map { Float($0) }, rowLength: rowLength)
  }

  private func fixedPoint(_ type: DataType, _ name: String, _ rowLength: Int) throws -> Integers {
    guard type.bits <= 53 else {
      throw InputError("\(type) has more bits than a float64 holds", at: "array '\(name)'")
    }
    let scale = Double(sign: .plus, exponent: type.fractionBits, significand: 1)
    let range = type.format.range ?? 0...0
    let values = try asDoubles().enumerated().map { i, x -> Int64 in
      guard let stored = Int64(exactly: x * scale), range.contains(Int(stored)) else {
        throw outside(type, name, i, "\(x)")
      }
      return stored
    }
    return Integers(values, rowLength: rowLength, format: type.format)
  }

  fileprivate func outside(_ type: DataType, _ name: String, _ index: Int, _ value: String)
    -> InputError
  {
    let place = Self.indices(of: index, in: shape)
    return InputError(
      "\(value) is no \(type)", at: "array '\(name)', index \(place)",
      hint: type.kind == .bipolar
        ? "allowed: -1 and 1; data stored as 0 and 1 becomes 2·x − 1"
        : type.range.map { "allowed: \($0.lowerBound) to \($0.upperBound)" })
  }
}

extension Integers {
  /// The elements as an array file's tensor: whole numbers in the narrowest NumPy type that holds
  /// every value of `type`, fixed-point numbers as float64.
  ///
  /// Throws `InputError` when a value needs more than 64 bits.
  func tensor(type: DataType, shape: [Int], name: String) throws -> Tensor {
    if type == .float32 { return try Tensor(floats(of: type), shape: shape) }
    if type.fractionBits > 0, let v = int64s {
      let scale = Double(sign: .plus, exponent: -type.fractionBits, significand: 1)
      return try Tensor(v.map { Double($0) * scale }, shape: shape)
    }
    switch storage {
    case .int8(let v): return try Tensor(v, shape: shape)
    case .uint8(let v): return try Tensor(v, shape: shape)
    case .bits: return try Tensor((int32s ?? []).map { Int8($0) }, shape: shape)
    case .int32(let v):
      return format.bits <= 16 && format.encoding == .signed
        ? try Tensor(v.map { Int16(truncatingIfNeeded: $0) }, shape: shape)
        : try Tensor(v, shape: shape)
    case .int64(let v): return try Tensor(v, shape: shape)
    case .wide(let v):
      let values = try (0..<v.count).map { i -> Int64 in
        guard let x = v.int(i) else {
          throw InputError(
            "\(v.description(i)) does not fit the 64 bits of an array file",
            at: "array '\(name)', index \(i)")
        }
        return Int64(x)
      }
      return try Tensor(values, shape: shape)
    }
  }
}
