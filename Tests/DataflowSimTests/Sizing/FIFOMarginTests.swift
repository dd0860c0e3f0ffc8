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

  /// Without the margin, blocks that are faster than guessed stop a fork-and-concat block.
  @Test func holdsForEverySchedule() throws {
    let design = try Self.design("one")
    let edge = try sized(design, margin: false)
    let safe = try sized(design, margin: nil)
    #expect(edge.margin == nil)
    let margin = try #require(safe.margin)
    #expect(!margin.nodes.isEmpty && margin.samples.count >= 2)
    #expect(margin.addedWords == safe.totalAfter - edge.totalAfter)
    #expect(margin.addedWords > 0)
    #expect(safe.certificate.verdict == .live)
    // Blocks anywhere between the ends, not only where they were sampled.
    let most = try #require(margin.samples.map(\.period.cyclesPerFrame).max())
    var random = SeededGenerator(seed: 7)
    var isWorseAtTheEdge = false
    for round in 0..<24 {
      let stages = safe.design.nodes.map { _ in Int.random(in: 1...20, using: &random) }
      let throughput = try Throughput(stating(stages, in: safe.design))
      #expect(throughput.outcome == .complete, "round \(round)")
      #expect(try #require(throughput.cyclesPerFrame) <= most, "round \(round)")
      let before = try Throughput(stating(stages, in: edge.design)).cyclesPerFrame
      isWorseAtTheEdge = isWorseAtTheEdge || before ?? .infinity > most
    }
    #expect(isWorseAtTheEdge)
  }

  private func stating(_ stages: [Int], in design: Design) -> Design {
    var design = design
    for (index, node) in design.nodes.enumerated() where node.opType.hasSuffix("_hls") {
      design.nodes[index].attributes["latency"] = .int(stages[index])
    }
    return design
  }

  @Test func knownSchedulesNeedNoMargin() throws {
    var design = try Self.design("one")
    for index in design.nodes.indices where design.nodes[index].opType.hasSuffix("_hls") {
      design.nodes[index].attributes["latency"] = .int(4)
    }
    let sizing = try sized(design, margin: nil)
    #expect(sizing.margin == nil)
  }
}
