/// Which compute core FINN's development branch instantiates, and how deep it and its queue are.
///
/// Source: docs/reference/development-branch.md#multiply-cores.
package struct LockedCoreShape: Sendable, Equatable {
  package enum Kind: String, Sendable {
    /// Several narrow products in each DSP, summed in logic.
    case softVector = "soft vector"
    /// Three products per DSP58, in chains along SIMD.
    case int8 = "INT8"
  }

  package let kind: Kind
  /// Products a DSP of a soft-vector core computes at a time.
  package let lanes: Int
  /// Cycles from a slot to its result in the output queue (D).
  package let depth: Int
  /// M: the queue has M + 1 words.
  package let queueSize: Int
  /// Slots of a result (SF).
  package let fold: Int

  /// - Parameters:
  ///   - isVector: a VVAU.
  ///   - isNarrow: no weight is the most negative value of its type.
  ///   - segment: DSP58s chained without a register; 0: all.
  ///   - isPumped: computes at twice the clock.
  init(
    family: DSPFamily, isVector: Bool, weightBits: Int, activationBits: Int, isNarrow: Bool,
    simd: Int, segment: Int, isPumped: Bool, fold: Int
  ) {
    let lanes = Self.lanes(
      family, weightBits: weightBits, activationBits: activationBits, isNarrow: isNarrow)
    let isInt8 =
      isVector || family == .dsp58 && lanes <= 3 && weightBits <= 8 && activationBits <= 9
    self.lanes = lanes
    self.fold = fold
    kind = isInt8 ? .int8 : .softVector
    if isPumped {
      let fast = Self.depth(kind, simd: simd.dividedUp(by: 2), segment: segment)
      depth = 1 + (fast + 1) / 2
    } else {
      depth = Self.depth(kind, simd: simd, segment: segment)
    }
    queueSize =
      family == .dsp58
      ? 3 + Self.registers(simd: simd, segment: segment)
      : 3 + (simd + 1).ceilLog2 + (simd == 1 ? 1 : 0)
  }

  /// How many products one multiplier of the family holds side by side.
  static func lanes(
    _ family: DSPFamily, weightBits: Int, activationBits: Int, isNarrow: Bool
  ) -> Int {
    let width = family == .dsp48e1 ? 25 : 27
    guard width != weightBits else { return 1 }
    let room = width - (isNarrow ? 0 : 1) - weightBits
    return 1 + max(0, room) / max(1, weightBits + activationBits - 1)
  }

  /// DSPs for `pe` rows of `simd` products.
  func dsps(pe: Int, simd: Int) -> Int {
    kind == .int8 ? pe * simd.dividedUp(by: 3) : pe.dividedUp(by: lanes) * simd
  }

  private static func depth(_ kind: Kind, simd: Int, segment: Int) -> Int {
    switch kind {
    case .int8: 3 + registers(simd: simd, segment: segment)
    case .softVector: simd == 1 ? 5 : 4 + simd.ceilLog2
    }
  }

  /// Registers between the segments of a chain.
  private static func registers(simd: Int, segment: Int) -> Int {
    segment == 0 ? 0 : (simd.dividedUp(by: 3) - 1) / segment
  }

  /// What the queue's pointer counts up to without overflowing: it has a sign and just enough bits for
  /// M + 1 words.
  var pointerRange: Int { 1 << max(1, (queueSize + 1).ceilLog2) }

  /// The most results that can wait after one has met a blocked register: the core takes `depth` + 1
  /// further slots before the lock falls.
  package var mostWaiting: Int { 1 + (depth + 1) / fold }

  /// Whether more results can wait than the queue holds (hazard `mvu-queue-overflow`).
  package var canOverflow: Bool { mostWaiting > queueSize + 1 }
  /// What the hazard needs and does here, in words.
  var overflowCondition: String {
    "\(mostWaiting) results can wait behind a blocked word (SF \(fold), depth \(depth)), the queue holds "
      + "\(queueSize + 1): needs back-pressure for \(depth + 2) cycles; "
      + (canLoseWords
        ? "\(2 * pointerRange) words vanish each time" : "one result is undefined each time")
  }

  /// Whether they can be so many that whole words vanish.
  package var canLoseWords: Bool { mostWaiting > pointerRange }
}

extension LockedCoreShape {
  var hazardConditions: [HazardCondition] {
    canOverflow ? [HazardCondition(.queueOverflow, .byTime, overflowCondition)] : []
  }
}
