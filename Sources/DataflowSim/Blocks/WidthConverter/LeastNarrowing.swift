/// The least a narrowing converter holds.
struct LeastNarrowing: Process {
  let input: Link
  let output: Link
  let ratio: Int
  private var piece: Int
  private var last = Cycle.never

  init(input: Link, output: Link, ratio: Int) {
    self.input = input
    self.output = output
    self.ratio = ratio
    piece = ratio
  }

  mutating func run() {
    while true {
      if piece == ratio {
        guard input.pointee.available > 0 else {
          input.pointee.readerWaits = true
          return
        }
        last = max(last + 1, input.pointee.offered)
        input.pointee.read(at: last)
        piece = 0
      }
      guard output.pointee.isTaken else {
        output.pointee.writerWaits = true
        return
      }
      last = max(last, output.pointee.takenAt)
      output.pointee.offer(at: last + 1)
      piece += 1
    }
  }

  func listState(_ state: inout StateList) { state.phase(piece) }
}

extension LeastStorage {
  /// A narrowing converter is sure to take the next wide word once only the last piece of the one
  /// before is left.
  static func narrowing(ratio: Int) -> LeastStorage {
    LeastStorage(
      body: .process {
        LeastNarrowing(input: $0.inputs[0], output: $0.outputs[0], ratio: ratio)
      })
  }
}
