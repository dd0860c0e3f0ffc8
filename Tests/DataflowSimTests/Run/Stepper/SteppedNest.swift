/// Which ports one iteration of an HLS loop nest reads and writes (bit i is port i).
struct Iteration: Equatable {
  var reads: UInt32 = 0
  var writes: UInt32 = 0
}

/// An HLS block: one iteration of its loop nest per initiation interval, results `latency` cycles later.
///
/// An iteration starts when its inputs are valid and each output it writes has room for another word in
/// flight (latency + 2 of them).
final class SteppedNest: SteppedBlock {
  private let inputs: [Int]
  private let outputs: [Int]
  private let frame: [Iteration]
  private let latency: Int
  private let interval: Int
  private var index = 0
  private var earliest = 0
  private var inFlight: [[Int]]

  init(inputs: [Int], outputs: [Int], frame: [Iteration], latency: Int, interval: Int) {
    self.inputs = inputs
    self.outputs = outputs
    self.frame = frame
    self.latency = latency
    self.interval = interval
    inFlight = Array(repeating: [], count: outputs.count)
  }

  var patience: Int {
    latency + interval * (2 + frame.count { $0.reads == 0 && $0.writes == 0 })
  }

  private func starts(_ wires: Wires, _ cycle: Int) -> Bool {
    let now = frame[index]
    return cycle >= earliest
      && inputs.indices.allSatisfy { now.reads >> $0 & 1 == 0 || wires.valid[inputs[$0]] }
      && outputs.indices.allSatisfy {
        now.writes >> $0 & 1 == 0 || inFlight[$0].count < latency + 2
      }
  }

  func settle(_ wires: inout Wires, cycle: Int) {
    let started = starts(wires, cycle)
    let now = frame[index]
    for port in inputs.indices {
      wires.ready[inputs[port]] = started && now.reads >> port & 1 == 1
    }
    for port in outputs.indices {
      let first =
        inFlight[port].first ?? (started && now.writes >> port & 1 == 1 ? cycle : nil)
      wires.valid[outputs[port]] = first.map { cycle >= $0 + latency } ?? false
    }
  }

  func clock(_ wires: Wires, cycle: Int) {
    if starts(wires, cycle) {
      for port in outputs.indices where frame[index].writes >> port & 1 == 1 {
        inFlight[port].append(cycle)
      }
      index = (index + 1) % frame.count
      earliest = cycle + interval
    }
    for port in outputs.indices where wires.moves(outputs[port]) { inFlight[port].removeFirst() }
  }
}
