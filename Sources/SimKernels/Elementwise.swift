/// Operations on one element of each operand.
public enum ElementOperation: String, Sendable, CaseIterable {
  case add, subtract, absoluteDifference, multiply
  /// 1 where a ≤ b, else 0.
  case lessOrEqual
  /// 1 where a ≥ b, else 0.
  case greaterOrEqual
}

extension Integers {
  /// `self ∘ other`, element by element, exact and then wrapped to `output` as hardware does; and
  /// what wrapping lost. `other` has as many elements, or fewer that repeat (one per channel).
  public func combined(
    with other: Integers, _ operation: ElementOperation, output: ElementFormat, rowLength: Int
  ) -> (Integers, WrapReport?) {
    let bits =
      operation == .multiply
      ? format.bits + other.format.bits + 1 : max(format.bits, other.format.bits) + 2
    if bits <= 32, let a = int32s, let b = other.int32s {
      let v = Self.combine(a, b, operation)
      return Integers(.int32(v), format: .signed(32)).wrapped(to: output, rowLength: rowLength)
    }
    if bits <= 64, let a = int64s, let b = other.int64s {
      let v = Self.combine(a, b, operation)
      return Integers(.int64(v), format: .signed(64)).wrapped(to: output, rowLength: rowLength)
    }
    let limbs = WideIntegers.limbs(bits: bits)
    let v = Self.combine(wide(limbs: limbs), other.wide(limbs: limbs), operation)
    return Integers(.wide(v), format: .signed(limbs * 64)).wrapped(to: output, rowLength: rowLength)
  }

  private static func combine<T: FixedWidthInteger & SignedInteger>(
    _ a: [T], _ b: [T], _ operation: ElementOperation
  ) -> [T] {
    switch operation {
    case .add: zip(a, b) { $0 &+ $1 }
    case .subtract: zip(a, b) { $0 &- $1 }
    case .absoluteDifference: zip(a, b) { $0 > $1 ? $0 &- $1 : $1 &- $0 }
    case .multiply: zip(a, b) { $0 &* $1 }
    case .lessOrEqual: zip(a, b) { $0 <= $1 ? 1 : 0 }
    case .greaterOrEqual: zip(a, b) { $0 >= $1 ? 1 : 0 }
    }
  }

  @inline(__always)
  private static func zip<T: FixedWidthInteger>(_ a: [T], _ b: [T], _ f: (T, T) -> T) -> [T] {
    let period = b.count
    return [T](unsafeUninitializedCapacity: a.count) { out, filled in
      a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
          var i = 0
          while i < a.count && period > 0 {
            let n = min(period, a.count - i)
            for k in 0..<n { out[i + k] = f(a[i + k], b[k]) }
            i += n
          }
          filled = i
        }
      }
    }
  }

  private static func combine(
    _ a: WideIntegers, _ b: WideIntegers, _ operation: ElementOperation
  ) -> WideIntegers {
    var tiled = b
    if b.count != a.count {
      tiled = WideIntegers(count: a.count, limbs: b.limbs)
      for i in 0..<a.count { tiled[i] = b[i % max(1, b.count)] }
    }
    switch operation {
    case .add: return a.combined(with: tiled, .add)
    case .subtract: return a.combined(with: tiled, .subtract)
    case .multiply: return a.combined(with: tiled, .multiply)
    case .absoluteDifference:
      let difference = a.combined(with: tiled, .subtract)
      let zero = WideIntegers(count: a.count, limbs: a.limbs)
      let negated = zero.combined(with: difference, .subtract)
      var out = difference
      for i in 0..<a.count where difference.isNegative(i) { out[i] = negated[i] }
      return out
    case .lessOrEqual:
      return WideIntegers((0..<a.count).map { a.isAtMost($0, tiled, $0) ? 1 : 0 }, limbs: a.limbs)
    case .greaterOrEqual:
      return WideIntegers((0..<a.count).map { tiled.isAtMost($0, a, $0) ? 1 : 0 }, limbs: a.limbs)
    }
  }

  /// Every value divided by 2^`places`, rounded down.
  public func shiftedRight(_ places: Int) -> Integers {
    let n = min(max(0, places), 63)
    switch storage {
    case .int32(let v):
      return Integers(.int32(v.map { $0 >> Int32(min(n, 31)) }), format: format)
    case .int64(let v): return Integers(.int64(v.map { $0 >> Int64(n) }), format: format)
    case .wide(let v):
      var out = v
      for i in 0..<v.count {
        let fill: UInt = v.isNegative(i) ? .max : 0
        let limbs = v[i]
        for k in 0..<v.limbs {
          let from = k + places / 64
          let low = from < v.limbs ? limbs[from] : fill
          let high = from + 1 < v.limbs ? limbs[from + 1] : fill
          let s = UInt(places % 64)
          out.storage[i * v.limbs + k] = s == 0 ? low : low >> s | high << (64 - s)
        }
      }
      return Integers(.wide(out), format: format)
    default: return Integers(.int32(int32s ?? []), format: .signed(32)).shiftedRight(n)
    }
  }

  /// The `count` largest labels of every row, best first, as hardware finds them: labels are
  /// scanned in order and inserted only where strictly greater than a held value, and held values
  /// start at the format's minimum with label 0. So ties keep the lower label, and an element equal
  /// to the minimum never wins a place. Source: docs/reference/semantics.md#other-ops.
  public func topLabels(_ count: Int, labels: Int) -> [Int] {
    let rows = labels == 0 ? 0 : self.count / labels
    let values = int64s
    let wideValues = values == nil ? wide(limbs: Self.limbs(for: format)) : nil
    func isGreater(_ a: Int, than b: Int?) -> Bool {
      guard let b else { return isAboveMinimum(a, values, wideValues) }
      if let values { return values[a] > values[b] }
      return !(wideValues!.isAtMost(a, wideValues!, b))
    }
    var result: [Int] = []
    for row in 0..<rows {
      var held = [Int?](repeating: nil, count: count)
      for label in 0..<labels {
        let candidate = row * labels + label
        guard let place = held.firstIndex(where: { isGreater(candidate, than: $0) }) else {
          continue
        }
        held.insert(candidate, at: place)
        held.removeLast()
      }
      result += held.map { $0.map { $0 % labels } ?? 0 }
    }
    return result
  }

  private func isAboveMinimum(_ index: Int, _ values: [Int64]?, _ wide: WideIntegers?) -> Bool {
    if let values { return values[index] > Int64(format.range?.lowerBound ?? 0) }
    guard let wide else { return false }
    if format.encoding == .unsigned { return wide[index].contains { $0 != 0 } }
    // The minimum is the only number whose distance to it is zero: its low bits are 100…0.
    var minimum = WideIntegers(count: 1, limbs: wide.limbs)
    minimum.storage[(format.bits - 1) / 64] = 1 << UInt((format.bits - 1) % 64)
    minimum = minimum.wrapped(to: format)
    return !wide.isAtMost(index, minimum, 0)
  }
}
