/// The elementwise RTL core of FINN's development branch: a register per operand, a pipeline of latency L,
/// and 8 credits for its output queue.
///
/// ```
/// In0[i], In1[i] = max(p(i), T[i-1] + 1)        a memory streamer offers its words from cycle 5 on
/// T[i]           = max(In0[i], In1[i], T[i-1] + 1, Out[i-8] + 1)
/// Out[i] offered from max(T[i] + L + 2, Out[i-1] + 1)
/// ```
/// L is 2 for sums and 3 for products; PE has no influence. Source: docs/reference/development-branch.md#elementwise. The later core
/// (section 7) was read, not measured: L + 3 credits, and integers.
struct EltwiseCore: Process {
  /// In front of each operand, and behind the pipeline.
  static let operandStage = Stage(latency: 0, capacity: 1)

  let operands: [Link]
  let output: Link
  /// When the first word of a constant is there.
  let constantFrom: Cycle

  mutating func run() {
    while true {
      var ready = constantFrom
      var isComplete = true
      for operand in operands {
        if operand.pointee.available > 0 {
          ready = max(ready, operand.pointee.offered)
        } else {
          operand.pointee.readerWaits = true
          isComplete = false
        }
      }
      guard isComplete else { return }
      guard let room = output.pointee.room else {
        output.pointee.writerWaits = true
        return
      }
      let t = max(ready, room)
      for operand in operands { operand.pointee.read(at: t) }
      output.pointee.admit(at: t, readySince: ready)
    }
  }

  func listState(_ state: inout StateList) {}
}

extension Elementwise {
  var coreTiming: BlockTiming {
    let isConstant = inputs.count == 1
    let generation = node.generation
    return BlockTiming(
      inputStages: inputs.map { _ in [EltwiseCore.operandStage] },
      outputStages: [[Stage(latency: coreLatency + 2, capacity: coreCredits)]],
      exactness: coreExactness,
      body: .process {
        EltwiseCore(
          operands: $0.inputs, output: $0.outputs[0],
          constantFrom: isConstant ? MemoryStreamer.firstCycle(generation) : 0)
      })
  }

  private var isMeasured: Bool { node.generation == .dev2026_04 }

  /// Cycles of the pipeline (L).
  private var coreLatency: Int {
    let isFloat = left.dataType == .float32 || right.dataType == .float32
    let isMixed = isFloat && left.dataType != right.dataType
    guard isFloat || isMeasured else { return operation == "Mul" ? 3 : 1 }
    return (operation == "Mul" ? 3 : 2) + (isMixed ? 1 : 0)
  }

  private var coreCredits: Int { isMeasured ? 8 : coreLatency + 3 }

  private var coreExactness: Exactness {
    let words = outputs[0].words
    if inputs.contains(where: { $0.words != words }) {
      return .approximate("a stream of fewer words than the result was not measured")
    }
    if isMeasured, left.dataType != .float32 || right.dataType != .float32 {
      return .approximate("the RTL block of this FINN computes FLOAT32 alone")
    }
    return isMeasured
      ? .exact
      : .approximate("the elementwise core of \(node.generation.rawValue) was read, not measured")
  }
}
