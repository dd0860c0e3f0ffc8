extension TokenInsertion: TimedBlock {
  package func timing() -> BlockTiming {
    let (token, frame, pad) = (fold, tokens * fold, padding * fold)
    return BlockTiming(
      busyCycles: expectedCycles,
      body: .process {
        TokenInserter(
          input: $0.inputs[0], output: $0.outputs[0], token: token, frame: frame, pad: pad)
      }
    ).inexact(node.beforeAugust)
  }
}

/// Wires only: the words of the token, then those of the frame as they come, then the padding. Token and
/// padding need no input, so after a frame the next frame's token follows at once, unasked.
/// Source: docs/reference/development-branch.md#class-token.
struct TokenInserter: Process {
  let input: Link
  let output: Link
  /// Words of the token, of a frame of the input, and of the padding.
  let token: Int
  let frame: Int
  let pad: Int
  private var position = 0
  private var isOffered = false

  init(input: Link, output: Link, token: Int, frame: Int, pad: Int) {
    self.input = input
    self.output = output
    self.token = token
    self.frame = frame
    self.pad = pad
  }

  private var passes: Bool { position >= token && position < token + frame }

  mutating func run() {
    while true {
      if isOffered {
        guard output.pointee.isTaken else {
          output.pointee.writerWaits = true
          return
        }
        isOffered = false
        if passes { input.pointee.read(at: output.pointee.takenAt) }
        position = position + 1 == token + frame + pad ? 0 : position + 1
      }
      // The first word of all is valid in cycle 0.
      let free = max(0, output.pointee.takenAt + 1)
      if passes {
        guard input.pointee.available > 0 else {
          input.pointee.readerWaits = true
          return
        }
        output.pointee.offer(at: max(input.pointee.offered, free))
      } else {
        output.pointee.offer(at: free)
      }
      isOffered = true
    }
  }

  func listState(_ state: inout StateList) {
    state.phase(position)
    state.phase(isOffered ? 1 : 0)
  }
}
