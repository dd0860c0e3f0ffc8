/// The place in a stream where faults strike: a handshake that loses, repeats or holds back words.
///
/// A word that no fault concerns passes in the same cycle, as over a wire.
struct FaultRelay: Process {
  let input: Link
  let output: Link
  let faults: StreamFaults
  private var index = 0
  private var copies = 0
  private var isOffered = false

  init(input: Link, output: Link, faults: StreamFaults) {
    self.input = input
    self.output = output
    self.faults = faults
  }

  mutating func run() {
    while true {
      if isOffered {
        guard output.pointee.isTaken else {
          output.pointee.writerWaits = true
          return
        }
        isOffered = false
        if copies == 0 { take(at: output.pointee.takenAt) }
      }
      guard input.pointee.available > 0 else {
        input.pointee.readerWaits = true
        return
      }
      if faults.dropped.contains(index) {
        take(at: faults.released(input.pointee.offered))
        continue
      }
      if copies == 0 { copies = faults.repeated.contains(index) ? 2 : 1 }
      guard output.pointee.isTaken else {
        output.pointee.writerWaits = true
        return
      }
      let offered = input.pointee.offered + faults.delays[index, default: 0]
      output.pointee.offer(at: faults.released(max(offered, output.pointee.takenAt + 1)))
      copies -= 1
      isOffered = true
    }
  }

  private mutating func take(at t: Cycle) {
    input.pointee.read(at: max(t, input.pointee.offered))
    index += 1
  }

  func listState(_ state: inout StateList) {
    // A run with a fault to come never repeats its state.
    state.phase(index)
    state.phase(copies)
    state.phase(isOffered ? 1 : 0)
  }
}

/// The faults of one stream that concern when words move and how many.
struct StreamFaults: Sendable {
  var dropped: Set<Int> = []
  var repeated: Set<Int> = []
  var delays: [Int: Int] = [:]
  /// Cycles in which no word is offered.
  var stops: [Range<Cycle>] = []

  /// The first cycle at or after `t` in which no stop lies.
  func released(_ t: Cycle) -> Cycle {
    var t = t
    for stop in stops where stop.contains(t) { t = stop.upperBound }
    return t
  }

  /// By stream, what the faults of `scenario` do to its words in `design`.
  static func all(_ scenario: Scenario, _ design: Design) throws -> [String: StreamFaults] {
    var all: [String: StreamFaults] = [:]
    for (index, fault) in scenario.faults.enumerated() {
      try design.requireTarget(of: fault, at: "faults[\(index)]")
      switch fault {
      case .drop(let stream, let word):
        all[stream, default: .init()].dropped.insert(word)
      case .duplicate(let stream, let word):
        all[stream, default: .init()].repeated.insert(word)
      case .delay(let stream, let word, let cycles):
        all[stream, default: .init()].delays[word, default: 0] += cycles
      case .stop(let stream, let from, let cycles):
        all[stream, default: .init()].addStop(from, cycles)
      case .holdDMA(let node, let from, let cycles):
        let dma = design.nodes.first { $0.name == node }
        guard let stream = dma.flatMap({ $0.streamSide }) else { continue }
        all[stream, default: .init()].addStop(from, cycles)
      case .swap, .corrupt, .burstOrder, .reset: continue
      }
    }
    return all
  }

  private mutating func addStop(_ from: Cycle, _ cycles: Int) {
    stops.append(from..<from + cycles)
    stops.sort { $0.lowerBound < $1.lowerBound }
  }
}

extension Node {
  /// The stream of a DMA that is not memory.
  var streamSide: String? {
    attributes["direction"] == .string("out") ? inputs.first : outputs.first
  }
}
