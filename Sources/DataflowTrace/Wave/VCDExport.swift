/// A trace as a value change dump (IEEE 1364), for GTKWave and Surfer. What the levels mean: `WaveWalk`.
struct VCDExport {
  private let trace: TraceFile
  private let selection: TraceSelection
  private let layout: WaveLayout
  private let clock: WaveClock
  private let codes: [String]
  private let widths: [Int]

  init(_ trace: TraceFile, _ selection: TraceSelection) throws {
    self.trace = trace
    self.selection = selection
    layout = try WaveLayout(trace, selection)
    clock = WaveClock(clockMHz: trace.design.clockMHz)
    codes = (0..<layout.variables).map(Self.code)
    var widths = [Int](repeating: 1, count: layout.variables)
    for signal in layout.scopes.flatMap(\.signals) { widths[signal.variable] = signal.width }
    self.widths = widths
  }

  func write(to output: TextOutput) throws -> InputError? {
    writeHeader(to: output)
    var walk = try WaveWalk(trace, layout, selection)
    var isFirst = true
    walk.run { cycle, changes in
      output.write("#\(clock.time(cycle))\n")
      if isFirst { output.write("$dumpvars\n") }
      for change in changes { write(change, to: output) }
      if isFirst { output.write("$end\n") }
      isFirst = false
    }
    output.write("#\(clock.time(walk.end))\n")
    return trace.damage ?? walk.damage
  }

  private func write(_ change: WaveWalk.Change, to output: TextOutput) {
    let value = change.value
    if let stream = layout.dataStream(of: change.variable) {
      output.write("b")
      output.write(layout.values?[layout.streams[stream]]?.wires(value) ?? "x")
      output.write(" ")
    } else if widths[change.variable] == 1 {
      output.write(value == WaveWalk.unknown ? "x" : value == 0 ? "0" : "1")
    } else {
      output.write("b")
      output.write(value == WaveWalk.unknown ? "x" : String(value, radix: 2))
      output.write(" ")
    }
    output.write(codes[change.variable])
    output.write("\n")
  }

  private func writeHeader(to output: TextOutput) {
    output.write(
      """
      $version simrun trace $end
      $comment
        \(WaveNames.plain(trace.design.name)): cycle c is the time from c to c + 1 clock periods (\(clock.description)).
        A handshake is valid and ready both 1 in a cycle. ready is 0 exactly while a word waits, into a
        FIFO while the FIFO is full. state: 0 starved, 1 busy, 2 blocked.
      $end
      $timescale \(clock.timescale) $end
      $scope module \(layout.top) $end

      """)
    for scope in layout.scopes {
      output.write("$scope module \(scope.name) $end\n")
      for signal in scope.signals {
        let range = signal.width == 1 && signal.kind == .bit ? "" : " [\(signal.width - 1):0]"
        output.write(
          "$var wire \(signal.width) \(codes[signal.variable]) \(signal.name)\(range) $end\n")
      }
      output.write("$upscope $end\n")
    }
    output.write("$upscope $end\n$enddefinitions $end\n")
  }

  /// The identifier code of a variable: printable characters, base 94.
  private static func code(_ variable: Int) -> String {
    var rest = variable
    var code = ""
    repeat {
      code.unicodeScalars.append(Unicode.Scalar(UInt8(33 + rest % 94)))
      rest /= 94
    } while rest > 0
    return code
  }
}

/// Cycles as times of a dump.
struct WaveClock {
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

  func time(_ cycle: Cycle) -> UInt64 {
    let (time, overflow) = cycle.multipliedReportingOverflow(by: units)
    return overflow ? .max : UInt64(time)
  }

  var description: String { "\(femtoseconds) fs" }
}
