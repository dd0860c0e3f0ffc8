/// One input to two outputs, a register for each.
///
/// ```
/// In[i] = max(p(i), OutA[i-1], OutB[i-1])
/// OutA[i], OutB[i] offered from In[i] + 1
/// ```
/// A word is accepted in the cycle in which both registers are empty or being emptied.
/// Source: docs/reference/rtl-rules.md#elementary-blocks.
struct ForkProcess: Process {
  let input: Link
  let outputs: [Link]

  mutating func run() {
    let a = outputs[0], b = outputs[1]
    while true {
      guard input.pointee.available > 0 else {
        input.pointee.readerWaits = true
        return
      }
      guard a.pointee.isTaken, b.pointee.isTaken else {
        a.pointee.writerWaits = !a.pointee.isTaken
        b.pointee.writerWaits = !b.pointee.isTaken
        return
      }
      let t = max(input.pointee.offered, a.pointee.takenAt, b.pointee.takenAt)
      input.pointee.read(at: t)
      a.pointee.offer(at: t + 1)
      b.pointee.offer(at: t + 1)
    }
  }

  func listState(_ state: inout StateList) {}
}

/// Two inputs side by side in one output word, without a register: all three handshakes happen in
/// the same cycle. Source: docs/reference/rtl-rules.md#elementary-blocks.
struct JoinProcess: Process {
  let inputs: [Link]
  let output: Link
  private var isOffered = false

  init(inputs: [Link], output: Link) {
    self.inputs = inputs
    self.output = output
  }

  mutating func run() {
    let a = inputs[0], b = inputs[1]
    while true {
      if isOffered {
        guard output.pointee.isTaken else {
          output.pointee.writerWaits = true
          return
        }
        let t = output.pointee.takenAt
        isOffered = false
        a.pointee.read(at: t)
        b.pointee.read(at: t)
      }
      guard a.pointee.available > 0, b.pointee.available > 0 else {
        a.pointee.readerWaits = a.pointee.available == 0
        b.pointee.readerWaits = b.pointee.available == 0
        return
      }
      output.pointee.offer(at: max(a.pointee.offered, b.pointee.offered))
      isOffered = true
    }
  }

  func listState(_ state: inout StateList) { state.phase(isOffered ? 1 : 0) }
}

/// Passes the words at odd rows and odd columns and drops the others, without a register: a dropped
/// word is taken when offered, a passed one when the output is ready.
/// Source: docs/reference/rtl-rules.md#elementary-blocks.
struct DecimateProcess: Process {
  let input: Link
  let output: Link
  let height: Int
  let width: Int
  let wordsPerPixel: Int
  private var word = 0
  private var isOffered = false

  init(input: Link, output: Link, height: Int, width: Int, wordsPerPixel: Int) {
    self.input = input
    self.output = output
    self.height = height
    self.width = width
    self.wordsPerPixel = wordsPerPixel
  }

  mutating func run() {
    while true {
      if isOffered {
        guard output.pointee.isTaken else {
          output.pointee.writerWaits = true
          return
        }
        isOffered = false
        take(at: output.pointee.takenAt)
      }
      guard input.pointee.available > 0 else {
        input.pointee.readerWaits = true
        return
      }
      let pixel = word / wordsPerPixel
      if pixel % width % 2 == 1, pixel / width % 2 == 1 {
        output.pointee.offer(at: input.pointee.offered)
        isOffered = true
      } else {
        take(at: input.pointee.offered)
      }
    }
  }

  private mutating func take(at t: Cycle) {
    input.pointee.read(at: t)
    word = word + 1 == height * width * wordsPerPixel ? 0 : word + 1
  }

  func listState(_ state: inout StateList) {
    state.phase(word)
    state.phase(isOffered ? 1 : 0)
  }
}

extension Fork: TimedBlock {
  package func timing() -> BlockTiming {
    BlockTiming(body: .process { ForkProcess(input: $0.inputs[0], outputs: $0.outputs) })
  }
}

extension Join: TimedBlock {
  package func timing() -> BlockTiming {
    BlockTiming(body: .process { JoinProcess(inputs: $0.inputs, output: $0.outputs[0]) })
  }
}

extension Decimate: TimedBlock {
  package func timing() -> BlockTiming {
    let (height, width, words) = (imgDim[0], imgDim[1], wordsPerPixel)
    return BlockTiming(
      body: .process {
        DecimateProcess(
          input: $0.inputs[0], output: $0.outputs[0], height: height, width: width,
          wordsPerPixel: words)
      })
  }
}
