import SimKernels

extension ComputeSettings {
  /// Both operands one bit wide and compared for equality, or multiplied.
  package var product: MatrixKernel.Product {
    let bipolar = inputType.kind == .bipolar && weightType.kind == .bipolar
    let oneBit = inputType.format.storage == .bits && weightType.format.storage == .bits
    return bipolar || (binaryXnorMode && oneBit) ? .agreements : .sum
  }

  /// The width sums are held in: with thresholds the accumulator's in HLS, else the result's.
  package func register(isRTL: Bool) -> DataType {
    !isRTL && hasThresholds ? accumulatorType : outputType
  }
}

/// What happens to the sums of an MVAU or VVAU: wrap at the declared width, then thresholds.
struct ComputeFinish: Sendable {
  private let compute: ComputeSettings
  private let register: DataType
  private let rows: Int
  private let level: KernelLevel
  private let thresholds: (values: Integers, shape: [Int])?

  /// Throws `InputError` for types without integer bits and thresholds of another shape.
  init(_ compute: ComputeSettings, rows: Int, isRTL: Bool, _ setup: BitSetup) throws {
    self.compute = compute
    self.rows = rows
    level = setup.level
    register = compute.register(isRTL: isRTL)
    for (type, what) in [
      (compute.inputType, "activations"), (compute.weightType, "weights"),
      (register, "sums"), (compute.outputType, "results"),
    ] {
      try setup.requireExact(type, what)
    }
    guard compute.hasThresholds else {
      thresholds = nil
      return
    }
    let table = try setup.wholeNumbers("thresholds", in: nil)
    guard table.shape.count == 2, table.shape[0] == rows || table.shape[0] == 1 else {
      throw InputError(
        "has shape \(table.shape); (\(rows), n) or (1, n) is needed",
        at: "array '\(setup.node.initializers["thresholds"] ?? "thresholds")'")
    }
    try setup.requireIndexable(rows.multipliedReportingOverflow(by: table.shape[1]).partialValue)
    thresholds = table
  }

  /// - Parameters:
  ///   - sums: the format the kernel delivers.
  ///   - range: what the sums can be at all; `nil` when that is not known.
  func prepare(sums: ElementFormat, range: ClosedRange<Int>?) -> Prepared {
    let kernel = thresholds.map { table in
      ThresholdKernel(
        thresholds: table.values, rows: table.shape[0], channels: rows, bias: compute.actVal,
        input: sums, output: compute.outputType.format, level: level)
    }
    return Prepared(
      register: register.format, cannotWrap: range.map(register.format.holds) ?? false,
      isAccumulator: compute.hasThresholds, rows: rows, thresholds: kernel)
  }

  struct Prepared: Sendable {
    let register: ElementFormat
    let cannotWrap: Bool
    let isAccumulator: Bool
    let rows: Int
    let thresholds: ThresholdKernel?

    func apply(_ sums: Integers) -> FrameResult {
      guard let thresholds else {
        let (kept, wrap) = sums.wrapped(to: register, rowLength: rows)
        return FrameResult(kept, wrap: wrap, of: "result")
      }
      if cannotWrap { return FrameResult(thresholds.apply(sums)) }
      let (kept, wrap) = sums.truncated(to: register)
      return FrameResult(thresholds.apply(kept), wrap: wrap, of: "accumulator")
    }
  }
}
