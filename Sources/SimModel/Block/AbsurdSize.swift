/// Sizes nobody means. They are refused where a block is made, so that whatever asks a block can
/// multiply what it answers: a tensor has fewer than 2^31 elements, a frame at most 2^32 cycles, and an
/// attribute is at most 2^31.
extension Block {
  /// Beyond this a run would take hours; real designs stay below by a factor of a hundred.
  package static var mostCycles: Int { 1 << 32 }

  /// What about the sizes of the block is absurd; nil: nothing.
  package var absurdSize: InputError? {
    for port in inputs + outputs {
      guard let shape = port.normalShape, !StreamSettings.isPlausible(shape: shape) else {
        continue
      }
      return InputError(
        "a tensor of shape \(shape) is too large to be streamed", hint: "fewer than 2^31 elements")
    }
    guard let words = (inputs + outputs).compactMap(\.words).max(), words >= 1 << 31 else {
      return expectedCycles <= Self.mostCycles
        ? nil
        : InputError(
          "\(expectedCycles) cycles per frame are more than simrun simulates",
          hint: "at most 2^32; is the folding (PE, SIMD) right?")
    }
    return InputError("\(words) words per frame are too many", hint: "fewer than 2^31")
  }

  /// The block's estimate, or an error at `place` where it is beyond any device.
  package func plausibleResources(on family: DSPFamily, at place: String? = nil) throws
    -> ResourceEstimate
  {
    let estimate = resources(on: family)
    let most = [estimate.finn, estimate.corrected].flatMap { [$0.lut, $0.bram18, $0.uram, $0.dsp] }
    guard let beyond = most.first(where: { $0 < 0 || $0 > Resources.mostPlausible }) else {
      return estimate
    }
    throw InputError(
      "an estimate of \(beyond) is beyond any device", at: place ?? opType,
      hint: "are the data types and the folding (PE, SIMD) right?")
  }
}
