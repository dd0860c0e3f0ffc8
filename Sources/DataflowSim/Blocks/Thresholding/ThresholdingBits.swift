import SimKernels

extension Thresholding: BitBlock {
  public func bits(_ setup: BitSetup) throws -> any BlockBits {
    for (type, what) in [(inputType, "elements"), (outputType, "results")] {
      try setup.requireExact(type, what)
    }
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
    let narrow =
      isRTL && setup.hazards.thresholdingNarrowWrap && inputType.isSigned
      && thresholdType.bits < inputType.bits && inputType.bits <= 62
    return ThresholdingBits(
      kernel: kernel, inputFormat: inputType.format, channels: channels,
      clip: narrow ? NarrowClip(input: inputType.bits, threshold: thresholdType.bits) : nil)
  }
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
