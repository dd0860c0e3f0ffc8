import SimKernels

extension Thresholding: BitBlock {
  package func bits(_ setup: BitSetup) throws -> any BlockBits {
    try setup.requireExact(outputType, "results")
    if inputType == .float32, node.isDevelopmentRTL { return try floatBits(setup) }
    try setup.requireExact(inputType, "elements")
    let table = try setup.wholeNumbers("thresholds", in: thresholdType)
    let rows = table.shape.count > 1 ? table.shape[0] : 1
    guard table.shape.count <= 2, rows == channels || rows == 1,
      table.values.count == rows * steps
    else {
      throw InputError(
        "has shape \(table.shape); (\(channels), \(steps)) or (1, \(steps)) is needed",
        at: "array '\(setup.node.initializers["thresholds"] ?? "thresholds")'")
    }
    try setup.requireIndexable(channels * steps)
    let full = outputType.bits < 62 && steps == (1 << outputType.bits) - 1
    let kernel = ThresholdKernel(
      thresholds: table.values, rows: rows, channels: channels, bias: actVal,
      input: inputType.format, output: outputType.format, search: isRTL && full ? .tree : .count,
      level: setup.level)
    let narrow = setup.hazards.thresholdingNarrowWrap && canWrapNarrowly
    return ThresholdingBits(
      kernel: kernel, inputFormat: inputType.format, channels: channels,
      clip: narrow ? NarrowClip(input: inputType.bits, threshold: thresholdType.bits) : nil)
  }
}

extension Thresholding {
  /// FLOAT32 elements, compared as floats.
  private func floatBits(_ setup: BitSetup) throws -> any BlockBits {
    let table = try setup.tensor("thresholds")
    let rows = table.shape.count > 1 ? table.shape[0] : 1
    guard table.shape.count <= 2, rows == channels || rows == 1, table.count == rows * steps else {
      throw InputError(
        "has shape \(table.shape); (\(channels), \(steps)) or (1, \(steps)) is needed",
        at: "array '\(setup.node.initializers["thresholds"] ?? "thresholds")'")
    }
    let values = table.asDoubles().map { Float($0) }
    return FloatThresholdingBits(
      thresholds: (0..<rows).map { values[$0 * steps..<($0 + 1) * steps].sorted() },
      channels: channels, bias: actVal, format: outputType.format)
  }
}

/// Counts the thresholds a FLOAT32 element reaches. Source: docs/reference/development-branch.md#thresholding-with-any-number-of-steps.
struct FloatThresholdingBits: BlockBits {
  /// Ascending, by channel; one list for all.
  let thresholds: [[Float]]
  let channels: Int
  let bias: Int
  let format: ElementFormat

  func frame(_ inputs: [Integers]) -> FrameResult {
    let x = inputs[0].floats(of: .float32)
    let y = x.indices.map { i -> Int64 in
      let row = thresholds[i % channels % thresholds.count]
      let count = row.prefix { $0 <= x[i] }.count
      return Int64(format.encoding == .bipolar ? 2 * count - 1 : bias + count)
    }
    return FrameResult([Integers(y, rowLength: channels, format: format)])
  }

  func schedule() -> WordSchedule { .groups(inputs: [1], outputs: [1]) }
}

package struct ThresholdingBits: BlockBits {
  let kernel: ThresholdKernel
  let inputFormat: ElementFormat
  let channels: Int
  let clip: NarrowClip?

  package func frame(_ inputs: [Integers]) -> FrameResult {
    guard let clip else { return FrameResult([kernel.apply(inputs[0])]) }
    let (clipped, finding) = clip.apply(inputs[0], rowLength: channels)
    return FrameResult([kernel.apply(clipped)], findings: finding.map { [$0] } ?? [])
  }

  package func schedule() -> WordSchedule { .groups(inputs: [1], outputs: [1]) }
}

extension ThresholdingBits: HazardousBits {
  package var hazard: Hazard? { clip == nil ? nil : .narrowWrap }
  package var withoutHazard: any BlockBits {
    ThresholdingBits(kernel: kernel, inputFormat: inputFormat, channels: channels, clip: nil)
  }
}

/// How the RTL brings a signed input of `input` bits to thresholds of fewer bits: it saturates
/// values whose bits above the threshold's width differ, but takes the low bits of all others, also
/// where these have the wrong sign. Source: docs/reference/hazards.md#thresholding-narrow-wrap.
struct NarrowClip: Sendable {
  let input: Int
  let threshold: Int

  /// The value the comparison sees.
  func clip(_ x: Int64) -> Int64 {
    let upper = x >> Int64(threshold)
    let limit = Int64(1) << Int64(threshold - 1)
    guard upper == 0 || upper == -1 else { return x < 0 ? -limit : limit - 1 }
    let shift = Int64(64 - threshold)
    return (x << shift) >> shift
  }

  func apply(_ elements: Integers, rowLength: Int) -> (Integers, BitFinding?) {
    guard let x = elements.int64s else { return (elements, nil) }
    let seen = x.map(clip)
    let wrong = x.indices.filter { (seen[$0] < 0) != (x[$0] < 0) }
    return (
      Integers(seen, rowLength: rowLength, format: elements.format),
      wrong.first.map { .narrowWrap(count: wrong.count, firstIndex: $0) }
    )
  }
}
