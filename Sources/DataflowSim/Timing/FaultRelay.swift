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
  /// Cycles in which no word is offered: in order, and with some between them once all are known.
  var stops: [Range<Cycle>] = []

  /// The first cycle at or after `t` in which no stop lies.
  func released(_ t: Cycle) -> Cycle {
    // The last stop that begins at or before `t`.
    var (low, high) = (0, stops.count)
    while low < high {
      let middle = (low + high) / 2
      if stops[middle].lowerBound <= t { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return t }
    return max(t, stops[low - 1].upperBound)
  }

  /// Sorts the stops and joins those with nothing between them.
  private mutating func orderStops() {
    var joined: [Range<Cycle>] = []
    for stop in stops.sorted(by: { $0.lowerBound < $1.lowerBound }) where !stop.isEmpty {
      if let last = joined.last, stop.lowerBound <= last.upperBound {
        joined[joined.count - 1] = last.lowerBound..<max(last.upperBound, stop.upperBound)
      } else {
        joined.append(stop)
      }
    }
    stops = joined
  }

  /// By stream, what the faults of `scenario` do to its words in `design`.
  static func all(_ scenario: Scenario, _ design: Design) throws -> [String: StreamFaults] {
    guard !scenario.faults.isEmpty else { return [:] }
    var all: [String: StreamFaults] = [:]
    let targets = FaultTargets(design)
    let dmas = Dictionary(
      design.nodes.compactMap { node in node.streamSide.map { (node.name, $0) } }
    ) { first, _ in first }
    for (index, fault) in scenario.faults.enumerated() {
      try targets.require(fault, at: "faults[\(index)]")
      switch fault {
      case .drop(let stream, let word):
        all[stream, default: .init()].dropped.insert(word)
      case .duplicate(let stream, let word):
        all[stream, default: .init()].repeated.insert(word)
      case .delay(let stream, let word, let cycles):
        all[stream, default: .init()].delays[word, default: 0] += cycles
      case .stop(let stream, let from, let cycles):
        all[stream, default: .init()].stops.append(from..<from + cycles)
      case .holdDMA(let node, let from, let cycles):
        guard let stream = dmas[node] else { continue }
        all[stream, default: .init()].stops.append(from..<from + cycles)
      case .swap, .corrupt, .burstOrder, .reset: continue
      }
    }
    return all.mapValues { faults in
      var faults = faults
      faults.orderStops()
      return faults
    }
  }
}

extension Node {
  /// The stream of a DMA that is not memory.
  package var streamSide: String? {
    attributes["direction"] == .string("out") ? inputs.first : outputs.first
  }
}
