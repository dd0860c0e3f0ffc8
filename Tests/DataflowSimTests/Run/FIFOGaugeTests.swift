import DataflowAnalysis
import Testing

/// FIFOs of FINN's simulation builds: never full, and as late by one cycle as those that are built.
@Suite struct FIFOGaugeTests {
  private var design: Design {
    LoneBlock.design(
      "StreamingFIFO_rtl",
      [
        "depth": .int(2), "folded_shape": .ints([1, 40, 1]), "dataType": .string("INT8"),
        "impl_style": .string("rtl"),
      ])
  }

  @Test func inputsNeverWait() throws {
    var scenario = Scenario(frames: 3)
    scenario.sources["in0"] = Scenario.Source(pattern: try Pattern("110"))
    scenario.sinks["out0"] = Scenario.Sink(pattern: try Pattern("0001"))
    let gauged = try design.gaugingFIFOs(for: scenario)
    let result = try Simulation(
      try Plan(gauged), scenario: scenario, observing: Observation(times: true)
    ).run()
    // In[i] = p(i), Out[i] = nxt(max(In[i], Out[i-1]) + 1).
    let inputs = (0..<120).map { $0 / 2 * 3 + $0 % 2 }
    var outputs: [Int] = []
    for input in inputs {
      var c = max(input, outputs.last ?? -1) + 1
      while c % 4 != 3 { c += 1 }
      outputs.append(c)
    }
    #expect(result.streams["in0"] == inputs)
    #expect(result.streams["out0"] == outputs)
    #expect((result.fifos["dut"]?.max ?? 0) > 60)
  }

  @Test func aRunWithoutAnEndIsRefused() throws {
    var scenario = Scenario(frames: 1)
    scenario.sources["in0"] = Scenario.Source(endless: true)
    #expect(
      inputError { _ = try design.gaugingFIFOs(for: scenario) }.contains("source that never ends"))
    scenario.maxCycles = 500
    let gauged = try design.gaugingFIFOs(for: scenario)
    #expect(gauged.nodes[0].attributes["depth"] == .int(501))
  }
}
