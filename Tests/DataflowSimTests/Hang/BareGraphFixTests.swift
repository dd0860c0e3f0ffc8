import DataflowAnalysis
import Foundation
import DesignFiles
import Testing

/// Fixes for graphs from before InsertFIFO, where the streams on a wait cycle have no storage to grow.
@Suite struct BareGraphFixTests {
  static func design(_ name: String) throws -> Design {
    try DesignFile.load(TestFiles.resource("branches/\(name).json")).design.bridgingWidths().0
  }

  /// Two fork-and-concat blocks: each needs a FIFO, so no single one suffices.
  @Test func severalFIFOsAreNeededAtOnce() throws {
    let design = try Self.design("two")
    let report = try HangReport(Plan(design))
    #expect(report.outcome == .deadlock)
    #expect(report.fifos.isEmpty)
    #expect(report.fixes.allSatisfy { $0.depth == 0 && $0.minimalDepth == nil })
    let fix = try #require(report.minimalTotal)
    #expect(fix.depths.count > 1)
    #expect(fix.addedWords == fix.depths.values.reduce(0, +))
    let period = try #require(fix.cyclesPerFrame)
    // What is offered frees the design, as a person would apply it.
    let freed = applied(fix.depths, to: design)
    let throughput = try Throughput(freed)
    #expect(throughput.outcome == .complete)
    #expect(throughput.cyclesPerFrame == period)
    // With a word less in the largest of them it stops again.
    let largest = fix.depths.max { ($0.value, $1.key) < ($1.value, $0.key) }!
    var less = fix.depths
    less[largest.key] = largest.value - 1
    #expect(try Throughput(applied(less, to: design)).outcome == .deadlock)
  }

  @Test func whatIsOfferedFreesASingleBlock() throws {
    let design = try Self.design("one")
    let report = try HangReport(Plan(design))
    let fix = try #require(report.minimalTotal)
    #expect(!fix.depths.isEmpty)
    #expect(try Throughput(applied(fix.depths, to: design)).outcome == .complete)
  }

  /// FIFOs are named after their stream.
  private func applied(_ depths: [String: Int], to design: Design) -> Design {
    var design = design
    for (fifo, depth) in depths {
      let stream = String(fifo.dropLast("_fifo".count))
      design.streams[stream, default: .init()].depth = depth
    }
    return design
  }

  /// No single change is cheaper than the one that is called the smallest.
  @Test func theSmallestChangeIsNoLargerThanAnyOfOneFIFO() throws {
    let design = try Design(contentsOf: TestFiles.resource("branches/two-forks.json"))
    let report = try HangReport(Plan(design))
    let singles = report.fixes.filter(\.isConfirmed).compactMap { fix in
      fix.minimalDepth.map { $0 - fix.depth }
    }
    let joint = try #require(report.minimalTotal)
    #expect(joint.addedWords == singles.min() && joint.addedWords == 17)
    let plan = try Plan(design).replacingFIFODepths { joint.depths[$0] ?? $1 }
    #expect(try HangReport(plan).outcome == .complete)
  }
}
