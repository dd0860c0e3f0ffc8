/// What of a trace is exported: some streams, some cycles.
public struct TraceSelection: Sendable {
  /// By name, in the order of the export.
  public var streams: [String]
  /// First and last cycle, both included.
  public var cycles: ClosedRange<Cycle>

  /// One stream or, if it is nil, all; likewise the cycles.
  ///
  /// - Throws: `InputError` for a stream the trace does not have.
  public init(_ trace: TraceFile, stream: String? = nil, cycles: ClosedRange<Cycle>? = nil) throws {
    if let stream { _ = try trace.extent(of: stream) }
    streams = stream.map { [$0] } ?? trace.streamNames
    self.cycles = cycles ?? 0...Cycle.max >> 2
  }
}

/// A trace in another form. Every export writes what can be read of a damaged trace and returns what
/// is wrong with it.
public enum TraceExport: String, Sendable, CaseIterable {
  /// Rows `stream,index,cycle`, stream by stream; with the words' elements where the trace has kept them.
  case csv
  /// One document: scenario, report, and the handshake cycles by stream.
  case json
  /// IEEE 1364 value change dump: valid, ready and FIFO occupancy.
  case vcd
  /// Perfetto's own format: what each node did, FIFO levels and frames, for ui.perfetto.dev.
  case perfetto

  /// Writes `selection` of `trace`. Throws `InputError` for what is damaged.
  public func write(_ trace: TraceFile, _ selection: TraceSelection, to output: TextOutput) throws
    -> InputError?
  {
    switch self {
    case .csv: try CSVExport(trace: trace, selection: selection).write(to: output)
    case .json: try JSONExport(trace: trace, selection: selection).write(to: output)
    case .vcd: try VCDExport(trace, selection).write(to: output)
    case .perfetto: try PerfettoExport(trace: trace, selection: selection).write(to: output)
    }
  }
}

extension TraceFile {
  /// Calls `body` with index and handshake for every handshake of the selection in `stream`;
  /// returns what is wrong where the stream breaks off.
  func forEachHandshake(
    of stream: String, in cycles: ClosedRange<Cycle>, _ body: (Int, Handshake) -> Void
  ) throws -> InputError? {
    var cursor = try handshakes(of: stream, from: cycles.lowerBound)
    do {
      while let handshake = try cursor.next(), handshake.cycle <= cycles.upperBound {
        body(cursor.position - 1, handshake)
      }
      return nil
    } catch let error as InputError {
      return error
    }
  }
}

/// Rows `stream,index,cycle` with a header line.
struct CSVExport {
  let trace: TraceFile
  let selection: TraceSelection

  func write(to output: TextOutput) throws -> InputError? {
    var damage = trace.damage
    let values = trace.hasValues ? try TraceValues(trace, streams: Set(selection.streams)) : nil
    output.write(values == nil ? "stream,index,cycle\n" : "stream,index,cycle,elements\n")
    for (n, stream) in selection.streams.enumerated() {
      WorkProgress.tell("streams", n, of: selection.streams.count)
      let name = stream.csvField
      let words = values?[stream]
      let broken = try trace.forEachHandshake(of: stream, in: selection.cycles) {
        index, handshake in
        output.write(name)
        output.write(",")
        output.write(index)
        output.write(",")
        output.write(handshake.cycle)
        if values != nil {
          output.write(",")
          // Element 0 first.
          output.write((words?[index] ?? []).map(String.init).joined(separator: " "))
        }
        output.write("\n")
      }
      damage = damage ?? broken
    }
    return damage
  }
}

/// A recorded run, as `simrun trace --json` writes it, handshake by handshake and never whole in memory.
public struct TraceReport: ResultDocument {
  public static let kind = "trace"
  public static let summary = "A recorded run with the cycles of all handshakes."

  /// What moved on one stream.
  public struct Stream: Codable, Sendable {
    /// As in the design.
    public var name: String
    /// Number of the first word that is listed, from 0; nil where none is.
    public var firstIndex: Int?
    /// The cycle in which each word moved, and from which it was offered.
    public var cycles: [Cycle]
    public var offered: [Cycle]
  }

  /// The design's name.
  public var design: String
  /// How it was driven.
  public var scenario: Scenario
  /// nil in a trace that breaks off.
  public var report: RunReport?
  public var streams: [Stream]
  /// What is wrong with the trace; nil when nothing is.
  public var damage: String?
}

/// Writes a `TraceReport`.
struct JSONExport {
  let trace: TraceFile
  let selection: TraceSelection

  func write(to output: TextOutput) throws -> InputError? {
    var damage = trace.damage
    output.write("{\(TraceReport.headerText), ")
    output.write("\"design\": \(JSONValue.quoted(trace.design.name)),\n")
    output.write("\"scenario\": \(String(decoding: trace.scenario.json(), as: UTF8.self)),\n")
    let report = try trace.report.map { try JSONText(encoding: $0).indented }
    output.write("\"report\": \(report ?? "null"),\n\"streams\": [")
    for (n, stream) in selection.streams.enumerated() {
      WorkProgress.tell("streams", n, of: selection.streams.count)
      output.write(n == 0 ? "\n" : ",\n")
      let broken = try write(stream, to: output)
      damage = damage ?? broken
    }
    let message = damage.map { JSONValue.quoted($0.description) } ?? "null"
    output.write("\n],\n\"damage\": \(message)}\n")
    return damage
  }

  private func write(_ stream: String, to output: TextOutput) throws -> InputError? {
    var first: Int?
    output.write("{\"name\": \(JSONValue.quoted(stream)), \"cycles\": [")
    var broken = try trace.forEachHandshake(of: stream, in: selection.cycles) { index, handshake in
      if first != nil { output.write(",") }
      first = first ?? index
      output.write(handshake.cycle)
    }
    output.write("], \"offered\": [")
    var isFirst = true
    let again = try trace.forEachHandshake(of: stream, in: selection.cycles) { _, handshake in
      if !isFirst { output.write(",") }
      isFirst = false
      output.write(handshake.offered)
    }
    broken = broken ?? again
    output.write("], \"firstIndex\": \(first.map(String.init) ?? "null")}")
    return broken
  }
}
