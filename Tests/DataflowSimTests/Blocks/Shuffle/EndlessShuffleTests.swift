import DataflowAnalysis
import Testing

/// The inner shuffle of April 2026 counts a page as complete in every cycle in which the page's last word is
/// the next to come. When it never comes, old words come out for ever; a run of simrun still ends.
@Suite struct EndlessShuffleTests {
  private static func design(rows: Int, columns: Int, behind: Bool = false) -> Design {
    func shuffle(_ name: String, _ input: String, _ shape: [Int]) -> Node {
      Node(
        name: name, opType: "InnerShuffle_rtl",
        attributes: ["data_type": .string("INT4"), "in_shape": .ints(shape), "SIMD": .int(1)],
        inputs: [input], outputs: ["\(name).0"])
    }
    var nodes = [shuffle("a", "in0", [1, rows, columns])]
    if behind { nodes.append(shuffle("b", "a.0", [1, columns, rows])) }
    return Design(
      name: "endless", part: "xcvc1902-vsva2197-2MP-e-S", clockMHz: 200,
      finnGeneration: .dev2026_04, nodes: nodes, graphInputs: ["in0"],
      graphOutputs: [nodes[nodes.count - 1].outputs[0]])
  }

  private static func run(_ design: Design, _ scenario: Scenario) throws -> RunReport {
    let plan = try Plan(design)
    let result = try Simulation(plan, scenario: scenario, observing: Observation(hazards: true))
      .run()
    return RunReport(plan, scenario, result)
  }

  @Test(arguments: [false, true]) func aMissingLastWordEndsTheRun(behind: Bool) throws {
    var scenario = Scenario(frames: 1)
    scenario.sources["in0"] = Scenario.Source(words: 11)
    let report = try Self.run(Self.design(rows: 3, columns: 4, behind: behind), scenario)
    #expect(report.endless?.contains("a") == true)
    let whole = try Self.run(Self.design(rows: 3, columns: 4, behind: behind), Scenario(frames: 2))
    #expect(whole.endless == nil)
  }

  /// A page of one word is always at its last.
  @Test func pagesOfOneWord() throws {
    let design = Self.design(rows: 1, columns: 1)
    #expect(try Self.run(design, Scenario(frames: 1)).endless == ["a"])
    // No period: what comes out is not what went in.
    #expect(try Throughput(design).steadyState == nil)
  }

  /// Up to a limit the words that come are those of the hardware.
  @Test func aLimitIsKept() throws {
    var scenario = Scenario(frames: 1, maxCycles: 500)
    scenario.sources["in0"] = Scenario.Source(words: 11)
    let plan = try Plan(Self.design(rows: 3, columns: 4))
    let result = try Simulation(plan, scenario: scenario, observing: Observation(times: true)).run()
    // Two words in four cycles, without end.
    #expect(try #require(result.streams["a.0"]?.last) > 490)
    #expect(try #require(result.streams["a.0"]?.last) < 500)
  }
}
