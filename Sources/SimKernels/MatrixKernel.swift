/// A weight matrix prepared for products with many input vectors.
///
/// `apply` gives the exact mathematical sums; whether and where hardware would wrap them is a
/// second step (`Integers.wrapped`). The kernel inside is picked from the formats and from the
/// weights themselves: XNOR-popcount for one-bit operands, 8- or 16-bit lanes with 32-bit sums,
/// 64-bit sums, or numbers of any width.
public struct MatrixKernel: Sendable {
  /// How products are formed.
  public enum Product: Sendable {
    /// Σ x·w with BIPOLAR operands as ±1.
    case sum
    /// The number of positions at which the stored one-bit codes of x and w are equal.
    case agreements
  }

  /// Length of an input vector (FINN's MW).
  public let columns: Int
  /// Length of an output vector (FINN's MH).
  public let rows: Int
  /// Smallest and largest sum any input can give; `nil` beyond 63 bits.
  public let sumRange: ClosedRange<Int>?
  private let method: Method

  private enum Method: Sendable {
    case xnor(XnorKernel)
    case narrow(NarrowKernel)
    case long(LongKernel)
    case wide(WideKernel)
  }

  /// - Parameters:
  ///   - weights: `columns × rows` values, row index fastest: FINN's `(MW, MH)` initializer.
  ///   - input: the format of the input vectors.
  ///   - level: forces narrower instructions than the processor has, for tests.
  public init(
    weights: Integers, columns: Int, rows: Int, input: ElementFormat, product: Product = .sum,
    level: KernelLevel = .best
  ) {
    precondition(weights.count == columns * rows, "weights are columns × rows")
    self.columns = columns
    self.rows = rows
    let level = min(level, .best)
    let transposed = TransposedWeights(weights, columns: columns, rows: rows)
    sumRange = product == .agreements ? 0...columns : transposed.sumRange(input: input)
    method = Self.choose(transposed, input: input, product: product, level: level)
  }

  /// The format of what `apply` returns.
  public var outputFormat: ElementFormat {
    switch method {
    case .xnor, .narrow: .signed(32)
    case .long: .signed(64)
    case .wide(let k): .signed(64 * k.limbs)
    }
  }

  private static func choose(
    _ weights: TransposedWeights, input: ElementFormat, product: Product, level: KernelLevel
  ) -> Method {
    if let kernel = XnorKernel(weights, input: input, product: product, level: level) {
      return .xnor(kernel)
    }
    if let kernel = NarrowKernel(weights, input: input, level: level) { return .narrow(kernel) }
    if let kernel = LongKernel(weights, input: input) { return .long(kernel) }
    return .wide(WideKernel(weights, input: input))
  }

  /// The name of the chosen kernel, for benchmarks and tests.
  public var methodName: String {
    switch method {
    case .xnor: "xnor"
    case .narrow(let k): k.usesBytes ? "bytes" : "int16"
    case .long: "int64"
    case .wide: "wide"
    }
  }

  /// Multiplies every vector of `columns` elements of `input`, which has the format given at
  /// creation; the result holds `rows` sums per vector.
  public func apply(_ input: Integers) -> Integers {
    switch method {
    case .xnor(let k): k.apply(input)
    case .narrow(let k): k.apply(input)
    case .long(let k): k.apply(input)
    case .wide(let k): k.apply(input)
    }
  }
}

/// Weights with one output's weights side by side, `rows × columns`.
struct TransposedWeights {
  let columns: Int
  let rows: Int
  let format: ElementFormat
  /// `nil` when some weight needs more than 64 bits.
  let values: [Int]?
  /// Filled when `values` is not.
  let wide: WideIntegers?

  init(_ weights: Integers, columns: Int, rows: Int) {
    self.columns = columns
    self.rows = rows
    format = weights.format
    if let v = weights.int64s {
      var t = [Int](repeating: 0, count: v.count)
      for k in 0..<columns {
        for r in 0..<rows { t[r * columns + k] = Int(v[k * rows + r]) }
      }
      values = t
      wide = nil
    } else {
      let limbs = Integers.limbs(for: weights.format)
      let v = weights.wide(limbs: limbs)
      var t = WideIntegers(count: v.count, limbs: limbs)
      for k in 0..<columns {
        for r in 0..<rows { t[r * columns + k] = v[k * rows + r] }
      }
      values = nil
      wide = t
    }
  }

  /// The largest absolute value any output can take for inputs up to `magnitude`; `nil` beyond
  /// 63 bits.
  func bound(inputMagnitude: Int) -> Int? {
    guard let values else { return nil }
    var largest = 0
    for r in 0..<rows {
      var sum = 0
      for k in 0..<columns {
        let (s, overflow) = sum.addingReportingOverflow(
          Int(clamping: values[r * columns + k].magnitude))
        if overflow { return nil }
        sum = s
      }
      largest = max(largest, sum)
    }
    let (product, overflow) = largest.multipliedReportingOverflow(by: inputMagnitude)
    return overflow ? nil : product
  }
}

extension TransposedWeights {
  /// Smallest and largest sum over all inputs of a format; `nil` beyond 63 bits.
  func sumRange(input: ElementFormat) -> ClosedRange<Int>? {
    guard let values, let range = input.range, let magnitude = input.magnitude,
      bound(inputMagnitude: magnitude) != nil
    else { return nil }
    var (low, high) = (0, 0)
    for r in 0..<rows {
      var (least, most) = (0, 0)
      for w in values[r * columns..<(r + 1) * columns] {
        let (a, b) = (w * range.lowerBound, w * range.upperBound)
        least += min(a, b)
        most += max(a, b)
      }
      low = min(low, least)
      high = max(high, most)
    }
    return low...high
  }
}

extension ElementFormat {
  /// Whether every value of `range` can be stored.
  public func holds(_ other: ClosedRange<Int>) -> Bool {
    guard encoding != .bipolar else { return false }
    guard let range else { return encoding == .signed || other.lowerBound >= 0 }
    return range.contains(other.lowerBound) && range.contains(other.upperBound)
  }

  /// The largest absolute value, when it fits 63 bits.
  var magnitude: Int? {
    guard let range, range.lowerBound > Int.min else { return nil }
    return max(-range.lowerBound, range.upperBound)
  }
}
