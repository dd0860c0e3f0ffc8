/// The words in a FIFO over the cycles of a trace: a word counts from the cycle after it was written to
/// the cycle in which it is read.
struct FIFOWalk {
  private let writes: StreamBits
  private let reads: StreamBits
  private var now: Cycle
  /// What was told last.
  private var told: Int?
  private var isLost = false

  /// - Parameter bits: those of a stream that others look at too; nil: its own.
  init(
    _ trace: TraceFile, _ node: Node, from: Cycle = 0, bits shared: [String: StreamBits] = [:]
  ) throws {
    func bits(_ stream: String) throws -> StreamBits {
      try shared[stream] ?? StreamBits(trace, stream, from: from)
    }
    writes = try bits(node.inputs[0])
    reads = try bits(node.outputs[0])
    now = from
  }

  var damage: InputError? { writes.damage ?? reads.damage }

  /// Calls `body` with the cycles before `end`, in order, from which on the FIFO holds another number of
  /// words, and that number; nil from the cycle on in which the trace does not tell. May be called again with
  /// a later end.
  @inline(__always) mutating func steps(until end: Cycle, _ body: (Cycle, Int?) -> Void) {
    while now < end, !isLost {
      let block = now..<min(now + StreamBits.most, end)
      writes.load(block)
      reads.load(block)
      let known = max(now, min(end, writes.knownUntil, reads.knownUntil))
      var level = writes.before - reads.before
      var lost = known
      if level < 0 { lost = now }
      if level != told, lost > now { body(now, level) }
      let (ins, outs) = (writes.moves, reads.moves)
      blocks: for word in 0..<(block.count + 63) / 64 {
        var changes = ins[word] ^ outs[word]
        while changes != 0 {
          let bit = changes.trailingZeroBitCount
          let cycle = block.lowerBound + word << 6 + bit + 1
          guard cycle < min(lost, block.upperBound) else { break blocks }
          level += ins[word] >> UInt64(bit) & 1 == 1 ? 1 : -1
          // Less than nothing: the trace contradicts itself.
          if level < 0 { lost = cycle } else { body(cycle, level) }
          changes &= changes - 1
        }
      }
      told = level
      now = block.upperBound
      if lost < now {
        (isLost, told) = (true, nil)
        body(lost, nil)
      }
    }
  }

  /// Calls `body` with begin, end (not included) and level of every stretch up to `end` that the trace tells.
  @inline(__always) mutating func run(until end: Cycle, _ body: (Cycle, Cycle, Int) -> Void) {
    var since = now
    var present = told
    steps(until: end) { cycle, level in
      if let present, since < cycle { body(since, cycle, present) }
      (since, present) = (cycle, level)
    }
    if let present, since < end { body(since, end, present) }
  }
}

extension TraceFile {
  /// Whether `node` is a FIFO of which both ends are recorded.
  func isRecordedFIFO(_ node: Node) -> Bool {
    node.isFIFO && node.inputs.count == 1 && node.outputs.count == 1 && records(node.inputs[0])
      && records(node.outputs[0])
  }

  /// Where tracks end: after the last handshake, and where words got stuck a twentieth later, so that the
  /// state in which they are stuck is there to be seen.
  package var end: Cycle {
    guard let report else { return (chunks.joined().map(\.lastCycle).max() ?? -1) + 1 }
    let last = report.lastHandshakeCycle ?? -1
    return switch report.outcome {
    case .complete: last + 1
    case .maxCycles: report.maxCycles ?? last + 1
    case .deadlock, .starved: last + 2 + last / 20
    }
  }
}
