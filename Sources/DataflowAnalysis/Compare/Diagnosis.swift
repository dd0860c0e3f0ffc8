/// The most likely reason why a tensor differs from its reference.
///
/// The explanations are tried in the order of the cases; the first that accounts for every differing
/// element is the answer.
public enum Diagnosis: Sendable, Equatable {
  /// The reference is the same value everywhere: nothing was computed or nothing recorded.
  case referenceConstant(Int)
  /// All values that differ are among those that a known defect of the hardware changes.
  case hazard(Hazard, values: Int)
  /// The RTL thresholding block searches thresholds that do not ascend.
  case unsortedThresholds(channels: Int)
  /// Only the low bits of the accumulator, as type `to`, were compared with the thresholds.
  case cutAccumulator(to: String, of: Int, isAnnotated: Bool)
  /// The reference took 0 and 1 for a BIPOLAR input.
  case binaryInput
  /// Every BIPOLAR value has the other sign.
  case inverted
  /// Every BIPOLAR value of some channels has the other sign.
  case invertedChannels([Int])
  /// Every value is too high by a constant, modulo what the type's bits hold.
  case zeroPointWraps(Int, bits: Int)
  /// Every value is off by a constant, as far as the type's range lets it.
  case zeroPoint(Int, limits: ClosedRange<Int>)
  /// Single values sit exactly on a threshold, where the order of floating-point sums decides.
  case roundingTie(count: Int)
  /// Another order of float32 sums gives these values too.
  case insideErrorZone(count: Int)
  /// Every value that differs lies exactly on a rounding boundary, on the same side of it.
  case roundingRule(up: Bool, count: Int, border: String)
  /// Every difference is one step in the same direction, at a threshold.
  case offByOne(up: Bool)
  /// The accumulator wrapped at `width` bits; `needed` would hold the expected values.
  case wrap(width: Int, needed: Int)
  /// Values beyond `limit` came out as `limit`.
  case saturation(limit: Int, needed: Int)
  /// Only the low `bits` bits arrived, read as signed or unsigned.
  case truncation(bits: Int, readAsSigned: Bool)
  /// expected = scale · actual + offset explains all.
  case affine(scale: Double, offset: Double)
  /// The node's thresholds are not those that the reference was made with.
  case thresholds(ThresholdFault)
  /// Every channel is off by a constant of its own.
  case bias(channels: Int)
  /// The right values in another order.
  case permutation(String)
  /// Every picture lies that many rows further up and columns further left; negative: down and right.
  case displaced(rows: Int, columns: Int)
  /// For each frame the one of the reference that it shows.
  case frameOrder([Int])
  /// From word `from` on, the stream is `words` words ahead (dropped) or behind (duplicated or stale).
  case shift(words: Int, from: Int)
  /// The output does not depend on the input.
  case constant(Int)
  /// Frame f shows what frame f − 1 should have shown.
  case previousFrame
  /// Every frame shows one that is `frames` later (or, if negative, earlier).
  case otherFrame(Int)
  case unexplained
}

extension Diagnosis {
  /// Tries every explanation on a sample with at least one difference.
  ///
  /// - Parameter evidence: what is known of the node that made it; nil without any, as for quantisers of
  ///   a model.
  /// - Parameter isOfModel: the reference was computed by a model, and what its float sums explain is judged elsewhere.
  init(_ sample: Sample, evidence: Evidence?, isOfModel: Bool = false) {
    let bits: [() -> Diagnosis?] = [
      { evidence?.hazard(sample) }, { evidence?.leftoverRows(sample) },
      { evidence?.unsorted(sample) },
      { isOfModel ? nil : evidence.flatMap { Self.tie(sample, $0) } },
      { evidence?.accumulatorWrap(sample) },
      { Self.offByOne(sample, evidence) }, { Self.overflow(sample, evidence) },
      { Self.inverted(sample) }, { Self.truncation(sample) }, { evidence?.binaryInput(sample) },
      { evidence?.cutAccumulator(sample) },
    ]
    // The first explanations are about integers and thresholds.
    let attempts: [() -> Diagnosis?] =
      [{ isOfModel ? nil : Self.referenceConstant(sample) }] + (sample.isFloat ? [] : bits) + [
        { Self.affine(sample) }, { Self.zeroPoint(sample) },
        { Self.zeroPointWraps(sample) }, { Self.bias(sample) },
        { evidence?.isPadded ?? false ? Displacement.picture(sample, isLikely: true) : nil },
        { Self.permutation(sample) }, { Displacement.channels(sample) },
        { Self.constant(sample) }, { evidence?.otherThresholds(sample) },
        { evidence?.inputOrder(sample) },
        { evidence?.imageOrder(sample) },
        { Displacement.frames(sample) }, { Self.previousFrame(sample) },
        { Self.otherFrame(sample) },
        { Displacement.picture(sample, isLikely: false) },
        { Self.shift(sample, isLikely: !(evidence?.isPadded ?? false)) },
        { Self.farShift(sample) },
      ]
    self = attempts.lazy.compactMap { $0() }.first ?? .unexplained
  }

  /// One value everywhere in the reference, where the design has several.
  private static func referenceConstant(_ s: Sample) -> Diagnosis? {
    guard s.expected.count > 3, let value = s.expected.first,
      s.expected.allSatisfy({ $0 == value }), s.actual.contains(where: { $0 != s.actual[0] })
    else { return nil }
    return .referenceConstant(Int(exactly: value.rounded()) ?? 0)
  }

  private static func inverted(_ s: Sample) -> Diagnosis? {
    guard s.layout.dataType == .bipolar, s.expected.count > 8 else { return nil }
    if s.differing.count == s.expected.count { return .inverted }
    guard let extents = channelsOff(s), !extents.contains(.some), s.expected.count >= 4 * s.channels
    else { return nil }
    return .invertedChannels(extents.indices.filter { extents[$0] == .all })
  }

  /// A constant everywhere, beyond the end of the range on at its other end.
  private static func zeroPointWraps(_ s: Sample) -> Diagnosis? {
    guard !s.isFloat, let range = s.layout.dataType.range,
      (2..<32).contains(s.layout.dataType.bits),
      s.expected.count > 8, isIntegral(s), s.differing.count == s.expected.count
    else { return nil }
    let modulus = 1 << s.layout.dataType.bits
    func wrapped(_ constant: Int) -> Int {
      let rest = constant & (modulus - 1)
      return rest > modulus / 2 ? rest - modulus : rest
    }
    let constants = Set(
      s.expected.indices.map { wrapped(Int(s.actual[$0]) - Int(s.expected[$0].rounded())) })
    guard constants.count == 1, let constant = constants.first,
      s.expected.allSatisfy({ range.contains(Int($0.rounded())) })
    else { return nil }
    return .zeroPointWraps(constant, bits: s.layout.dataType.bits)
  }

  /// A constant everywhere, cut off at the ends of the range that occurs.
  private static func zeroPoint(_ s: Sample) -> Diagnosis? {
    guard !s.isFloat, let range = s.layout.dataType.range, s.layout.dataType.bits < 32,
      s.expected.count > 8, isCountable(s)
    else { return nil }
    var counts: [Int: Int] = [:]
    for i in s.differing {
      counts[Int((s.expected[i] - s.actual[i]).rounded()), default: 0] += 1
    }
    // The shift of the values that no limit cuts off is the largest.
    guard let constant = counts.keys.max(by: { abs($0) < abs($1) }), abs(constant) > 1 else {
      return nil
    }
    let (low, high) = (
      max(range.lowerBound, Int(s.actual.min()!)), min(range.upperBound, Int(s.actual.max()!))
    )
    let explains = s.expected.indices.allSatisfy { i in
      let shifted = s.expected[i].rounded() - Double(constant)
      return s.actual[i] == min(max(shifted, Double(low)), Double(high))
    }
    guard explains, 2 * counts[constant]! >= s.differing.count else { return nil }
    return .zeroPoint(constant, limits: low...high)
  }

  /// Single differences of one step, each at a threshold.
  private static func tie(_ s: Sample, _ evidence: Evidence) -> Diagnosis? {
    guard s.differing.count <= max(3, s.expected.count / 1000), s.steps != nil,
      let activation = evidence.activation,
      s.differing.allSatisfy({ activation.sitsOnThreshold($0, channel: $0 % s.channels) })
    else { return nil }
    return .roundingTie(count: s.differing.count)
  }

  /// Differences of one step in one direction, at thresholds as far as these are known.
  private static func offByOne(_ s: Sample, _ evidence: Evidence?) -> Diagnosis? {
    // A constant offset everywhere is a zero point, not a threshold.
    guard let steps = s.steps, steps.count == 1, let step = steps.first,
      s.differing.count < s.expected.count
    else { return nil }
    if let activation = evidence?.activation {
      let atThresholds = s.differing.allSatisfy {
        activation.sitsOnThreshold($0, channel: $0 % s.channels)
      }
      return atThresholds ? .offByOne(up: step > 0) : nil
    }
    let perChannel = channelsOff(s)
    if let perChannel, perChannel.allSatisfy({ $0 == .all || $0 == .none }) { return nil }
    return evidence?.hasThresholds ?? true ? .offByOne(up: step > 0) : nil
  }

  private enum Extent { case none, some, all }

  /// How much of each channel differs; nil when there is only one channel.
  private static func channelsOff(_ s: Sample) -> [Extent]? {
    guard s.channels > 1 else { return nil }
    var off = [Int](repeating: 0, count: s.channels)
    for i in s.differing { off[i % s.channels] += 1 }
    let each = s.expected.count / s.channels
    return off.map { $0 == 0 ? .none : $0 == each ? .all : .some }
  }

  /// Actual values are the expected ones modulo 2^w, or stop at a limit.
  private static func overflow(_ s: Sample, _ evidence: Evidence?) -> Diagnosis? {
    let width = s.layout.dataType.bits
    guard width < 60, let range = s.layout.dataType.range, isIntegral(s) else { return nil }
    let needed = neededBits(s, signed: range.lowerBound < 0)
    let modulus = Double(1 << width)
    let wraps = s.differing.allSatisfy {
      let steps = (s.expected[$0].rounded() - s.actual[$0]) / modulus
      return steps == steps.rounded() && steps != 0
    }
    // The same number of bits under another sign is no overflow.
    if wraps, needed > width, let evidence, evidence.isAccumulator, !evidence.hasThresholds,
      s.layout.dataType != .bipolar
    {
      return .wrap(width: width, needed: needed)
    }
    return saturation(s, needed: needed)
  }

  /// Everything beyond a limit came out as the limit.
  private static func saturation(_ s: Sample, needed: Int) -> Diagnosis? {
    let limits = Set(s.differing.map { s.actual[$0] })
    guard let low = limits.min(), let high = limits.max(), limits.count <= 2,
      let least = s.actual.min(), let most = s.actual.max(), least < most
    else { return nil }
    let clips = s.differing.allSatisfy {
      let (e, a) = (s.expected[$0], s.actual[$0])
      return e > a ? a == high && a == most : a == low && a == least
    }
    // A limit is passed by more than one value of the reference.
    let beyond = Set(s.differing.map { s.expected[$0].rounded() })
    guard clips, beyond.count > 1 else { return nil }
    return .saturation(limit: Int(s.actual[s.differing[0]]), needed: needed)
  }

  private static func neededBits(_ s: Sample, signed: Bool) -> Int {
    let extremes = [s.expected.min() ?? 0, s.expected.max() ?? 0].map { Int($0.rounded()) }
    return extremes.map { value in
      let magnitude = value < 0 ? ~value : value
      return Int.bitWidth - magnitude.leadingZeroBitCount + (signed || extremes[0] < 0 ? 1 : 0)
    }.max() ?? 1
  }

  /// Only the low bits of the expected values arrived.
  private static func truncation(_ s: Sample) -> Diagnosis? {
    // One value everywhere is the low bits of many.
    guard isIntegral(s), s.actual.contains(where: { $0 != s.actual[0] }) else { return nil }
    let expected = s.expected.map { Int($0.rounded()) }
    let width = s.layout.dataType.bits
    let lengths = Set(1..<max(2, min(32, neededBits(s, signed: true)))).union(
      width < 60 ? [width] : [])
    for bits in lengths.sorted() {
      for signed in [true, false] {
        let agrees = expected.indices.allSatisfy {
          low(expected[$0], bits, signed) == Int(s.actual[$0])
        }
        if agrees { return .truncation(bits: bits, readAsSigned: signed) }
      }
    }
    return nil
  }

  private static func low(_ value: Int, _ bits: Int, _ signed: Bool) -> Int {
    let code = value & (1 << bits - 1)
    return signed && code >> (bits - 1) == 1 ? code - 1 << bits : code
  }

  private static func isIntegral(_ s: Sample) -> Bool {
    isCountable(s) && s.expected.allSatisfy { abs($0 - $0.rounded()) < 0.25 }
  }

  /// Whether all values can be taken as integers: a file may hold any.
  private static func isCountable(_ s: Sample) -> Bool {
    s.expected.allSatisfy { abs($0) < 1e15 } && s.actual.allSatisfy { abs($0) < 1e15 }
  }

  /// One straight line through all pairs, other than the identity.
  private static func affine(_ s: Sample) -> Diagnosis? {
    guard let low = s.actual.indices.min(by: { s.actual[$0] < s.actual[$1] }),
      let high = s.actual.indices.max(by: { s.actual[$0] < s.actual[$1] }),
      s.actual[high] > s.actual[low]
    else { return nil }
    let scale = (s.expected[high] - s.expected[low]) / (s.actual[high] - s.actual[low])
    let offset = s.expected[low] - scale * s.actual[low]
    guard scale != 0 else { return nil }
    let tolerance = s.isFloat ? s.tolerance : 0.01 * max(1, abs(scale))
    let fits = s.expected.indices.allSatisfy {
      abs(scale * s.actual[$0] + offset - s.expected[$0]) <= tolerance
    }
    // Two different values always fit a line; ask for a third.
    guard fits, Set(s.actual).count > 2 || scale == 1 else { return nil }
    return .affine(scale: scale, offset: offset)
  }

  /// A constant difference in every channel, not the same in all.
  private static func bias(_ s: Sample) -> Diagnosis? {
    guard s.channels > 1, s.expected.count / s.channels > 1 else { return nil }
    var offsets = [Double?](repeating: nil, count: s.channels)
    for i in s.expected.indices {
      let d = s.expected[i] - s.actual[i]
      if let known = offsets[i % s.channels] {
        guard abs(known - d) < s.tolerance else { return nil }
      } else {
        offsets[i % s.channels] = d
      }
    }
    return .bias(channels: offsets.count { abs($0 ?? 0) > s.tolerance })
  }

  /// One of the usual reorderings turns the actual frame into the expected one.
  private static func permutation(_ s: Sample) -> Diagnosis? {
    // A few values change places in some order or other.
    guard Displacement.says(s, s.differing.count, atLeast: 4) else { return nil }
    for candidate in Permutation.candidates(for: s.layout) {
      guard let source = candidate.source() else { continue }
      let whole = s.expected.count / s.perFrame * s.perFrame
      let agrees =
        whole > 0
        && (0..<whole).allSatisfy {
          let (base, i) = ($0 / s.perFrame * s.perFrame, $0 % s.perFrame)
          return abs(s.actual[$0] - s.expected[base + source[i]]) <= s.tolerance
        }
      if agrees { return .permutation(candidate.name) }
    }
    return s.isFloat ? nil : BitOrder.explain(s).map(Diagnosis.permutation)
  }

  /// From the first difference on, the words are those of some words later or earlier.
  ///
  /// - Parameter isLikely: nothing else in front of it moves a picture's pixels.
  private static func shift(_ s: Sample, isLikely: Bool) -> Diagnosis? {
    shift(s, (1...16).flatMap { [$0, -$0] }, leastBits: isLikely ? 8 : 24)
  }

  /// Distances that are tried at most.
  private static let mostShifts = 1 << 16

  /// A shift by more words than a hiccup: a dump that begins somewhere else.
  private static func farShift(_ s: Sample) -> Diagnosis? {
    let words = s.expected.count / s.layout.elements
    let far = 17..<max(17, min(words - 8, 17 + mostShifts))
    return shift(s, far.flatMap { [$0, -$0] }, leastBits: 24)
  }

  /// The first of some distances in words that explains everything from the first difference on.
  ///
  /// - Parameter leastBits: what the differences explained must say together, so that no distance fits by
  ///   chance: each is as good as the number of values there are.
  private static func shift(_ s: Sample, _ distances: [Int], leastBits: Double) -> Diagnosis? {
    let word = s.layout.elements
    guard let first = s.differing.first else { return nil }
    let start = first / word * word
    let found = distances.first { words in
      let distance = words * word
      let from = max(start, -distance)
      let end = min(s.actual.count, s.expected.count - distance)
      // What leaves most words without a counterpart is none.
      guard 2 * (end - from) >= s.actual.count - start, explains(s, from..<end, at: distance) else {
        return false
      }
      return Displacement.says(
        s, s.differing.count { (from..<end).contains($0) }, atLeast: leastBits)
    }
    return found.map { .shift(words: $0, from: start / word) }
  }

  private static func explains(_ s: Sample, _ range: Range<Int>, at distance: Int) -> Bool {
    range.allSatisfy { abs(s.actual[$0] - s.expected[$0 + distance]) <= s.tolerance }
  }

  private static func constant(_ s: Sample) -> Diagnosis? {
    guard let value = s.actual.first, s.actual.allSatisfy({ $0 == value }) else { return nil }
    return .constant(Int(exactly: value.rounded()) ?? 0)
  }

  private static func previousFrame(_ s: Sample) -> Diagnosis? {
    guard s.expected.count > s.perFrame else { return nil }
    let late = s.perFrame..<s.expected.count
    let agrees = late.allSatisfy { abs(s.actual[$0] - s.expected[$0 - s.perFrame]) <= s.tolerance }
    return agrees ? .previousFrame : nil
  }

  /// All frames are those of some frames later or earlier.
  private static func otherFrame(_ s: Sample) -> Diagnosis? {
    let frames = s.expected.count / s.perFrame
    guard frames > 2 else { return nil }
    for distance in (1..<frames - 1).flatMap({ [$0, -$0] }) {
      if agrees(s, at: distance * s.perFrame) { return .otherFrame(distance) }
    }
    return nil
  }

  /// Whether the values are those `distance` elements later, with enough of them to tell.
  private static func agrees(_ s: Sample, at distance: Int) -> Bool {
    let (first, end) = (max(0, -distance), min(s.actual.count, s.expected.count - distance))
    guard end - first >= 8 * s.layout.elements else { return false }
    var varies = false
    for i in first..<end {
      guard abs(s.actual[i] - s.expected[i + distance]) <= s.tolerance else { return false }
      varies = varies || s.actual[i] != s.actual[first]
    }
    return varies
  }
}
