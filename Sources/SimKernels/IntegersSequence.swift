/// Cutting and joining in tensor order.
extension Integers {
  /// The parts one behind the other; all have `format`. Empty when there are none.
  public static func joined(_ parts: [Integers], rowLength: Int, format: ElementFormat) -> Integers
  {
    if parts.count == 1 { return parts[0].reshaped(rowLength: rowLength) }
    switch format.storage {
    case .bits:
      let rows = parts.map { part -> BitMatrix in
        if case .bits(let m) = part.reshaped(rowLength: rowLength).storage { return m }
        return BitMatrix(rows: 0, columns: rowLength)
      }
      let words = Array(rows.map(\.words).joined())
      let count = rows.reduce(0) { $0 + $1.rows }
      return Integers(
        .bits(BitMatrix(rows: count, columns: rowLength, words: words)), format: format)
    case .int8:
      return Integers(
        .int8(flatten(parts) { if case .int8(let v) = $0 { v } else { [] } }), format: format)
    case .uint8:
      return Integers(
        .uint8(flatten(parts) { if case .uint8(let v) = $0 { v } else { [] } }), format: format)
    case .int32:
      return Integers(
        .int32(flatten(parts) { if case .int32(let v) = $0 { v } else { [] } }), format: format)
    case .int64:
      return Integers(
        .int64(flatten(parts) { if case .int64(let v) = $0 { v } else { [] } }), format: format)
    case .wide:
      var all = WideIntegers(count: 0, limbs: limbs(for: format))
      for part in parts { all.storage += part.wide(limbs: all.limbs).storage }
      return Integers(.wide(all), format: format)
    }
  }

  private static func flatten<T>(_ parts: [Integers], _ values: (Storage) -> [T]) -> [T] {
    var out: [T] = []
    out.reserveCapacity(parts.reduce(0) { $0 + $1.count })
    for part in parts { out += values(part.storage) }
    return out
  }

  /// The elements of `range`, which consists of whole rows of `rowLength`; positions beyond the end
  /// are filled with zero codes.
  public func elements(_ range: Range<Int>, rowLength: Int) -> Integers {
    let inside = min(range.lowerBound, count)..<min(range.upperBound, count)
    let missing = range.count - inside.count
    func cut<T: FixedWidthInteger>(_ v: [T]) -> [T] {
      Array(v[inside]) + [T](repeating: 0, count: missing)
    }
    let storage: Storage =
      switch storage {
      case .bits(let m): .bits(Self.rows(of: m.reshaped(columns: rowLength), range, rowLength))
      case .int8(let v): .int8(cut(v))
      case .uint8(let v): .uint8(cut(v))
      case .int32(let v): .int32(cut(v))
      case .int64(let v): .int64(cut(v))
      case .wide(let v): .wide(Self.cut(v, inside, missing))
      }
    return Integers(storage, format: format)
  }

  private static func rows(of m: BitMatrix, _ range: Range<Int>, _ rowLength: Int) -> BitMatrix {
    let first = range.lowerBound / rowLength
    let wanted = range.count / rowLength
    let there = min(first + wanted, m.rows)
    var words =
      there > first ? Array(m.words[first * m.rowWords..<there * m.rowWords]) : []
    words += [UInt64](repeating: 0, count: wanted * m.rowWords - words.count)
    return BitMatrix(rows: wanted, columns: rowLength, words: words)
  }

  private static func cut(_ v: WideIntegers, _ inside: Range<Int>, _ missing: Int) -> WideIntegers {
    var out = WideIntegers(count: inside.count + missing, limbs: v.limbs)
    for (i, k) in inside.enumerated() { out[i] = v[k] }
    return out
  }

  /// Rows made of one row of each part side by side: a concatenation on the last axis. The parts
  /// have the same format; `lengths` are their row lengths.
  public static func interleaved(
    _ parts: [Integers], lengths: [Int], format: ElementFormat
  ) -> Integers {
    let total = lengths.reduce(0, +)
    let unit = lengths.reduce(0, greatestCommonDivisor)
    guard unit > 0 else { return Integers([Int64](), rowLength: 1, format: format) }
    let all = joined(parts, rowLength: unit, format: format)
    var starts: [Int] = []
    var start = 0
    for part in parts {
      starts.append(start)
      start += part.count / unit
    }
    let rows = (parts.first?.count ?? 0) / max(1, lengths.first ?? 1)
    var sources: [Int32] = []
    sources.reserveCapacity(rows * total / unit)
    for row in 0..<rows {
      for (part, length) in lengths.enumerated() {
        let n = length / unit
        for k in 0..<n { sources.append(Int32(starts[part] + row * n + k)) }
      }
    }
    return Gather(pieceLength: unit, sourcesPerRow: total / unit, sources: sources).apply(all)
  }

  /// The inverse of `interleaved`: columns `lengths` of rows that are their sum long.
  public func split(lengths: [Int]) -> [Integers] {
    let total = lengths.reduce(0, +)
    let unit = lengths.reduce(0, greatestCommonDivisor)
    guard unit > 0 else { return lengths.map { _ in self } }
    var offset = 0
    return lengths.map { length in
      let n = length / unit
      var sources: [Int32] = []
      for row in 0..<count / total {
        for k in 0..<n { sources.append(Int32(row * total / unit + offset + k)) }
      }
      offset += n
      return Gather(pieceLength: unit, sourcesPerRow: n, sources: sources).apply(self)
    }
  }
}
