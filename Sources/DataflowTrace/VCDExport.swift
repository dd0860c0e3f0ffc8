import Foundation

/// A trace as a value change dump (IEEE 1364), for GTKWave and Surfer.
///
/// A value that changes at time c × period holds in cycle c, the one that ends with rising edge c:
/// a handshake is valid and ready both 1 in a cycle. Ready is `x` while no word is valid and nothing
/// else tells it; into a FIFO the occupancy does, at a sink that is always ready the scenario does.
struct VCDExport {
  private let trace: TraceFile
  private let selection: TraceSelection
  private let streams: [String]
  private let fifos: [FIFO]
  /// By stream: the FIFO it enters or leaves.
  private let entered: [Int?]
  private let left: [Int?]
  private let isAlwaysReady: [Bool]

  private struct FIFO {
    var node: String
    var depth: Int
    var width: Int { Int.bitWidth - depth.leadingZeroBitCount }
  }

  init(_ trace: TraceFile, _ selection: TraceSelection) {
    self.trace = trace
    self.selection = selection
    streams = selection.streams
    let number = Dictionary(
      streams.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    var fifos: [FIFO] = []
    var entered = [Int?](repeating: nil, count: streams.count)
    var left = entered
    for node in trace.design.nodes {
      guard node.isFIFO, node.inputs.count == 1,
        node.outputs.count == 1, let input = number[node.inputs[0]],
        let output = number[node.outputs[0]], let depth = trace.depth(of: node)
      else { continue }
      entered[input] = fifos.count
      left[output] = fifos.count
      fifos.append(FIFO(node: node.name, depth: depth))
    }
    self.fifos = fifos
    self.entered = entered
    self.left = left
    isAlwaysReady = streams.map { stream in
      trace.design.graphOutputs.contains(stream)
        && (trace.scenario.sinks[stream]?.pattern ?? .always).isAlways
    }
  }

  func write(to output: TextOutput) throws -> InputError? {
    let clock = VCDClock(clockMHz: trace.design.clockMHz)
    var names = VCDNames()
    writeHeader(clock, &names, to: output)
    var merged = MergedLevels(
      try streams.map { try StreamLevels(trace, $0, from: selection.cycles.lowerBound) })
    var state = VCDState(streams: streams.count, fifos: fifos.count)
    for (n, fifo) in entered.enumerated() {
      if let fifo {
        state.occupancy[fifo] = (state.occupancy[fifo] ?? 0) + merged.streams[n].before
      }
      if let fifo = left[n] {
        state.occupancy[fifo] = (state.occupancy[fifo] ?? 0) - merged.streams[n].before
      }
    }
    var due: (cycle: Cycle, changes: [Int: Int]) = (0, [:])
    var isFirst = true
    var last = selection.cycles.lowerBound
    while true {
      let upcoming = [merged.cycle, due.changes.isEmpty ? nil : due.cycle].compactMap(\.self).min()
      guard let cycle = upcoming, cycle <= selection.cycles.upperBound else { break }
      var moved: [Int: Int] = [:]
      if cycle == due.cycle {
        for (fifo, change) in due.changes { state.occupancy[fifo]? += change }
        due.changes = [:]
      }
      while merged.cycle == cycle, let (stream, change) = merged.next() {
        apply(change, of: stream, &state)
        guard change.isHandshake else { continue }
        if let fifo = entered[stream] { moved[fifo, default: 0] += 1 }
        if let fifo = left[stream] { moved[fifo, default: 0] -= 1 }
      }
      if !moved.isEmpty { due = (cycle + 1, moved) }
      settleReady(&state)
      write(&state, at: cycle, clock, isFirst, to: output)
      isFirst = false
      last = cycle
    }
    output.write("#\(clock.time(last + 1))\n")
    return trace.damage ?? merged.damage
  }

  private func apply(_ change: StreamLevels.Change, of stream: Int, _ state: inout VCDState) {
    state.valid[stream] = change.valid
    if entered[stream] == nil, !isAlwaysReady[stream] { state.ready[stream] = change.ready }
    guard change.valid == .unknown else { return }
    for fifo in [entered[stream], left[stream]].compactMap(\.self) {
      state.occupancy[fifo] = nil
    }
    state.ready[stream] = .unknown
  }

  private func settleReady(_ state: inout VCDState) {
    for stream in streams.indices where state.valid[stream] != .unknown {
      if let fifo = entered[stream] {
        state.ready[stream] =
          state.occupancy[fifo].map { $0 < fifos[fifo].depth ? .high : .low } ?? .unknown
      } else if isAlwaysReady[stream] {
        state.ready[stream] = .high
      }
    }
  }

  private func write(
    _ state: inout VCDState, at cycle: Cycle, _ clock: VCDClock, _ isFirst: Bool,
    to output: TextOutput
  ) {
    let lines = state.changes(codes: (streams.count, fifos.map(\.width)))
    guard isFirst || !lines.isEmpty else { return }
    output.write("#\(clock.time(cycle))\n")
    if isFirst { output.write("$dumpvars\n") }
    for line in lines { output.write(line) }
    if isFirst { output.write("$end\n") }
  }
}

extension VCDExport {
  private func writeHeader(_ clock: VCDClock, _ names: inout VCDNames, to output: TextOutput) {
    output.write(
      """
      $version simrun trace $end
      $comment
        \(VCDNames.plain(trace.design.name)): cycle c is the time from c to c + 1 clock periods (\(clock.description)).
        A handshake is valid and ready both 1 in a cycle. ready is x while no word is valid, unless
        a FIFO's occupancy or a sink that is always ready tells it.
      $end
      $timescale \(clock.timescale) $end
      $scope module \(names.unique(trace.design.name, in: "")) $end

      """)
    let number = Dictionary(
      streams.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    var fifoByNode: [String: Int] = [:]
    for (n, fifo) in fifos.enumerated() { fifoByNode[fifo.node] = n }
    for node in trace.design.nodes {
      let ports = (node.inputs + node.outputs).filter { number[$0] != nil }
      guard !ports.isEmpty else { continue }
      let scope = names.unique(node.name, in: "design")
      output.write("$scope module \(scope) $end\n")
      for stream in ports {
        for (offset, signal) in ["valid", "ready"].enumerated() {
          let name = names.unique("\(stream)_\(signal)", in: scope)
          let code = VCDState.code(2 * number[stream]! + offset)
          output.write("$var wire 1 \(code) \(name) $end\n")
        }
      }
      if let n = fifoByNode[node.name] {
        let name = names.unique("occupancy", in: scope)
        let (width, code) = (fifos[n].width, VCDState.code(2 * streams.count + n))
        output.write("$var wire \(width) \(code) \(name) [\(width - 1):0] $end\n")
      }
      output.write("$upscope $end\n")
    }
    output.write("$upscope $end\n$enddefinitions $end\n")
  }
}

extension TraceFile {
  /// Words a FIFO node holds.
  func depth(of node: Node) -> Int? {
    let block = try? design.block(of: node)
    return report?.fifos.first { $0.name == node.name }?.depth
      ?? (block as? StreamingFIFO)?.adjustedDepth
  }
}

/// The values of all variables, and those written last.
private struct VCDState {
  var valid: [StreamLevels.Level]
  var ready: [StreamLevels.Level]
  /// `nil` where the trace does not tell.
  var occupancy: [Int?]
  private var written: [Int?]

  init(streams: Int, fifos: Int) {
    valid = Array(repeating: .unknown, count: streams)
    ready = valid
    occupancy = Array(repeating: 0, count: fifos)
    written = Array(repeating: nil, count: 2 * streams + fifos)
  }

  /// One line per variable that is not what it was.
  mutating func changes(codes: (streams: Int, widths: [Int])) -> [String] {
    var lines: [String] = []
    for n in valid.indices {
      for (variable, level) in [(2 * n, valid[n]), (2 * n + 1, ready[n])]
      where note(variable, Int(level.rawValue) ?? -1) {
        lines.append("\(level.rawValue)\(Self.code(variable))\n")
      }
    }
    for (n, words) in occupancy.enumerated() {
      let variable = 2 * codes.streams + n
      guard note(variable, words ?? -1) else { continue }
      lines.append("b\(words.map { String($0, radix: 2) } ?? "x") \(Self.code(variable))\n")
    }
    return lines
  }

  private mutating func note(_ variable: Int, _ value: Int) -> Bool {
    defer { written[variable] = value }
    return written[variable] != value
  }

  /// The identifier code of a variable: printable characters, base 94.
  static func code(_ variable: Int) -> String {
    var rest = variable
    var code = ""
    repeat {
      code.unicodeScalars.append(Unicode.Scalar(UInt8(33 + rest % 94)))
      rest /= 94
    } while rest > 0
    return code
  }
}

/// Names as a VCD allows them: no blanks, no brackets, no dots, each once per scope.
private struct VCDNames {
  private var used: [String: Set<String>] = [:]

  mutating func unique(_ name: String, in scope: String) -> String {
    let plain = Self.plain(name)
    var candidate = plain
    var n = 2
    while !used[scope, default: []].insert(candidate).inserted {
      candidate = "\(plain)_\(n)"
      n += 1
    }
    return candidate
  }

  static func plain(_ name: String) -> String {
    let text = String(
      name.unicodeScalars.map { scalar -> Character in
        scalar.isASCII && scalar.properties.isAlphabetic
          || scalar.properties.numericType != nil
            && scalar.isASCII
          ? Character(scalar) : "_"
      })
    return text.isEmpty ? "_" : text
  }
}

/// Cycles as times of the dump.
struct VCDClock {
  /// A power of ten seconds, e.g. `10 ns`.
  let timescale: String
  /// Time units per cycle.
  private let units: Int
  private let femtoseconds: Int

  init(clockMHz: Double) {
    let period = (1e9 / clockMHz).rounded()
    femtoseconds = period >= 1 && period < 1e18 ? Int(period) : 1
    var units = femtoseconds
    var exponent = 0
    while units % 10 == 0, exponent < 15 {
      units /= 10
      exponent += 1
    }
    self.units = units
    let magnitude = ["1", "10", "100"][exponent % 3]
    timescale = "\(magnitude) \(["fs", "ps", "ns", "us", "ms", "s"][exponent / 3])"
  }

  func time(_ cycle: Cycle) -> String {
    let (time, overflow) = cycle.multipliedReportingOverflow(by: units)
    return overflow ? String(UInt64.max) : String(time)
  }

  var description: String { "\(femtoseconds) fs" }
}
