import DataflowAnalysis
import Foundation
import Testing

@Suite struct DamagedTraceTests {
  private func sample() throws -> (data: Data, result: RunResult) {
    try TraceFixture.record(
      try TraceFixture.example("conv-shallow-fifos"), Scenario(frames: 4), handshakesPerChunk: 512)
  }

  /// Cut anywhere, a trace gives the head of every stream and says where it ends.
  @Test func aTruncatedTraceGivesItsHead() throws {
    let (data, result) = try sample()
    var readable = 0
    for size in stride(from: 1, to: data.count, by: 151) {
      guard let trace = try? TraceFile(data.prefix(size), path: "cut") else { continue }
      let damage = try #require(trace.damage).description
      #expect(damage.contains("cut: byte ") && damage.contains("readable: "))
      for (stream, cycles) in result.streams {
        let head = try TraceFixture.cycles(trace, stream)
        #expect(head == Array(cycles.prefix(head.count)))
        readable += head.count
      }
    }
    #expect(readable > 0)
  }

  @Test func aFileWithoutHeaderIsRefused() throws {
    let (data, _) = try sample()
    #expect(
      inputError { _ = try TraceFile(data.prefix(60), path: "t") }
        .contains("t: byte 24 of 60: is damaged here"))
    #expect(
      inputError { _ = try TraceFile(Data("stream,index,cycle\n".utf8), path: "t") }
        .contains("t: byte 0: is not a simrun trace"))
    var newer = data
    newer[16] = 9
    #expect(
      inputError { _ = try TraceFile(newer, path: "t") }
        .contains("has trace format version 9 (known: 1 to 3)"))
  }

  /// With the index whole, a broken chunk costs the rest of its own stream only.
  @Test func aBrokenChunkCostsItsStreamOnly() throws {
    let (data, result) = try sample()
    var broken = data
    broken[data.count / 2] ^= 0x10
    let trace = try TraceFile(broken, path: "t")
    #expect(trace.damage == nil)
    var complete = 0
    for (stream, cycles) in result.streams {
      do {
        #expect(try TraceFixture.cycles(trace, stream) == cycles)
        complete += 1
      } catch let error as InputError {
        #expect(error.description.contains("is damaged here"))
      }
    }
    #expect(complete == result.streams.count - 1)
    let (text, damage) = try TraceFixture.export(.csv, trace)
    #expect(damage != nil && text.hasPrefix("stream,index,cycle\n"))
  }

  /// Whatever is done to the bytes: an `InputError`, or handshakes that really happened.
  @Test func mutatedTracesNeverLie() throws {
    let (data, result) = try TraceFixture.deadlock()
    fuzz(data, count: 600) { damaged in
      let trace = try TraceFile(damaged, path: "t")
      for stream in trace.streamNames {
        guard let cycles = result.streams[stream] else {
          Issue.record("invented stream \(stream)")
          continue
        }
        let read = try TraceFixture.cycles(trace, stream)
        #expect(read == Array(cycles.prefix(read.count)))
        if trace.damage == nil { #expect(read.count == cycles.count) }
      }
    }
  }

  @Test func exportsOfDamagedTracesEnd() throws {
    let (data, _) = try TraceFixture.deadlock()
    try TestFiles.withTemporaryDirectory { folder in
      fuzz(data, count: 100, seed: 3) { damaged in
        let trace = try TraceFile(damaged, path: "t")
        for format in TraceExport.allCases { _ = try TraceFixture.export(format, trace) }
        try Self.look(trace, in: folder)
      }
    }
  }

  /// What is behind a broken chunk is unknown, wherever one begins to look: no wave invents words.
  @Test func aBrokenChunkIsUnknownFromThere() throws {
    let (data, result) = try sample()
    let last = try #require(result.lastHandshakeCycle)
    try TestFiles.withTemporaryDirectory { folder in
      for place in stride(from: data.count / 4, to: data.count * 3 / 4, by: data.count / 40) {
        var broken = data
        broken[place] ^= 0x10
        guard let trace = try? TraceFile(broken, path: "t") else { continue }
        for from in [0, last / 3, last - 1] {
          try? Self.look(trace, in: folder, from: from)
          let profile = try TraceProfile(trace, cycles: from..<last, columns: 20)
          for fifo in profile.fifos {
            #expect((fifo.least + fifo.most).allSatisfy { 0...max(fifo.depth, 2) ~= $0 }, "\(fifo)")
          }
        }
      }
    }
  }

  /// Everything that goes through a trace's activity; throws where it says that the trace is damaged.
  private static func look(_ trace: TraceFile, in folder: String, from: Cycle = 0) throws {
    let selection = try TraceSelection(trace, stream: nil, cycles: from...from + 400)
    _ = try FSTExport(trace, selection).write(to: "\(folder)/t.fst")
    _ = try TraceProfile(trace, cycles: from..<from + 400, columns: 20)
    _ = try TraceMoment(trace, at: from + 100)
  }
}
