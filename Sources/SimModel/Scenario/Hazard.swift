/// Where time, or a register too narrow, reaches into the bits of the real hardware. Each is a
/// measured defect or limit of a block, on by default, and can be turned off by name.
///
/// Source: docs/reference/hazards.md, a heading per hazard.
public enum Hazard: String, Sendable, Codable, CaseIterable {
  case frozenZero = "mvu-dsp48-frozen-zero"
  case startUpWords = "mvu-startup-words"
  case weightStallLast = "mvu-weight-stall-last"
  case narrowWrap = "thresholding-narrow-wrap"
  case staleFrame = "stale-frame"

  /// What the hardware does, and when.
  public var explanation: String {
    switch self {
    case .frozenZero:
      "A DSP48 core that freezes (its result has nowhere to go) right after it took a pair of "
        + "operands, and has no next pair in a frozen cycle, loses that pair's product. No "
        + "handshake moves, but the result is wrong, and so are its neighbours in the same DSP."
    case .startUpWords:
      "With a weight memory streamer the first weight is there in cycle 2. A core whose every slot "
        + "ends a result puts out a spurious zero word for each enabled cycle in which its first "
        + "activation waits for that weight; all later words are shifted by as many."
    case .weightStallLast:
      "When the last weight of a row comes later than its activation, the core puts out the partial "
        + "sum and then zeros, one per enabled cycle; the genuine result holds only the last product."
    case .narrowWrap:
      "Thresholds of fewer bits than their signed input: inputs whose upper bits agree with each "
        + "other but not with the threshold's sign bit wrap instead of saturating."
    case .staleFrame:
      "The block holds words over a frame border (padding emitted early, image rows no window "
        + "uses). Nothing is wrong while every frame has its exact number of words; after one "
        + "missing or surplus word all later frames are shifted."
    }
  }

  /// Reads a hazard's name.
  ///
  /// Throws `InputError` with the nearest name and all names.
  public init(named name: String) throws {
    guard let hazard = Hazard(rawValue: name) else {
      let names = Hazard.allCases.map(\.rawValue)
      let near = nearestName(to: name, among: names)
      throw InputError(
        "there is no hazard '\(name)'",
        hint: (near.map { "did you mean '\($0)'? " } ?? "") + "known: "
          + names.joined(separator: ", "))
    }
    self = hazard
  }
}
