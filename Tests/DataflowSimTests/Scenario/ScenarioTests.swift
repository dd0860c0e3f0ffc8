import DataflowAnalysis
import Foundation
import Testing

private let small = """
  {"format": "simrun-scenario", "version": 1, "frames": 3,
   "sources": {"in0": {"pattern": "0110", "data": "x.npy"}, "w": {"endless": true},
     "k": {"words": 12}},
   "sinks": {"out0": {"pattern": "0"}},
   "faults": [{"kind": "stop", "stream": "s", "from": 10, "cycles": 4}], "max_cycles": 1000000}
  """

private func scenario(_ text: String) throws -> Scenario {
  try Scenario(json: Data(text.utf8), file: "s.json")
}

@Suite struct ScenarioTests {
  @Test func readsEveryField() throws {
    let s = try scenario(small)
    #expect(s.frames == 3 && s.maxCycles == 1_000_000)
    #expect(s.sources["in0"]?.pattern.bits == [false, true, true, false])
    #expect(s.sources["in0"]?.data == "x.npy" && s.sources["k"]?.words == 12)
    #expect(s.sources["w"]?.endless == true && s.sources["w"]?.pattern == .always)
    #expect(s.sinks["out0"]?.pattern.isNever == true)
    #expect(s.faults == [.stop(stream: "s", from: 10, cycles: 4)])
    #expect(try Scenario(json: s.json(), file: "again") == s)
    #expect(try Scenario(json: Scenario().json(), file: "again") == Scenario())
  }

  @Test func patternsArePeriodic() throws {
    let p = try Pattern("011")
    #expect((0..<7).map { p[$0] } == [false, true, true, false, true, true, false])
    #expect(p.description == "011")
  }

  @Test func errorsNameTheirPlace() {
    func problem(_ old: String, _ new: String) -> String {
      inputError { _ = try scenario(small.replacingOccurrences(of: old, with: new)) }
    }
    #expect(problem("0110", "01x0").contains("sources.in0.pattern: 'x' at position 2"))
    #expect(problem("0110", "").contains("must not be empty"))
    #expect(problem("\"frames\": 3", "\"frames\": 0").contains("frames: 0"))
    #expect(problem("\"words\": 12", "\"words\": 12, \"endless\": true").contains("contradict"))
    #expect(problem("\"sinks\"", "\"sink\"").contains("did you mean \"sinks\""))
    #expect(problem("\"kind\"", "\"type\"").contains("faults[0]"))
  }

  @Test func unknownStreamsAreNamed() throws {
    let s = try scenario(small)
    let design = Design(name: "d", graphInputs: ["in0", "w"], graphOutputs: ["out0"])
    let text = inputError { try s.requireNames(of: design) }
    #expect(text.contains("sources.k") && text.contains("in0"))
  }

  @Test(.timeLimit(.minutes(2))) func damagedScenariosNeverCrash() {
    fuzz(Data(small.utf8)) { data in
      let s = try Scenario(json: data, file: "f")
      #expect(try Scenario(json: s.json(), file: "again") == s)
    }
  }
}
