import DataflowAnalysis
import Foundation
import Testing

/// The picture of a run against its handshakes, counted one by one.
@Suite struct TraceProfileTests {
  private func recorded(_ name: String) throws -> (TraceFile, RunResult, ValueChangeDump, Int) {
    let design = try TraceFixture.example(name)
    let (data, result) = try TraceFixture.record(design, try TraceFixture.scenario(of: design))
    let trace = try TraceFile(data, path: name)
    let dump = try ValueChangeDump(try TraceFixture.export(.vcd, trace).text)
    let number = Int(dump.timescale.prefix { $0.isNumber }) ?? 1
    let unit = dump.timescale.hasSuffix("ns") ? 1_000_000 : 1000
    return (trace, result, dump, Int((1e9 / design.clockMHz).rounded()) / (unit * number))
  }

  @Test(arguments: ["conv-shallow-fifos", "residual-deadlock"])
  func activitiesAreCounted(name: String) throws {
    let (trace, result, dump, period) = try recorded(name)
    let end = trace.end
    let profile = try TraceProfile(trace, cycles: 0..<end, columns: 37)
    for lane in profile.nodes {
      let node = try #require(trace.design.nodes.first { $0.name == lane.name })
      let moves = Set((node.inputs + node.outputs).flatMap { result.streams[$0]! })
      let waiting = try node.outputs.map { stream in
        let plain = String(stream.map { $0.isLetter || $0.isNumber ? $0 : "_" })
        let code = try #require(dump.codes.keys.first { $0.hasSuffix(".\(plain)_valid") })
        return dump.samples(of: code, period: period)
      }
      let blocked = (0..<end).count { cycle in
        !moves.contains(cycle) && waiting.contains { cycle < $0.count && $0[cycle] == "1" }
      }
      #expect(abs(lane.shares.blocked * Double(end) - Double(blocked)) < 0.5, "\(lane.name)")
      #expect(lane.shares.busy * Double(end) >= Double(moves.count) - 0.5)
      let all = lane.shares.busy + lane.shares.blocked + lane.shares.starved
      #expect(abs(all - 1) < 1e-9)
      #expect(zip(lane.busy, lane.blocked).allSatisfy { $0 >= 0 && $1 >= 0 && $0 + $1 <= 101 })
    }
    for lane in profile.fifos {
      #expect(lane.maximum == result.fifos[lane.name]?.max && lane.most.max() == lane.maximum)
      #expect(zip(lane.least, lane.most).allSatisfy { $0 <= $1 })
    }
  }

  /// A window knows what happened before it.
  @Test func aWindowContinuesTheRun() throws {
    let (trace, _, _, _) = try recorded("conv-shallow-fifos")
    let whole = try TraceProfile(trace, cycles: 0..<2000, columns: 2000)
    let part = try TraceProfile(trace, cycles: 700..<1700, columns: 1000)
    for (a, b) in zip(whole.nodes, part.nodes) {
      #expect(Array(a.busy[700..<1700]) == b.busy && Array(a.blocked[700..<1700]) == b.blocked)
    }
    for (a, b) in zip(whole.fifos, part.fifos) {
      #expect(Array(a.most[700..<1700]) == b.most, "\(a.name)")
    }
  }

  @Test func framesAreFound() throws {
    let (trace, result, _, _) = try recorded("conv-shallow-fifos")
    let plan = try Plan(trace.design)
    let times = FrameTimes(trace, words: plan.wordsPerFrame, frames: 2)
    for lane in times.nodes {
      let node = try #require(trace.design.nodes.first { $0.name == lane.name })
      let input = try #require(result.streams[node.inputs[0]])
      let output = try #require(result.streams[node.outputs[0]])
      let taken = try #require(plan.wordsPerFrame[node.inputs[0]])
      let given = try #require(plan.wordsPerFrame[node.outputs[0]])
      #expect(lane.begins == [input[0], input[taken]])
      #expect(lane.ends == [output[given - 1], output[2 * given - 1]])
    }
  }
}
