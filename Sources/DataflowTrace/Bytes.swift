/// Appends numbers in the trace's byte code: little-endian base 128, signed ones zigzag.
struct ByteWriter {
  private(set) var bytes: [UInt8] = []

  mutating func byte(_ value: UInt8) { bytes.append(value) }

  mutating func unsigned(_ value: Int) {
    var rest = UInt(bitPattern: value)
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  mutating func signed(_ value: Int) {
    unsigned(Int(bitPattern: UInt(bitPattern: (value << 1) ^ (value >> (Int.bitWidth - 1)))))
  }

  mutating func append(_ other: [UInt8]) { bytes.append(contentsOf: other) }

  mutating func fixed<T: FixedWidthInteger>(_ value: T) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }
}

/// Reads what `ByteWriter` wrote; `nil` where the bytes end or make no sense.
struct ByteReader {
  let bytes: [UInt8]
  private(set) var position: Int
  private let end: Int

  init(_ bytes: [UInt8], from position: Int = 0, to end: Int? = nil) {
    self.bytes = bytes
    self.position = position
    self.end = end ?? bytes.count
  }

  var isAtEnd: Bool { position == end }

  mutating func byte() -> UInt8? {
    guard position < end else { return nil }
    defer { position += 1 }
    return bytes[position]
  }

  /// A number that is not negative.
  mutating func unsigned() -> Int? {
    guard let pattern = pattern(), pattern <= UInt(Int.max) else { return nil }
    return Int(pattern)
  }

  @inline(__always) mutating func signed() -> Int? {
    if position < end, bytes[position] == 0 {
      position += 1
      return 0
    }
    guard let pattern = pattern() else { return nil }
    return Int(bitPattern: pattern >> 1) ^ -Int(bitPattern: pattern & 1)
  }

  /// Zeros that come next here and in `other`, at most `most`.
  @inline(__always) func commonZeros(_ other: ByteReader, most: Int) -> Int {
    let limit = min(most, end - position, other.end - other.position)
    return bytes.withUnsafeBytes { own in
      other.bytes.withUnsafeBytes { others in
        var n = 0
        while n + 8 <= limit,
          own.loadUnaligned(fromByteOffset: position + n, as: UInt64.self)
            | others.loadUnaligned(fromByteOffset: other.position + n, as: UInt64.self) == 0
        {
          n += 8
        }
        while n < limit, own[position + n] | others[other.position + n] == 0 { n += 1 }
        return n
      }
    }
  }

  /// Leaves bytes behind that have been looked at.
  @inline(__always) mutating func skip(_ count: Int) { position += count }

  private mutating func pattern() -> UInt? {
    var value: UInt = 0
    var shift: UInt = 0
    while position < end, shift < 70 {
      let byte = bytes[position]
      position += 1
      if shift == 63, byte > 1 { return nil }
      value |= UInt(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    return nil
  }
}
