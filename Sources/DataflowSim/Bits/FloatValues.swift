import SimKernels

extension DataType {
  /// Whether the bit plane carries values of the type: whole and fixed-point numbers as integers,
  /// FLOAT32 as its 32 bits.
  var isCarried: Bool { hasExactBits || self == .float32 }
}

extension Integers {
  /// FLOAT32 elements as their bits.
  init(_ values: [Float], rowLength: Int) {
    self.init(
      values.map { Int32(bitPattern: $0.bitPattern) }, rowLength: rowLength,
      format: DataType.float32.format)
  }

  /// The elements as numbers; `type` says what their bits mean. Up to 64 bits.
  package func floats(of type: DataType) -> [Float] {
    let stored = int64s ?? []
    if type == .float32 {
      return stored.map { Float(bitPattern: UInt32(truncatingIfNeeded: $0)) }
    }
    let unit = Float(sign: .plus, exponent: -type.fractionBits, significand: 1)
    return stored.map { Float($0) * unit }
  }
}

extension BitSetup {
  /// Throws unless the bit plane carries values of `type`, which is enough for blocks that only move
  /// them.
  func requireCarried(_ type: DataType, _ what: String) throws {
    guard !type.isCarried else { return }
    throw InputError(
      "\(what) of type \(type): the bit plane has integers, fixed-point numbers and FLOAT32 only")
  }
}

/// Why floating-point results are not the hardware's to the last bit.
let floatApproximation =
  "floating-point arithmetic; the hardware's order of operations and its functions may differ in the "
  + "last bits"
