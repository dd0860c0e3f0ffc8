import CKernels

/// One small dot product per channel: FINN's VVAU on words of `lanes` channels.
///
/// An input vector is laid out `[folds][taps][lanes]` with channel = fold × lanes + lane: the order
/// a depthwise sliding window gives. Sums are exact.
public struct DepthwiseKernel: Sendable {
  /// Channels of the whole layer.
  public let channels: Int
  public let taps: Int
  /// Channels of a word.
  public let lanes: Int
  private let agreements: Bool
  /// `[folds][taps][lanes]`, when they fit 16 bits and sums fit 32.
  private let narrow: [Int16]?
  private let long: [Int64]?
  private let wide: WideIntegers?
  private let level: KernelLevel

  /// - Parameter weights: `channels × taps` values, taps fastest: FINN's `(C, 1, kH, kW)`.
  public init(
    weights: Integers, channels: Int, taps: Int, lanes: Int, input: ElementFormat,
    product: MatrixKernel.Product = .sum, level: KernelLevel = .best
  ) {
    precondition(weights.count == channels * taps && channels % max(1, lanes) == 0)
    self.channels = channels
    self.taps = taps
    self.lanes = lanes
    self.level = min(level, .best)
    agreements = product == .agreements
    let order = (0..<channels * taps).map { i in
      (i / (taps * lanes) * lanes + i % lanes) * taps + i / lanes % taps
    }
    guard let v = weights.int64s, let magnitude = input.magnitude,
      let bound = TransposedWeights(weights, columns: 1, rows: channels * taps)
        .bound(inputMagnitude: magnitude)?.multipliedReportingOverflow(by: taps),
      !bound.overflow
    else {
      let limbs = WideIntegers.limbs(
        bits: weights.format.bits + input.bits + 2 + (Int.bitWidth - taps.leadingZeroBitCount))
      let w = weights.wide(limbs: limbs)
      var ordered = WideIntegers(count: w.count, limbs: limbs)
      for (i, k) in order.enumerated() { ordered[i] = w[k] }
      (narrow, long, wide) = (nil, nil, ordered)
      return
    }
    // BINARY codes that are compared for equality count as ±1.
    let codes = agreements && weights.format.encoding != .bipolar
    let ordered = order.map { codes ? 2 * v[$0] - 1 : v[$0] }
    let fits =
      input.bits <= 8 && bound.partialValue <= Int(Int32.max)
      && v.allSatisfy { $0 >= -32768 && $0 <= 32767 }
    narrow = fits ? ordered.map { Int16(truncatingIfNeeded: $0) } : nil
    long = fits ? nil : ordered
    wide = nil
  }

  /// The format of what `apply` returns.
  public var outputFormat: ElementFormat {
    guard let wide else { return .signed(narrow == nil ? 64 : 32) }
    let growth = Int.bitWidth - taps.leadingZeroBitCount
    return .signed(64 * WideIntegers.limbs(bits: 64 * wide.limbs + growth + 2))
  }

  /// Sums of every vector of `channels × taps` elements, `channels` results each.
  public func apply(_ input: Integers) -> Integers {
    let sums: Integers
    if let narrow {
      sums = applyNarrow(input, narrow)
    } else if let long {
      sums = Integers(.int64(plain(input.int64s ?? [], long)), format: .signed(64))
    } else {
      sums = applyWide(input)
    }
    guard agreements, let v = sums.int32s else { return sums }
    return Integers(.int32(v.map { ($0 + Int32(taps)) / 2 }), format: .signed(32))
  }

  private func applyNarrow(_ input: Integers, _ weights: [Int16]) -> Integers {
    let folds = channels / lanes
    let vectors = input.count / max(1, channels * taps)
    if level > .portable, vectors > 0, case .int8(let x) = input.storage {
      let sums = [Int32](unsafeUninitializedCapacity: vectors * channels) { out, filled in
        ck_depthwise_s8(level.rawValue, x, vectors, folds, taps, lanes, weights, out.baseAddress)
        filled = vectors * channels
      }
      return Integers(.int32(sums), format: .signed(32))
    }
    if level > .portable, vectors > 0, case .uint8(let x) = input.storage {
      let sums = [Int32](unsafeUninitializedCapacity: vectors * channels) { out, filled in
        ck_depthwise_u8(level.rawValue, x, vectors, folds, taps, lanes, weights, out.baseAddress)
        filled = vectors * channels
      }
      return Integers(.int32(sums), format: .signed(32))
    }
    let w = weights.map { Int32($0) }
    // BINARY codes that are compared for equality count as ±1.
    let x = input.int32s ?? []
    let signed = agreements && input.format.encoding != .bipolar
    return Integers(.int32(plain(signed ? x.map { 2 * $0 - 1 } : x, w)), format: .signed(32))
  }

  private func plain<T: FixedWidthInteger>(_ x: [T], _ w: [T]) -> [T] {
    let n = taps * lanes
    let blocks = n == 0 ? 0 : x.count / n
    let folds = channels / lanes
    return [T](unsafeUninitializedCapacity: blocks * lanes) { out, filled in
      x.withUnsafeBufferPointer { x in
        w.withUnsafeBufferPointer { w in
          for b in 0..<blocks {
            for i in 0..<lanes {
              var sum: T = 0
              for t in 0..<taps {
                sum &+= x[b * n + t * lanes + i] &* w[b % folds * n + t * lanes + i]
              }
              out[b * lanes + i] = sum
            }
          }
        }
      }
      filled = blocks * lanes
    }
  }

  private func applyWide(_ input: Integers) -> Integers {
    guard let wide else { return input }
    let x = input.wide(limbs: wide.limbs)
    let size = channels * taps
    let vectors = size == 0 ? 0 : x.count / size
    var tiled = WideIntegers(count: x.count, limbs: wide.limbs)
    for i in 0..<x.count { tiled[i] = wide[i % size] }
    let products = x.combined(with: tiled, .multiply)
    let sources = (0..<vectors * channels / lanes).flatMap { b in
      (0..<taps).map { Int32(b * taps + $0) }
    }
    return Reduction(.sum, pieceLength: lanes, taps: taps, sources: sources)
      .apply(Integers(.wide(products), format: .signed(wide.limbs * 64)))
  }
}
