import DataflowAnalysis
import Foundation
import DesignFiles
import Testing

/// Depths that hold whatever schedule HLS gives to blocks whose own is only predicted.
@Suite struct FIFOMarginTests {
  private static func design(_ name: String) throws -> Design {
    try BareGraphFixTests.design(name)
  }

  private func sized(_ design: Design, margin: Bool?) throws -> FIFOSizing {
    var options = FIFOSizing.Options()
    options.margin = margin
    options.verifiesMinimality = false
    options.reportsBefore = false
    return try FIFOSizing(design, options: options)
  }

  /// Without the margin, blocks that are faster than predicted make a fork-and-concat block slow, or
  /// stop it.
  @Test func holdsForEverySchedule() throws {
    let design = try Self.design("one")
    let edge = try sized(design, margin: false)
    let safe = try sized(design, margin: nil)
    #expect(edge.margin == nil)
    let margin = try #require(safe.margin)
    #expect(!margin.nodes.isEmpty && margin.samples.count > 2)
    #expect(margin.addedWords == safe.totalAfter - edge.totalAfter)
    #expect(margin.addedWords > 0)
    #expect(safe.certificate.verdict == .live)
    // Blocks anywhere between the ends, not only where they were sampled.
    let most = try #require(margin.samples.map(\.period.cyclesPerFrame).max())
    var random = SeededGenerator(seed: 7)
    var isWorseAtTheEdge = false
    for round in 0..<24 {
      let schedules = try anySchedules(of: Plan(safe.design), &random)
      let throughput = try Throughput(stating(schedules, in: safe.design))
      #expect(throughput.outcome == .complete, "round \(round)")
      #expect(throughput.cyclesPerFrame ?? .infinity <= most, "round \(round)")
      let before = try Throughput(stating(schedules, in: edge.design)).cyclesPerFrame
      isWorseAtTheEdge = isWorseAtTheEdge || before ?? .infinity > most
    }
    #expect(isWorseAtTheEdge)
  }

  /// With a part of the rate, each schedule is told at the rate it has, not at the one asked for.
  @Test func ratesAreThoseOfTheDepths() throws {
    let design = try Self.design("one")
    var options = FIFOSizing.Options()
    options.verifiesMinimality = false
    options.reportsBefore = false
    options.keep = 0.5
    let sizing = try FIFOSizing(design, options: options)
    let margin = try #require(sizing.margin)
    let possible = try PossibleSchedules(of: Plan(sizing.design))
    #expect(margin.samples.count == possible.samples.count)
    for (told, sample) in zip(margin.samples, possible.samples) {
      let rate = try Throughput(sample.design).cyclesPerFrame
      #expect(told.period.cyclesPerFrame == rate, "\(told.name)")
    }
    #expect(Set(margin.samples.map(\.period.cyclesPerFrame)).count > 1)
  }

  /// Much slower or faster than anything predicted, it still does not stop.
  @Test(arguments: [1, 3, 20]) func doesNotStopWithAnyLatency(latency: Int) throws {
    var design = try sized(Self.design("one"), margin: nil).design
    for index in design.nodes.indices where design.nodes[index].opType == "MVAU_hls" {
      design.nodes[index].attributes["latency"] = .int(latency)
    }
    #expect(try Throughput(design).outcome == .complete)
  }

  @Test func knownSchedulesNeedNoMargin() throws {
    let design = try Self.design("one")
    let known = try PossibleSchedules(of: Plan(design)).samples[0].design
    let sizing = try sized(known, margin: nil)
    #expect(sizing.margin == nil)
    #expect(sizing.certificate.reason.isEmpty == false)
  }

  private typealias Schedules = [String: (structure: String, stages: Int)]

  private func anySchedules(of plan: Plan, _ random: inout SeededGenerator) -> Schedules {
    var schedules: Schedules = [:]
    for (node, timing) in zip(plan.design.nodes, plan.timings) {
      guard case .predicted(let options)? = timing.schedule?.basis,
        let option = options.randomElement(using: &random)
      else { continue }
      schedules[node.name] = (
        option.structure.rawValue, Int.random(in: option.stages, using: &random)
      )
    }
    return schedules
  }

  private func stating(_ schedules: Schedules, in design: Design) -> Design {
    var design = design
    for (index, node) in design.nodes.enumerated() {
      guard let schedule = schedules[node.name] else { continue }
      design.nodes[index].attributes["hls_structure"] = .string(schedule.structure)
      design.nodes[index].attributes["hls_stages"] = .int(schedule.stages)
    }
    return design
  }
}
