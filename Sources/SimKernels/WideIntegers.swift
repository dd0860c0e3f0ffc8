import CGMP

/// Two's complement integers of any width: `limbs` 64-bit words each, least significant first.
public struct WideIntegers: Sendable, Equatable {
  /// Words of 64 bits per element, and the elements, lowest word first.
  public let limbs: Int
  public internal(set) var storage: [UInt]

  /// All zeros.
  public init(count: Int, limbs: Int) {
    self.limbs = max(1, limbs)
    storage = [UInt](repeating: 0, count: count * max(1, limbs))
  }

  /// Whole numbers, each in `limbs` words.
  public init(_ values: some Collection<Int>, limbs: Int) {
    self.init(count: values.count, limbs: limbs)
    for (i, v) in values.enumerated() { set(i, to: v) }
  }

  /// Limbs that hold a two's complement number of `bits` bits.
  public static func limbs(bits: Int) -> Int { max(1, (bits + 63) / 64) }

  /// How many elements there are.
  public var count: Int { storage.count / limbs }

  /// The limbs of one element; a shorter or longer value is sign extended or truncated.
  public subscript(index: Int) -> [UInt] {
    get { Array(storage[index * limbs..<(index + 1) * limbs]) }
    set {
      let extra: UInt = (newValue.last ?? 0) >> 63 == 1 ? .max : 0
      for k in 0..<limbs { storage[index * limbs + k] = k < newValue.count ? newValue[k] : extra }
    }
  }

  mutating func set(_ index: Int, to value: Int) {
    storage[index * limbs] = UInt(bitPattern: value)
    for k in 1..<max(1, limbs) { storage[index * limbs + k] = value < 0 ? .max : 0 }
  }

  /// Whether element `index` is below 0.
  public func isNegative(_ index: Int) -> Bool { storage[(index + 1) * limbs - 1] >> 63 == 1 }

  /// The value when it fits 64 bits, `nil` when it does not.
  public func int(_ index: Int) -> Int? {
    let low = storage[index * limbs]
    let sign: UInt = low >> 63 == 1 ? .max : 0
    for k in 1..<max(1, limbs) where storage[index * limbs + k] != sign { return nil }
    return Int(bitPattern: low)
  }

  /// The same values with another number of limbs: sign extended or truncated.
  public func resized(limbs new: Int) -> WideIntegers {
    if new == limbs { return self }
    var result = WideIntegers(count: count, limbs: new)
    for i in 0..<count { result[i] = self[i] }
    return result
  }

  /// Whether element `i` is less than or equal to element `j` of `other`, of as many limbs.
  public func isAtMost(_ i: Int, _ other: WideIntegers, _ j: Int) -> Bool {
    let negative = isNegative(i)
    if negative != other.isNegative(j) { return negative }
    for k in stride(from: limbs - 1, through: 0, by: -1) {
      let a = storage[i * limbs + k]
      let b = other.storage[j * limbs + k]
      if a != b { return a < b }
    }
    return true
  }

  /// Keeps the low bits of every element as `format` does; BIPOLAR keeps the sign.
  public func wrapped(to format: ElementFormat) -> WideIntegers {
    var result = self
    if format.encoding == .bipolar {
      for i in 0..<count {
        let positive = !isNegative(i) && self[i].contains { $0 != 0 }
        result.set(i, to: positive ? 1 : -1)
      }
      return result
    }
    guard format.bits < limbs * 64 else { return self }
    let top = format.bits / 64
    let used = UInt(format.bits % 64)
    let signLimb = (format.bits - 1) / 64
    let signBit = UInt((format.bits - 1) % 64)
    for i in 0..<count {
      let base = i * limbs
      let negative = format.encoding == .signed && storage[base + signLimb] >> signBit & 1 == 1
      let fill: UInt = negative ? .max : 0
      let mask: UInt = (1 << used) - 1
      result.storage[base + top] = storage[base + top] & mask | fill & ~mask
      for k in top + 1..<max(top + 1, limbs) { result.storage[base + k] = fill }
    }
    return result
  }

  /// The low `limbs` limbs of a + b, a − b or a × b, element by element of equal shapes.
  public func combined(with other: WideIntegers, _ operation: WideOperation) -> WideIntegers {
    var result = WideIntegers(count: count, limbs: limbs)
    var scratch = [UInt](repeating: 0, count: 2 * limbs)
    let n = limbs
    result.storage.withUnsafeMutableBufferPointer { r in
      storage.withUnsafeBufferPointer { a in
        other.storage.withUnsafeBufferPointer { b in
          for i in 0..<count {
            let out = r.baseAddress! + i * n
            let x = a.baseAddress! + i * n
            let y = b.baseAddress! + i * n
            switch operation {
            case .add: _ = __gmpn_add_n(out, x, y, n)
            case .subtract: _ = __gmpn_sub_n(out, x, y, n)
            case .multiply:
              scratch.withUnsafeMutableBufferPointer { s in
                __gmpn_mul_n(s.baseAddress!, x, y, n)
                out.update(from: s.baseAddress!, count: n)
              }
            }
          }
        }
      }
    }
    return result
  }

  /// Element `i` as a decimal number.
  public func description(_ i: Int) -> String {
    var magnitude = self[i]
    let negative = isNegative(i)
    if negative {
      var carry = true
      for k in magnitude.indices {
        let (sum, overflow) = (~magnitude[k]).addingReportingOverflow(carry ? 1 : 0)
        magnitude[k] = sum
        carry = overflow
      }
    }
    var z = mpz_t()
    __gmpz_init(&z)
    defer { __gmpz_clear(&z) }
    magnitude.withUnsafeBufferPointer { __gmpz_import(&z, $0.count, -1, 8, 0, 0, $0.baseAddress) }
    guard let text = __gmpz_get_str(nil, 10, &z) else { return "" }
    defer { text.deallocate() }
    return (negative ? "-" : "") + String(cString: text)
  }
}

/// What two elements become.
public enum WideOperation: Sendable { case add, subtract, multiply }
