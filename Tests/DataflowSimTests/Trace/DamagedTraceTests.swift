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
        .contains("has trace format version 9 (known: 1 to 2)"))
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

  /// Damage behind valid checksums: the content itself is checked.
  @Test func exportsOfDamagedTracesEnd() throws {
    let (data, _) = try TraceFixture.deadlock()
    fuzz(data, count: 100, seed: 3) { damaged in
      let trace = try TraceFile(damaged, path: "t")
      for format in TraceExport.allCases { _ = try TraceFixture.export(format, trace) }
    }
  }
}
