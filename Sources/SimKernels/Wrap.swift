/// Where values did not fit the width they were declared with.
public struct WrapReport: Sendable, Equatable {
  /// How many elements changed their value.
  public var count: Int
  /// Position of the first of them in row-major order.
  public var firstIndex: Int
  /// Its value before wrapping, in decimal.
  public var firstValue: String
  /// Bits a format of the same signedness would have needed for all of them.
  public var neededBits: Int

  /// What did not fit a register.
  public init(count: Int, firstIndex: Int, firstValue: String, neededBits: Int) {
    self.count = count
    self.firstIndex = firstIndex
    self.firstValue = firstValue
    self.neededBits = neededBits
  }
}

extension Integers {
  /// The values as `target` keeps them, and what that lost; `nil` when nothing did.
  public func wrapped(to target: ElementFormat, rowLength: Int) -> (Integers, WrapReport?) {
    switch storage {
    case .int32(let v) where target.storage == .int32:
      let changed = Self.changed(v, target)
      if changed == 0 { return (Integers(storage, format: target), nil) }
      let out = v.map { Int32(truncatingIfNeeded: target.wrap(Int($0))) }
      return (Integers(.int32(out), format: target), report(changed, v, target))
    case .wide(let v):
      let kept = Integers(v, rowLength: rowLength, format: target)
      let back = kept.wide(limbs: v.limbs)
      let bad = (0..<v.count).filter { v[$0] != back[$0] }
      guard let first = bad.first else { return (kept, nil) }
      let needed = bad.map { Self.bits(v, $0, target) }.max() ?? 0
      return (
        kept,
        WrapReport(
          count: bad.count, firstIndex: first, firstValue: v.description(first),
          neededBits: needed)
      )
    default:
      let v = int64s ?? []
      let changed = Self.changed(v, target)
      let kept = Integers(v, rowLength: rowLength, format: target)
      return (kept, changed == 0 ? nil : report(changed, v, target))
    }
  }

  /// The same with the storage kept, so the values stay sums for a kernel prepared for sums.
  public func truncated(to target: ElementFormat) -> (Integers, WrapReport?) {
    let (kept, report) = wrapped(to: target, rowLength: 1)
    guard report != nil else { return (self, nil) }
    return (kept.converted(to: format, rowLength: 1), report)
  }

  private static func changed<T: FixedWidthInteger>(_ values: [T], _ target: ElementFormat) -> Int {
    guard let range = target.range else {
      // Beyond 64 bits everything fits but negative numbers in an unsigned format.
      return target.encoding == .unsigned ? values.count { $0 < 0 } : 0
    }
    let low = T(clamping: range.lowerBound)
    let high = T(clamping: range.upperBound)
    return values.withUnsafeBufferPointer { v in
      var n = 0
      for x in v { n &+= x < low || x > high ? 1 : 0 }
      return n
    }
  }

  private func report<T: FixedWidthInteger>(
    _ count: Int, _ values: [T], _ target: ElementFormat
  ) -> WrapReport {
    let range = target.range ?? 0...Int.max
    let first = values.firstIndex { !range.contains(Int($0)) } ?? 0
    let low = values.min() ?? 0
    let high = values.max() ?? 0
    let magnitude = max(Int(high), low < 0 ? ~Int(low) : 0)
    let needed = Int.bitWidth - magnitude.leadingZeroBitCount
    let sign = target.encoding == .signed || low < 0 ? 1 : 0
    return WrapReport(
      count: count, firstIndex: first, firstValue: String(values[first]), neededBits: needed + sign)
  }

  /// Bits a format like `target` needs for one wide element.
  private static func bits(_ v: WideIntegers, _ index: Int, _ target: ElementFormat) -> Int {
    let negative = v.isNegative(index)
    let limbs = v[index]
    for k in stride(from: limbs.count - 1, through: 0, by: -1) {
      let magnitude = negative ? ~limbs[k] : limbs[k]
      if magnitude != 0 {
        let used = k * 64 + 64 - magnitude.leadingZeroBitCount
        return used + (target.encoding == .signed || negative ? 1 : 0)
      }
    }
    return 1
  }
}
