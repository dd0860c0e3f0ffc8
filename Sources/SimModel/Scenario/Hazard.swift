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
  case windowLeftoverRows = "hls-window-leftover-rows"
  case queueOverflow = "mvu-queue-overflow"
  case stalePage = "inner-shuffle-stale-page"
  case wideInput = "requant-wide-input"
  case lostWord = "crop-lost-word"

  /// Whether only blocks of FINN's development branch have it.
  public var isDevelopment: Bool {
    switch self {
    case .queueOverflow, .stalePage, .wideInput, .lostWord: true
    case .frozenZero, .startUpWords, .weightStallLast, .narrowWrap, .staleFrame,
      .windowLeftoverRows:
      false
    }
  }

  /// Whether a core puts out words that are nobody's results.
  public var makesWords: Bool { self == .startUpWords || self == .weightStallLast }

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
    case .windowLeftoverRows:
      "The HLS sliding window reads whole blocks of as many rows as its stride. Rows that fill no "
        + "block stay in its input and are taken for the beginning of the next frame: the first frame "
        + "is right, every later one is shifted, under every stimulus."
    case .queueOverflow:
      "A core of FINN's development branch locks its operands out one cycle after a result had to wait, "
        + "and takes depth + 1 more slots until then. If that many slots are more results than its output "
        + "queue holds, the oldest result is undefined; where the queue's pointer wraps, all that wait "
        + "and as many again vanish, and what follows starves. SIMD = MW (SF 1) always qualifies."
    case .stalePage:
      "The inner shuffle of FINN's development branch (April 2026) reads its second page without "
        + "waiting for it: after an odd number of frames a page of old words comes out unasked, with a "
        + "slow source words carry old data, and a page counts as complete one word early."
    case .wideInput:
      "Requant_rtl cuts inputs wider than its multiplier (27 bits; 25 on a DSP48E1) to their upper "
        + "bits and does not adapt the shift: all results are wrong."
    case .lostWord:
      "Crop_rtl stays ready over a word it drops while both its registers are full; if the next word "
        + "is one to keep, it vanishes."
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
