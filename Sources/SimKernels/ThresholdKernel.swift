import CKernels

/// Thresholds prepared for many vectors: y = bias + (number of thresholds not above x), or ±1.
///
/// Counting gives the same result for any order of a channel's thresholds, so they are sorted once.
/// The hardware's binary search equals the count only on ascending thresholds; `search: .tree`
/// follows its comparisons literally where they are not.
/// Source: docs/reference/semantics.md#thresholding.
public struct ThresholdKernel: Sendable {
  /// How the thresholds of an element are searched.
  public enum Search: Sendable {
    /// Compare with all thresholds (HLS).
    case count
    /// Binary search from the middle (RTL); needs 2^N − 1 thresholds.
    case tree
  }

  /// Channels of a vector.
  public let channels: Int
  private let method: Method
  private let level: KernelLevel
  let output: ThresholdOutput

  private enum Method: Sendable {
    /// One result per channel and 8-bit code, `channels × 256`.
    case table([UInt8])
    /// One threshold per channel, one-bit output.
    case step([Int32])
    /// `steps × channels` thresholds, 8-bit output.
    case linear([Int32], steps: Int)
    /// `channels × steps`, ascending.
    case search([Int64], steps: Int)
    /// `channels × steps`, as given.
    case tree([Int64], steps: Int)
    case wide(WideIntegers, steps: Int)
  }

  /// - Parameters:
  ///   - thresholds: `channels × steps` or `1 × steps` values, steps fastest.
  ///   - rows: 1 when all channels share one row, else `channels`.
  ///   - bias: FINN's ActVal; ignored for BIPOLAR output, whose value is 2·count − 1.
  ///   - output: results are truncated to it.
  public init(
    thresholds: Integers, rows: Int, channels: Int, bias: Int, input: ElementFormat,
    output: ElementFormat, search: Search = .count, level: KernelLevel = .best
  ) {
    precondition(rows == channels || rows == 1, "one row of thresholds per channel, or one for all")
    self.channels = channels
    self.level = min(level, .best)
    self.output = ThresholdOutput(format: output, bias: bias)
    let steps = thresholds.count / max(1, rows)
    guard let given = thresholds.int64s, input.storage != .wide else {
      method = .wide(
        Self.spread(thresholds.wide(limbs: Self.limbs(thresholds, input)), rows, channels, steps),
        steps: steps)
      return
    }
    let sorted = Self.spread(given, rows: rows, channels: channels, steps: steps, sort: true)
    let asGiven = Self.spread(given, rows: rows, channels: channels, steps: steps, sort: false)
    if search == .tree && sorted != asGiven {
      method = .tree(asGiven, steps: steps)
      return
    }
    method = Self.choose(sorted, steps, channels, input, self.output, self.level)
  }

  private static func choose(
    _ sorted: [Int64], _ steps: Int, _ channels: Int, _ input: ElementFormat,
    _ output: ThresholdOutput, _ level: KernelLevel
  ) -> Method {
    let fits = sorted.allSatisfy { $0 >= Int64(Int32.min) && $0 <= Int64(Int32.max) }
    if level == .portable { return .search(sorted, steps: steps) }
    if input.bits <= 8, output.isByte, channels <= 4096 {
      return .table(table(sorted, steps: steps, channels: channels, input: input, output: output))
    }
    if fits, steps == 1, output.isPlainBit, input.storage == .int32 {
      return .step(sorted.map { Int32($0) })
    }
    if fits, steps <= 96, output.isByte, output.format.bits == 8 || output.cannotWrap(steps: steps),
      input.storage == .int32
    {
      var t = [Int32](repeating: 0, count: sorted.count)
      for c in 0..<channels {
        for s in 0..<steps { t[s * channels + c] = Int32(sorted[c * steps + s]) }
      }
      return .linear(t, steps: steps)
    }
    return .search(sorted, steps: steps)
  }

  private static func table(
    _ sorted: [Int64], steps: Int, channels: Int, input: ElementFormat, output: ThresholdOutput
  ) -> [UInt8] {
    var out = [UInt8](repeating: 0, count: channels * 256)
    for c in 0..<channels {
      let row = sorted[c * steps..<(c + 1) * steps]
      for code in 0..<(1 << input.bits) {
        let x = Int64(input.value(ofCode: UInt64(code)))
        let byte = input.storage == .bits ? code : Int(UInt8(truncatingIfNeeded: x))
        out[c * 256 + byte] = UInt8(
          truncatingIfNeeded: output.format.storage == .bits
            ? Int(output.format.code(output.value(count: row.count { $0 <= x })))
            : output.value(count: row.count { $0 <= x }))
      }
    }
    return out
  }

  private static func spread(
    _ given: [Int64], rows: Int, channels: Int, steps: Int, sort: Bool
  ) -> [Int64] {
    var out: [Int64] = []
    out.reserveCapacity(channels * steps)
    for r in 0..<rows {
      let row = given[r * steps..<(r + 1) * steps]
      out += sort ? row.sorted() : Array(row)
    }
    if rows < channels { for _ in 1..<channels { out += out[0..<steps] } }
    return out
  }

  private static func spread(
    _ given: WideIntegers, _ rows: Int, _ channels: Int, _ steps: Int
  ) -> WideIntegers {
    var out = WideIntegers(count: channels * steps, limbs: given.limbs)
    for i in 0..<channels * steps { out[i] = given[rows == 1 ? i % steps : i] }
    return out
  }

  private static func limbs(_ thresholds: Integers, _ input: ElementFormat) -> Int {
    max(Integers.limbs(for: thresholds.format), Integers.limbs(for: input))
  }

  /// Thresholds every vector of `channels` elements of `input`.
  public func apply(_ input: Integers) -> Integers {
    switch method {
    case .table(let t): return lookUp(input, t)
    case .step(let t):
      guard case .int32(let x) = input.storage else { break }
      return step(x, t)
    case .linear(let t, let steps):
      guard case .int32(let x) = input.storage else { break }
      return linear(x, t, steps: steps)
    case .search(let t, let steps):
      if case .int32(let x) = input.storage {
        return output.encode(Self.search(x, t, steps, channels), rowLength: channels)
      }
      return output.encode(Self.search(input.int64s ?? [], t, steps, channels), rowLength: channels)
    case .tree(let t, let steps):
      return output.encode(Self.tree(input.int64s ?? [], t, steps, channels), rowLength: channels)
    case .wide(let t, let steps):
      return output.encode(wide(input.wide(limbs: t.limbs), t, steps), rowLength: channels)
    }
    preconditionFailure("input storage differs from the format the kernel was prepared for")
  }

  private func lookUp(_ input: Integers, _ table: [UInt8]) -> Integers {
    func run<T: FixedWidthInteger & UnsignedInteger>(_ x: UnsafePointer<T>, _ count: Int) -> [UInt8]
    {
      [UInt8](unsafeUninitializedCapacity: count) { out, filled in
        table.withUnsafeBufferPointer { t in
          for p in stride(from: 0, to: count, by: channels) {
            for c in 0..<channels { out[p + c] = t[c << 8 | Int(x[p + c])] }
          }
        }
        filled = count
      }
    }
    let count = input.count
    let bytes: [UInt8] =
      switch input.storage {
      case .uint8(let v): v.withUnsafeBufferPointer { run($0.baseAddress!, count) }
      case .int8(let v):
        v.withUnsafeBytes { run($0.baseAddress!.assumingMemoryBound(to: UInt8.self), count) }
      case .bits(let m): m.codes.withUnsafeBufferPointer { run($0.baseAddress!, count) }
      default: preconditionFailure("8-bit input expected")
      }
    return output.fromBytes(bytes, rowLength: channels)
  }

  private func step(_ x: [Int32], _ thresholds: [Int32]) -> Integers {
    let vectors = channels == 0 ? 0 : x.count / channels
    let words = BitMatrix.rowWords(columns: channels)
    let out = [UInt64](unsafeUninitializedCapacity: vectors * words) { out, filled in
      if vectors > 0 {
        ck_threshold_bits(
          level.rawValue, x, vectors, channels, thresholds, out.baseAddress, words)
      }
      filled = vectors * words
    }
    return Integers(
      .bits(BitMatrix(rows: vectors, columns: channels, words: out)), format: output.format)
  }

  private func linear(_ x: [Int32], _ thresholds: [Int32], steps: Int) -> Integers {
    let bytes = [UInt8](unsafeUninitializedCapacity: x.count) { out, filled in
      if !x.isEmpty {
        ck_threshold_s32(
          level.rawValue, x, x.count / channels, channels, thresholds, steps,
          UInt8(truncatingIfNeeded: output.effectiveBias), out.baseAddress)
      }
      filled = x.count
    }
    return output.fromBytes(bytes, rowLength: channels)
  }

  /// Counts by binary search in ascending thresholds.
  private static func search<T: FixedWidthInteger>(
    _ x: [T], _ thresholds: [Int64], _ steps: Int, _ channels: Int
  ) -> [Int32] {
    [Int32](unsafeUninitializedCapacity: x.count) { out, filled in
      thresholds.withUnsafeBufferPointer { t in
        x.withUnsafeBufferPointer { x in
          for i in x.indices {
            let base = i % channels * steps
            let v = Int64(x[i])
            var low = 0
            var size = steps
            while size > 0 {
              let half = size / 2
              if t[base + low + half] <= v {
                low += half + 1
                size -= half + 1
              } else {
                size = half
              }
            }
            out[i] = Int32(truncatingIfNeeded: low)
          }
        }
      }
      filled = x.count
    }
  }

  /// The comparisons the RTL makes: one per output bit, from the top.
  private static func tree(
    _ x: [Int64], _ thresholds: [Int64], _ steps: Int, _ channels: Int
  ) -> [Int32] {
    let stages = Int.bitWidth - steps.leadingZeroBitCount
    return x.indices.map { i in
      var position = 0
      for stage in (0..<stages).reversed() {
        let candidate = position | 1 << stage
        guard candidate <= steps else { continue }
        if thresholds[i % channels * steps + candidate - 1] <= x[i] { position = candidate }
      }
      return Int32(truncatingIfNeeded: position)
    }
  }

  private func wide(_ x: WideIntegers, _ t: WideIntegers, _ steps: Int) -> [Int32] {
    (0..<x.count).map { i in
      Int32((0..<steps).count { t.isAtMost(i % channels * steps + $0, x, i) })
    }
  }
}

/// How a count of passed thresholds leaves the block.
struct ThresholdOutput: Sendable {
  let format: ElementFormat
  let bias: Int

  /// BIPOLAR stores the count itself, so its bias is 0.
  var effectiveBias: Int { format.encoding == .bipolar ? 0 : bias }
  /// One result fits a byte.
  var isByte: Bool { format.bits <= 8 }
  /// The stored bit is the count itself.
  var isPlainBit: Bool { format.storage == .bits && effectiveBias == 0 }

  func cannotWrap(steps: Int) -> Bool {
    guard format.storage != .bits, let range = format.range else { return false }
    return range.contains(bias) && range.contains(bias + steps)
  }

  func value(count: Int) -> Int {
    format.encoding == .bipolar ? 2 * (count & 1) - 1 : format.wrap(count &+ bias)
  }

  /// Counts to output elements.
  func encode(_ counts: [Int32], rowLength: Int) -> Integers {
    if format.storage == .bits {
      let odd = effectiveBias & 1
      let codes = counts.map { UInt8(truncatingIfNeeded: Int($0) + odd) & 1 }
      return Integers(.bits(BitMatrix(columns: rowLength, codes: codes)), format: format)
    }
    return Integers(
      counts.map { Int64($0) &+ Int64(bias) }, rowLength: rowLength, format: format)
  }

  /// Finished 8-bit results (stored codes for one-bit formats) to output elements.
  func fromBytes(_ bytes: [UInt8], rowLength: Int) -> Integers {
    switch format.storage {
    case .bits:
      Integers(.bits(BitMatrix(columns: rowLength, codes: bytes)), format: format)
    case .int8:
      Integers(.int8(bytes.withUnsafeBytes { Array($0.bindMemory(to: Int8.self)) }), format: format)
    default: Integers(.uint8(bytes), format: format)
    }
  }
}
