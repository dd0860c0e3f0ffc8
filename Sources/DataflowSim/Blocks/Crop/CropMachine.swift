/// Crop_rtl: registers A and B and a ready bit; words outside the border left are dropped.
///
/// ```
/// B loads        if it is empty or its word is taken: A if that holds a word, else the kept word just taken
/// A holds next   if B does not load and A held a word or a kept word was taken
/// ready next     if the current word is dropped, or B loads, or A is empty and no kept word was taken
/// ```
/// Ready stays 1 over a dropped word while A and B are full; a kept word that comes next vanishes (hazard
/// `crop-lost-word`). Source: docs/reference/development-branch.md#crop.
struct CropMachine: RegisterMachine {
  let geometry: CropGeometry
  /// Ready only if A will have room; what the file meant.
  let isRepaired: Bool
  let log: CoreLog?

  private(set) var isReady = true
  private var a: Int?
  private var b: Int?
  /// The current word of the frame, and the next kept word of the run.
  private var position = 0
  private var kept = 0

  init(_ geometry: CropGeometry, isRepaired: Bool, log: CoreLog?) {
    self.geometry = geometry
    self.isRepaired = isRepaired
    self.log = log
  }

  var isValid: Bool { b != nil }
  var word: CoreResult? { b.map(CoreResult.whole) }

  mutating func clock(accepts: Bool, takes: Bool) {
    let isKept = geometry.keeps(position)
    let loads = b == nil || takes
    let taken = accepts && isKept ? kept : nil
    let wasEmpty = a == nil
    if a != nil, taken != nil { log?.strike(.lostWord) }
    if loads {
      b = a ?? taken
      a = nil
    } else {
      a = a ?? taken
    }
    isReady = isRepaired ? a == nil : !isKept || loads || (taken == nil && wasEmpty)
    if accepts {
      position = position + 1 == geometry.words ? 0 : position + 1
      if isKept { kept += 1 }
    }
  }

  var phases: [Int] { [position, isReady ? 1 : 0, a == nil ? 0 : 1, b == nil ? 0 : 1] }

  static func == (x: CropMachine, y: CropMachine) -> Bool {
    x.position == y.position && x.isReady == y.isReady && x.a == y.a && x.b == y.b
  }
}

/// Which words of a frame lie inside.
struct CropGeometry: Sendable, Equatable {
  /// Rows, columns and words per pixel of the input.
  let height: Int
  let width: Int
  let fold: Int
  /// Rows and columns cut: top, left, bottom, right.
  let cut: [Int]

  var words: Int { height * width * fold }

  /// Whether a dropped word comes between two kept ones.
  var losesWords: Bool {
    let kept = (height - cut[0] - cut[2]) * (width - cut[1] - cut[3]) * fold
    return kept < words
  }

  func keeps(_ word: Int) -> Bool {
    let pixel = word / fold
    let (y, x) = (pixel / width, pixel % width)
    return y >= cut[0] && y < height - cut[2] && x >= cut[1] && x < width - cut[3]
  }
}
