/// The place in a stream where faults strike: a handshake that loses, repeats or holds back words, and
/// the border between blocks that are reset and blocks that are not.
///
/// A word that no fault concerns passes in the same cycle, as over a wire.
struct FaultRelay: Process {
  let input: Link
  let output: Link
  let faults: StreamFaults
  let state: State

  /// What a reset changes.
  final class State {
    /// Words that have left the input, counted as faults count them.
    var index = 0
    /// Cycle 0 of the blocks on either side: those that were reset count from there.
    var inputOrigin: Cycle = 0
    var outputOrigin: Cycle = 0
    fileprivate var copies = 0
    fileprivate(set) var isOffered = false

    /// The word on its way is offered anew, if it is still there.
    func forgetOffer() {
      copies = 0
      isOffered = false
    }
  }

  mutating func run() {
    while true {
      if state.isOffered {
        guard output.pointee.isTaken else {
          output.pointee.writerWaits = true
          return
        }
        state.isOffered = false
        if state.copies == 0 { take(at: takenAt) }
      }
      guard input.pointee.available > 0 else {
        input.pointee.readerWaits = true
        return
      }
      let offered = input.pointee.offered + state.inputOrigin
      if faults.dropped.contains(state.index) {
        take(at: faults.released(offered))
        continue
      }
      if state.copies == 0 { state.copies = faults.repeated.contains(state.index) ? 2 : 1 }
      guard output.pointee.isTaken else {
        output.pointee.writerWaits = true
        return
      }
      let late = offered + faults.delays[state.index, default: 0]
      let t = faults.released(max(late, takenAt + 1, state.outputOrigin))
      output.pointee.offer(at: t - state.outputOrigin)
      state.copies -= 1
      state.isOffered = true
    }
  }

  private var takenAt: Cycle { output.pointee.takenAt + state.outputOrigin }

  private func take(at t: Cycle) {
    input.pointee.read(at: max(t - state.inputOrigin, input.pointee.offered))
    state.index += 1
  }

  func listState(_ list: inout StateList) {
    // A run with a fault to come never repeats its state.
    list.phase(state.index)
    list.phase(state.copies)
    list.phase(state.isOffered ? 1 : 0)
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
  package var streamSide: String? {
    attributes["direction"] == .string("out") ? inputs.first : outputs.first
  }
}
