import SimKernels

extension Requant: BitBlock {
  /// Scale and bias are the arrays `scale` and `bias` of the node; 1 and 0 where they are missing.
  package func bits(_ setup: BitSetup) throws -> any BlockBits {
    guard node.isDevelopmentRTL else {
      throw InputError(
        "\(opType) has no model in the bit plane",
        hint: "FINN's documents state no formula for its values; "
          + "those of Requant_rtl of the development branch were measured")
    }
    try setup.requireExact(inputType, "elements")
    try setup.requireExact(outputType, "results")
    guard inputType.bits <= 62, outputType.bits <= 32 else {
      throw InputError("\(inputType) to \(outputType): at most 62 and 32 bits are computed here")
    }
    let scales = try factors("scale", otherwise: 1, setup)
    let biases = try factors("bias", otherwise: 0, setup)
    let coarse = zip(["scale", "bias"], [scales, biases]).flatMap { role, values in
      values.filter { Self.written($0) != $0 }.map { "\(role) \($0) as \(Self.written($0))" }
    }
    let isWide = isTooWide && !setup.hazards.requantWideInput
    let channels = try (0..<channels).map { c in
      try FixedScale(
        scale: scales[c], bias: biases[c], inputBits: inputType.bits,
        // Without the hazard, a multiplier as wide as the input.
        dataBits: isWide ? inputType.bits : multiplier.data, scaleBits: multiplier.scale,
        outputBits: outputType.bits)
    }
    return FixedRequantBits(
      channels: channels, format: outputType.format, truncates: isTooWide && !isWide,
      approximation: approximation(coarse))
  }

  /// What FINN's generator makes of a scale or bias: it writes six decimals. Source:
  /// docs/reference/hazards.md#requant-wide-input.
  package static func written(_ value: Float) -> Float {
    Float((Double(value) * 1e6).rounded(.toNearestOrEven) / 1e6)
  }

  private func approximation(_ coarse: [String]) -> String? {
    let reasons = [
      inputType.isSigned
        ? nil : "Requant_rtl takes unsigned inputs as signed; that was read, not measured",
      coarse.first.map {
        "FINN writes scales and biases with six decimals, \($0)"
          + (coarse.count > 1 ? " and \(coarse.count - 1) more" : "")
          + "; the values here go by the full number"
      },
    ].compactMap(\.self)
    return reasons.isEmpty ? nil : reasons.joined(separator: "; ")
  }

  private func factors(_ role: String, otherwise: Float, _ setup: BitSetup) throws
    -> [Float]
  {
    guard setup.has(role) else {
      return [Float](repeating: otherwise, count: channels)
    }
    let tensor = try setup.tensor(role)
    let values = tensor.asDoubles().map { Float($0) }
    guard values.count == channels || values.count == 1 else {
      throw InputError(
        "has shape \(tensor.shape); (\(channels),) or a single number is needed",
        at: "array '\(setup.node.initializers[role] ?? role)'")
    }
    return values.count == 1 ? [Float](repeating: values[0], count: channels) : values
  }
}

/// One channel's scale and bias as the RTL's integers.
///
/// The product of x and the scale's mantissa, rounded to `scaleBits` − 1 bits, plus the bias aligned to it,
/// shifted right by `tap` and clipped. Source: docs/reference/development-branch.md#requant.
struct FixedScale: Sendable {
  let scale: Int
  let bias: Int
  let tap: Int
  /// Low bits of the input that the multiplier does not see.
  let dropped: Int
  let most: Int

  /// Throws `InputError` for factors the RTL refuses or that are no numbers.
  init(
    scale: Float, bias: Float, inputBits: Int, dataBits: Int, scaleBits: Int, outputBits: Int
  ) throws {
    guard scale.isFinite, bias.isFinite else {
      throw InputError("scale \(scale), bias \(bias): Requant_rtl needs finite numbers")
    }
    let (s, b) = (scale.bitPattern, bias.bitPattern)
    let mantissa = (1 << 24 | Int(s & 0x7f_ffff) << 1) >> (25 - scaleBits)
    let magnitude = mantissa >> 1 + mantissa & 1
    self.scale = scale.sign == .minus ? -magnitude : magnitude
    tap = scaleBits - 2 - (Int(s >> 23 & 0xff) - 127)
    guard tap >= 0 else {
      throw InputError("scale \(scale) is too large for the multiplier of Requant_rtl")
    }
    let fraction = 1 << 23 | Int(b & 0x7f_ffff)
    let shift = Int(b >> 23 & 0xff) - 127 - (23 - tap)
    guard shift < 38 else {
      throw InputError("bias \(bias) beside scale \(scale) is beyond the output's range")
    }
    let aligned = shift < -24 ? 0 : shift < 0 ? fraction >> -shift : fraction << shift
    var sum = bias.sign == .minus ? -aligned : aligned
    if tap > 0 {
      sum += tap <= 62 ? 1 << (tap - 1) : 0
    } else if shift < 0 {
      sum += shift > -25 ? fraction >> (-shift - 1) & 1 : 0
    }
    self.bias = sum
    dropped = max(0, inputBits - dataBits)
    most = 1 << outputBits - 1
  }

  func apply(_ x: Int64) -> Int64 {
    let (product, overflow) = (Int(x) >> dropped).multipliedReportingOverflow(by: scale)
    if overflow { return (x < 0) == (scale < 0) ? Int64(most) : 0 }
    let sum = product &+ bias
    guard sum >= 0 else { return 0 }
    return Int64(min(sum >> min(tap, 63), most))
  }
}

/// The RTL block's values.
struct FixedRequantBits: BlockBits {
  let channels: [FixedScale]
  let format: ElementFormat
  let truncates: Bool
  let approximation: String?

  func frame(_ inputs: [Integers]) -> FrameResult {
    let x = inputs[0].int64s ?? []
    let y = x.indices.map { channels[$0 % channels.count].apply(x[$0]) }
    let findings: [BitFinding] = truncates ? [.truncatedInput(count: x.count)] : []
    return FrameResult(
      [Integers(y, rowLength: channels.count, format: format)], findings: findings)
  }

  func schedule() -> WordSchedule { .groups(inputs: [1], outputs: [1]) }
}
