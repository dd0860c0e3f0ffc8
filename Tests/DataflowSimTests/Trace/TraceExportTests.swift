import DataflowAnalysis
import Foundation
import Testing

@Suite struct TraceExportTests {
  private static let examples = [
    "residual-deadlock", "conv-shallow-fifos", "dsp48-lost-product",
  ]

  private func trace(_ name: String) throws -> (TraceFile, RunResult) {
    let design = try TraceFixture.example(name)
    let (data, result) = try TraceFixture.record(design, try TraceFixture.scenario(of: design))
    return (try TraceFile(data, path: name), result)
  }

  @Test func csvHasARowPerHandshake() throws {
    let (trace, result) = try trace("residual-deadlock")
    let (text, damage) = try TraceFixture.export(.csv, trace)
    var rows = text.split(separator: "\n").map(String.init)
    #expect(damage == nil && rows.removeFirst() == "stream,index,cycle")
    let expected = trace.streamNames.flatMap { stream in
      result.streams[stream]!.enumerated().map { "\(stream),\($0),\($1)" }
    }
    #expect(rows == expected)
    let part = try TraceFixture.export(.csv, trace, stream: "fork.a", cycles: 3...20).text
    let cycles = result.streams["fork.a"]!
    let selected = cycles.enumerated().filter { (3...20).contains($1) }
    #expect(part == "stream,index,cycle\n" + selected.map { "fork.a,\($0),\($1)\n" }.joined())
  }

  @Test func jsonHoldsTheHandshakes() throws {
    let (trace, result) = try trace("residual-deadlock")
    let text = try TraceFixture.export(.json, trace).text
    let root = try JSONValue(parsing: Data(text.utf8), file: "export").object
    #expect(root["schemaVersion"] == .int(2) && root["damage"] == .null)
    #expect(root["report"]!.object["outcome"] == .string(result.outcome.rawValue))
    let streams = root["streams"]!.array.map(\.object)
    for value in streams {
      let stream = value["name"]!.string
      #expect(value["cycles"]!.array.map(\.int) == result.streams[stream])
      #expect(value["offered"]!.array.count == result.streams[stream]!.count)
    }
    #expect(streams.count == result.streams.count)
  }

  /// Read by an independent parser, valid and ready both 1 is exactly a handshake, a word once valid
  /// stays so until it is taken, and occupancy counts words in and out.
  @Test(arguments: examples)
  func valueChangeDumpShowsTheHandshakes(name: String) throws {
    let (trace, result) = try trace(name)
    let dump = try ValueChangeDump(try TraceFixture.export(.vcd, trace).text)
    let period = try #require(periodUnits(trace.design.clockMHz, dump.timescale))
    for (stream, cycles) in result.streams {
      let plain = stream.map { $0.isLetter || $0.isNumber ? $0 : "_" }
      let valid = try #require(dump.codes.keys.first { $0.hasSuffix(".\(String(plain))_valid") })
      let ready = String(valid.dropLast("valid".count)) + "ready"
      let v = dump.samples(of: valid, period: period)
      let r = dump.samples(of: ready, period: period)
      #expect(v.indices.filter { v[$0] == "1" && r[$0] == "1" } == cycles, "\(stream)")
      #expect(!v.contains("x"))
      for c in v.indices.dropFirst() where v[c] == "0" && v[c - 1] == "1" {
        #expect(r[c - 1] == "1", "\(stream) withdrew a word in cycle \(c)")
      }
    }
    for node in trace.design.nodes where node.opType == "StreamingFIFO_rtl" {
      let code = try #require(dump.codes.keys.first { $0.hasSuffix(".\(node.name).occupancy") })
      let counts = dump.samples(of: code, period: period).map { Int($0, radix: 2) }
      let (ins, outs) = (result.streams[node.inputs[0]]!, result.streams[node.outputs[0]]!)
      var level = 0
      var (i, o) = (0, 0)
      for (c, count) in counts.enumerated() {
        #expect(count == level)
        if i < ins.count, ins[i] == c { (i, level) = (i + 1, level + 1) }
        if o < outs.count, outs[o] == c { (o, level) = (o + 1, level - 1) }
      }
      #expect(counts.compactMap(\.self).max() == result.fifos[node.name]!.max)
    }
  }

  /// The measured registered count of the FIFO cases.
  @Test func occupancyIsTheMeasuredOne() throws {
    for golden in try GoldenCase.load("fifo").prefix(6) {
      for (name, run) in golden.runs {
        guard let measured = run.fields["occupancy"], case .array(let list) = measured else {
          continue
        }
        let (data, _) = try TraceFixture.record(golden.design, run.scenario)
        let trace = try TraceFile(data, path: golden.name)
        let dump = try ValueChangeDump(try TraceFixture.export(.vcd, trace).text)
        let period = try #require(periodUnits(trace.design.clockMHz, dump.timescale))
        let code = try #require(dump.codes.first { $0.key.hasSuffix(".occupancy") }).value
        let changes = dump.changes[code]!.map { [$0.time / period, Int($0.value, radix: 2)!] }
        let expected = list.map { $0.array.map(\.int) }
        #expect(
          changes.filter { $0[0] > 0 } == expected.filter { $0[0] > 0 }, "\(golden.name) \(name)")
      }
    }
  }

  /// A window of a dump shows the same levels as the whole.
  @Test func aWindowShowsTheSameLevels() throws {
    let (trace, _) = try trace("conv-shallow-fifos")
    let whole = try ValueChangeDump(try TraceFixture.export(.vcd, trace).text)
    let part = try ValueChangeDump(try TraceFixture.export(.vcd, trace, cycles: 1000...1500).text)
    let period = try #require(periodUnits(trace.design.clockMHz, whole.timescale))
    #expect(whole.codes == part.codes)
    for name in whole.codes.keys {
      let a = whole.samples(of: name, period: period)[1000..<1500]
      let b = part.samples(of: name, period: period)[1000..<1500]
      #expect(a == b, "\(name)")
    }
  }

  @Test func oddClocksHaveExactTimescales() throws {
    #expect(try VCDTimescale.of(100) == "10ns")
    #expect(try VCDTimescale.of(200) == "1ns")
    #expect(try VCDTimescale.of(250) == "1ns")
    #expect(try VCDTimescale.of(400) == "100ps")
    #expect(try VCDTimescale.of(300) == "1fs")
  }

  private enum VCDTimescale {
    static func of(_ clockMHz: Double) throws -> String {
      var design = try TraceFixture.example("residual-deadlock")
      design.clockMHz = clockMHz
      let trace = try TraceFile(try TraceFixture.record(design, Scenario()).data, path: "t")
      return try ValueChangeDump(try TraceFixture.export(.vcd, trace).text).timescale
    }
  }

  private func periodUnits(_ clockMHz: Double, _ timescale: String) -> Int? {
    let number = Int(timescale.prefix { $0.isNumber }) ?? 0
    let exponents = ["fs": 1, "ps": 1000, "ns": 1_000_000, "us": 1_000_000_000]
    guard let unit = exponents[String(timescale.drop { $0.isNumber })] else { return nil }
    let femtoseconds = Int((1e9 / clockMHz).rounded())
    return femtoseconds % (unit * number) == 0 ? femtoseconds / (unit * number) : nil
  }
}
