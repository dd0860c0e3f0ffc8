import SimModel

/// Pooling over windows and over whole pictures.
enum PoolOperators {
  static let all: [String: Operator] = [
    "MaxPool": Operator(1...1) { preparation in
      let rule = try WindowRule(preparation.node)
      return { inputs in [try maximum(inputs.value(0), rule)] }
    },
    "AveragePool": Operator(1...1, average),
    "GlobalAveragePool": Operator(1...1) { _ in
      { inputs in
        let x = try inputs.value(0)
        return [try Reduction.mean.apply(x, axes: Array(2..<max(2, x.shape.count)), keeps: true)]
      }
    },
    "GlobalMaxPool": Operator(1...1) { _ in
      { inputs in
        let x = try inputs.value(0)
        return [try Reduction.maximum.apply(x, axes: Array(2..<max(2, x.shape.count)), keeps: true)]
      }
    },
    "MaxPoolNHWC": Operator(1...1) { preparation in
      let rule = try WindowRule(preparation.node)
      return { inputs in
        let first = try ChannelsLast.channelsFirst(inputs.value(0))
        return [try ChannelsLast.channelsLast(maximum(first, rule))]
      }
    },
    "QuantAvgPool2d": Operator(1...1, quantizedAverage),
  ]

  /// The largest value under each window; padding never counts.
  static func maximum(_ x: Value, _ rule: WindowRule) throws -> Value {
    try pooled(x, rule) { cells, _ in
      var most = -Float.infinity
      for cell in cells where !(cell <= most) { most = cell }
      return most
    }
  }

  private static func average(_ preparation: Preparation) throws -> Kernel {
    let rule = try WindowRule(preparation.node)
    let countsPadding = try preparation.node.int("count_include_pad", default: 0) != 0
    return { inputs in
      [
        try pooled(inputs.value(0), rule) { cells, covered in
          ExactMean.rounded(cells, over: countsPadding ? covered : cells.count)
        }
      ]
    }
  }

  /// FINN's `QuantAvgPool2d`: the sum of integers, shifted.
  private static func quantizedAverage(_ preparation: Preparation) throws -> Kernel {
    let node = preparation.node
    guard let kernel = try node.int("kernel"), let stride = try node.int("stride"),
      let inputBits = try node.int("ibits"), let outputBits = try node.int("obits"),
      (1...1 << 16).contains(kernel), (1...1 << 16).contains(stride)
    else { throw InputError("states no kernel, stride, ibits and obits") }
    let isLast = try node.string("data_layout") == "NHWC"
    var rule = try WindowRule(node)
    rule.kernel = [kernel, kernel]
    rule.strides = [stride, stride]
    guard (1...32).contains(inputBits), (1...32).contains(outputBits), kernel <= 1 << 12 else {
      throw InputError("states kernel \(kernel), ibits \(inputBits) and obits \(outputBits)")
    }
    // Signed codes count as if they had no sign.
    let largest = kernel * kernel * ((1 << inputBits) - 1)
    let sumBits = Int.bitWidth - largest.leadingZeroBitCount
    let shift = Float(sign: .plus, exponent: max(0, sumBits - outputBits), significand: 1)
    let fixed = rule
    return { inputs in
      let x = try inputs.value(0)
      let first = isLast ? try ChannelsLast.channelsFirst(x) : x
      let sums = try pooled(first, fixed) { cells, _ in
        (cells.reduce(0, +) / shift).rounded(.down)
      }
      return [isLast ? try ChannelsLast.channelsLast(sums) : sums]
    }
  }

  typealias Cells = UnsafeBufferPointer<Float>

  /// `body` of the cells under each window that are no padding, and of how many cells it covers,
  /// padding included.
  private static func pooled(
    _ x: Value, _ rule: WindowRule, _ body: (Cells, Int) -> Float
  ) throws -> Value {
    guard x.shape.count >= 3 else {
      throw InputError("data of shape \(x.shape) has no spatial axes")
    }
    let window = try rule.window(over: Array(x.shape[2...]))
    let planes = x.shape[0] * x.shape[1]
    let shape = Array(x.shape[..<2]) + window.outputShape
    let values = x.floats
    let isInteger = if case .integer = x.elements { true } else { false }
    var out: [Float] = []
    out.reserveCapacity(try Extent.count(shape))
    let sources = try window.sources()
    let covered = window.coveredCells()
    let taps = window.taps
    withUnsafeTemporaryAllocation(of: Float.self, capacity: taps) { cells in
      values.withUnsafeBufferPointer { values in
        sources.withUnsafeBufferPointer { sources in
          for plane in 0..<planes {
            let base = plane * window.inputCount
            for position in 0..<covered.count {
              var count = 0
              for tap in position * taps..<(position + 1) * taps where sources[tap] >= 0 {
                cells[count] = values[base + Int(sources[tap])]
                count += 1
              }
              out.append(body(Cells(rebasing: cells[..<count]), covered[position]))
            }
          }
        }
      }
    }
    return isInteger
      ? Value(out.map { Int($0) }, shape: shape, kind: x.kind) : Value(out, shape: shape)
  }
}

extension SpatialWindow {
  /// Cells of each window inside picture and padding; a window of `ceil_mode` may reach beyond.
  func coveredCells() -> [Int] {
    func covered(_ axis: WindowAxis, _ index: Int) -> Int {
      (0..<axis.kernel).count { axis.cell(index, $0) < axis.size + axis.end }
    }
    let across = (0..<columns.count).map { covered(columns, $0) }
    return (0..<rows.count).flatMap { y -> [Int] in
      let down = covered(rows, y)
      return across.map { $0 * down }
    }
  }
}

/// Means rounded once.
enum ExactMean {
  /// The sum of `values` divided by `count`.
  static func rounded(_ values: some Sequence<Float>, over count: Int) -> Float {
    guard count > 0 else { return .nan }
    var sum = 0.0
    var magnitude = 0.0
    var terms = 1.0
    for v in values {
      terms += 1
      sum += Double(v)
      magnitude += Double(abs(v))
    }
    guard magnitude.isFinite else { return Float(sum / Double(count)) }
    let quotient = sum / Double(count)
    let error =
      terms * 0x1.02p-53 * magnitude / Double(count)
      + abs(quotient) * 0x1p-52
    if let value = RoundedOnce.float(quotient, within: error) { return value }
    var exact = ExactSum()
    for v in values { exact.add(v) }
    return exact.rounded(dividedBy: count)
  }
}
