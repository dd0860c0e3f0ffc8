/// ConvolutionInputGenerator_rtl, parallel style: a shift register that shows the whole window in one
/// output word.
///
/// ```
/// O[j] offered from A[last[j]] + 1
/// A[i] = max(p(i), A[i-1] + 1), and ≥ O[j] if word i−1 completed window j
/// A[0] of the next frame ≥ 1 + max(O[last], A[N-1])
/// ```
/// There is no buffer beyond the shift register: one complete window not taken blocks the input.
/// Source: docs/reference/sliding-windows.md#parallel-style.
struct ShiftWindow: Process {
  let input: Link
  let output: Link
  private let geometry: WindowGeometry
  private let frameWords: Int
  private let outputs: Int
  private var accepted = 0
  private var produced = 0
  /// Index of the word that completes the next window.
  private var completes: Int
  /// The next word may not be accepted before this cycle.
  private var earliest = Cycle.never
  private var isOffered = false
  private var lastOutput = Cycle.never

  init(input: Link, output: Link, geometry: WindowGeometry) {
    self.input = input
    self.output = output
    self.geometry = geometry
    frameWords = geometry.inputWords
    outputs = geometry.windows * geometry.fold
    completes = geometry.span - geometry.fold
  }

  mutating func run() {
    while true {
      if isOffered {
        guard output.pointee.isTaken else {
          output.pointee.writerWaits = true
          return
        }
        isOffered = false
        lastOutput = output.pointee.takenAt
        earliest = lastOutput
      }
      if accepted == frameWords { startFrame() }
      guard input.pointee.available > 0 else {
        input.pointee.readerWaits = true
        return
      }
      let t = max(input.pointee.offered, earliest)
      input.pointee.read(at: t)
      accepted += 1
      if accepted - 1 == completes {
        output.pointee.offer(at: t + 1)
        isOffered = true
        nextWindow()
      }
    }
  }

  private mutating func nextWindow() {
    produced += 1
    guard produced < outputs else {
      completes = -1
      return
    }
    completes =
      geometry.start(produced / geometry.fold) + geometry.span - geometry.fold
      + produced % geometry.fold
  }

  private mutating func startFrame() {
    earliest = max(earliest, lastOutput + 1)
    accepted = 0
    produced = 0
    completes = geometry.span - geometry.fold
  }

  func listState(_ state: inout StateList) {
    state.phase(accepted)
    state.phase(produced)
    state.phase(isOffered ? 1 : 0)
    state.time(earliest)
    state.time(lastOutput)
  }
}
