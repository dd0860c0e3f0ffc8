import DataflowAnalysis
import DesignFiles
import Foundation
import SimKernels
import Testing

/// Words kept in a trace are those that moved, in every form.
@Suite struct TraceValuesTests {
  /// A run of a small network with data, recorded with and without its words.
  private func recorded(_ body: (TraceFile, TraceFile, MovedWords, TimedDataplane) throws -> Void)
    throws
  {
    let path = TestFiles.repository("configs/tfc-w2a2.json")
    let loaded = try DesignFile.load(path)
    let plan = try Plan(loaded.design.resolvingStreamDepths())
    let timed = try TimedDataplane(plan, parameters: loaded.parameters)
    let input = try #require(plan.design.graphInputs.first)
    let layout = try timed.plane.layout(of: input)
    let elements = (0..<2 * layout.count).map { Int64(($0 * 7919) % 4) }
    let words = WordSequence(
      elementsPerWord: layout.elements,
      elements: Integers(elements, rowLength: layout.elements, format: layout.format))
    let scenario = Scenario(frames: 2)
    let data = SourceData(frames: 2, words: [input: words])
    try TestFiles.withTemporaryDirectory { folder in
      func record(_ name: String, keeps: Bool) throws -> (TraceFile, MovedWords) {
        let writer = try TraceWriter(to: "\(folder)/\(name)", plan: plan, scenario: scenario)
        let result = try Simulation(
          plan, scenario: scenario,
          observing: Observation(streams: true, cores: true, hazards: true, listener: writer)
        ).run()
        let moved = try timed.words(of: data, in: result, scenario: scenario)
        var kept: [String: (words: WordSequence, type: DataType)] = [:]
        if keeps {
          for (stream, words) in moved.words {
            kept[stream] = (words, try timed.plane.layout(of: stream).dataType)
          }
        }
        try writer.finish(RunReport(plan, scenario, result), values: kept)
        return (try TraceFile(contentsOf: "\(folder)/\(name)"), moved)
      }
      let (with, moved) = try record("with", keeps: true)
      let (without, _) = try record("without", keeps: false)
      try body(with, without, moved, timed)
    }
  }

  @Test func wordsAreReadBack() throws {
    try recorded { with, without, moved, timed in
      #expect(with.hasValues && !without.hasValues && with.damage == nil)
      let values = try TraceValues(with)
      for stream in with.streamNames {
        let kept = try #require(values[stream], "\(stream)")
        let words = try #require(moved.words[stream])
        #expect(kept.count == words.count && kept.elements == words.elements.int64s)
        #expect(kept.bits == (try timed.plane.layout(of: stream).dataType.bits))
      }
      #expect(try TraceValues(without)[with.streamNames[0]] == nil)
    }
  }

  /// The wires of a dump carry the word that moves: element 0 in the least significant bits.
  @Test func waveAndTableShowTheWords() throws {
    try recorded { with, without, moved, _ in
      let stream = try #require(with.design.graphOutputs.first)
      let words = try #require(moved.words[stream]?.elements.int64s)
      let perWord = try #require(moved.words[stream]?.elementsPerWord)
      let dump = try ValueChangeDump(try TraceFixture.export(.vcd, with).text)
      let code = try #require(
        dump.codes.first { $0.key.hasSuffix("_data") && $0.key.contains(stream) })
      let bits = try #require(dump.widths[code.value]) / perWord
      let seen = try #require(dump.changes[code.value]).filter { $0.value != "x" }
      let first = try #require(seen.first).value
      let padded = String(repeating: "0", count: bits * perWord - first.count) + first
      let lowest = Int64(String(padded.suffix(bits)), radix: 2)
      #expect(lowest == words[0] & ((1 << Int64(bits)) - 1))
      let rows = try TraceFixture.export(.csv, with, stream: stream).text.split(separator: "\n")
      #expect(rows[0] == "stream,index,cycle,elements")
      let elements = rows[1].split(separator: ",")[3].split(separator: " ").map { Int64($0) }
      #expect(elements == Array(words.prefix(perWord)))
      #expect(try TraceFixture.export(.csv, without).text.hasPrefix("stream,index,cycle\n"))
      // Everything but the words is as it was without them.
      let plain = try ValueChangeDump(try TraceFixture.export(.vcd, without).text)
      #expect(!plain.codes.isEmpty)
      for (name, code) in plain.codes {
        let same = try #require(dump.codes[name])
        let (before, after) = (plain.changes[code] ?? [], dump.changes[same] ?? [])
        #expect(before.count == after.count, "\(name)")
        #expect(
          zip(before, after).allSatisfy { $0.value == $1.value && $0.time == $1.time }, "\(name)")
      }
    }
  }

  @Test func aMomentShowsWhatLiesWhere() throws {
    try recorded { with, _, moved, _ in
      let stream = try #require(with.design.graphInputs.first)
      var cursor = try with.handshakes(of: stream)
      _ = try cursor.next()
      let second = try #require(try cursor.next())
      let moment = try TraceMoment(with, at: second.cycle)
      let shown = try #require(moment.streams.first { $0.name == stream }).word
      let perWord = try #require(moved.words[stream]?.elementsPerWord)
      let elements = try #require(moved.words[stream]?.elements.int64s)
      #expect(shown.values == Array(elements[perWord..<2 * perWord]))
    }
  }
}
