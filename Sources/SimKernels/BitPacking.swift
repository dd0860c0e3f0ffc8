/// The layout of one stream word: `count` elements of one format side by side, element 0 in the
/// least significant bits. Source: docs/reference/packing.md#stream-words.
public struct WordLayout: Hashable, Sendable {
  /// The type of the elements, and how many a word holds.
  public let format: ElementFormat
  public let count: Int

  /// Words of `count` elements, element 0 in the lowest bits.
  public init(format: ElementFormat, count: Int) {
    self.format = format
    self.count = count
  }

  /// Bits of a word.
  public var width: Int { format.bits * count }
  /// 64-bit words that hold one stream word.
  public var limbs: Int { (width + 63) / 64 }
  /// Bytes of a word on an AXI stream.
  public var bytes: Int { (width + 7) / 8 }

  /// Packs all elements into stream words, each on a 64-bit border; pad bits are 0. A last,
  /// incomplete word is filled with zero bits.
  public func pack(_ elements: Integers) -> [UInt64] {
    let total = elements.count
    let words = (total + count - 1) / count
    var out = [UInt64](repeating: 0, count: words * limbs)
    let b = format.bits
    let wide = elements.wideIfNeeded
    let narrow = elements.int64s ?? []
    out.withUnsafeMutableBufferPointer { out in
      for i in 0..<total {
        let bit = i / count * limbs * 64 + i % count * b
        if let wide {
          insert(wide[i], bits: b, into: out, at: bit)
        } else if b <= 64 {
          insert(format.code(Int(narrow[i])), bits: b, into: out, at: bit)
        } else {
          let v = Int(narrow[i])
          let sign: UInt = v < 0 ? .max : 0
          let limbs = [UInt(bitPattern: v)] + [UInt](repeating: sign, count: b / 64)
          insert(limbs, bits: b, into: out, at: bit)
        }
      }
    }
    return out
  }

  /// The elements of packed stream words.
  public func unpack(_ words: [UInt64]) -> Integers {
    let total = limbs == 0 ? 0 : words.count / limbs * count
    return words.withUnsafeBufferPointer { words in
      if format.storage == .wide { return unpackWide(words, total: total) }
      let values = (0..<total).map { i -> Int64 in
        let bit = i / count * limbs * 64 + i % count * format.bits
        return Int64(format.value(ofCode: extract(format.bits, from: words, at: bit)))
      }
      return Integers(values, rowLength: count, format: format)
    }
  }

  private func unpackWide(_ words: UnsafeBufferPointer<UInt64>, total: Int) -> Integers {
    let n = Integers.limbs(for: format)
    var result = WideIntegers(count: total, limbs: n)
    for i in 0..<total {
      let start = i / count * limbs * 64 + i % count * format.bits
      for k in 0..<n {
        let bits = min(64, format.bits - k * 64)
        guard bits > 0 else { break }
        result.storage[i * n + k] = UInt(extract(bits, from: words, at: start + k * 64))
      }
    }
    return Integers(.wide(result.wrapped(to: format)), format: format)
  }

  /// The bytes of packed stream words as they lie in memory: little endian, `bytes` per word.
  public func memoryBytes(_ words: [UInt64]) -> [UInt8] {
    guard limbs > 0 else { return [] }
    var out: [UInt8] = []
    out.reserveCapacity(words.count / limbs * bytes)
    for word in 0..<words.count / limbs {
      for k in 0..<bytes {
        out.append(UInt8(truncatingIfNeeded: words[word * limbs + k / 8] >> UInt64(k % 8 * 8)))
      }
    }
    return out
  }

  /// One packed stream word in lower-case hexadecimal, most significant digit first, padded to the
  /// digits its width needs.
  public func hex(_ words: [UInt64], word: Int) -> String {
    let digits = (width + 3) / 4
    return String(
      (0..<digits).reversed().map { d -> Character in
        let nibble = words[word * limbs + d / 16] >> UInt64(d % 16 * 4) & 15
        return Character(String(nibble, radix: 16))
      })
  }
}

extension Integers {
  fileprivate var wideIfNeeded: WideIntegers? {
    if case .wide(let v) = storage { return v }
    return nil
  }
}

/// ORs the low `bits` (at most 64) of `code` into `words` at a bit position.
private func insert(
  _ code: UInt64, bits: Int, into words: UnsafeMutableBufferPointer<UInt64>, at bit: Int
) {
  let k = bit / 64
  let shift = bit % 64
  words[k] |= code << UInt64(shift)
  if shift + bits > 64 { words[k + 1] |= code >> UInt64(64 - shift) }
}

private func insert(
  _ limbs: [UInt], bits: Int, into words: UnsafeMutableBufferPointer<UInt64>, at bit: Int
) {
  let sign: UInt = (limbs.last ?? 0) >> 63 == 1 ? .max : 0
  for k in 0..<(bits + 63) / 64 {
    let n = min(64, bits - k * 64)
    let limb = UInt64(k < limbs.count ? limbs[k] : sign)
    insert(n == 64 ? limb : limb & ((1 << UInt64(n)) - 1), bits: n, into: words, at: bit + k * 64)
  }
}

/// `bits` (at most 64) bits of `words` from a bit position.
private func extract(_ bits: Int, from words: UnsafeBufferPointer<UInt64>, at bit: Int) -> UInt64 {
  let k = bit / 64
  let shift = bit % 64
  var value = words[k] >> UInt64(shift)
  if shift + bits > 64 { value |= words[k + 1] << UInt64(64 - shift) }
  return bits == 64 ? value : value & ((1 << UInt64(bits)) - 1)
}
