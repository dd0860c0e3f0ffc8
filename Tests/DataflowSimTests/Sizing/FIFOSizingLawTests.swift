import DataflowAnalysis
import Foundation
import Testing

/// What FIFO sizing says it has proven holds in random designs, among them some of many sections, when it is tried
/// by hand.
@Suite struct FIFOSizingLawTests {
  @Test func noFIFOCanBeOneStepSmaller() throws {
    let first = ProcessInfo.processInfo.environment["SIMRUN_SEED"].flatMap { UInt64($0) } ?? 1
    var verified = 0
    for seed in first..<first + UInt64(12 * searchFactor) {
      if try isMinimal(seed) { verified += 1 }
    }
    #expect(verified > 6 * searchFactor, "\(verified)")
  }

  /// In the whole a FIFO did with less than stretches of the design had told (6); frames that come late for a while
  /// were taken for a rate that no depths reach (113).
  @Test(arguments: [6, 113]) func whatWasWrongOnceIsRight(_ seed: Int) throws {
    #expect(try isMinimal(UInt64(seed)))
  }

  /// Whether the depths found are proven the least, one by one; then it is so.
  private func isMinimal(_ seed: UInt64) throws -> Bool {
    var options = FIFOSizing.Options()
    options.margin = false
    options.workers = seed % 2 == 0 ? 1 : 3
    let sizing = try FIFOSizing(design(seed), options: options)
    let target = sizing.periodUnbounded.cyclesPerFrame
    #expect(try period(sizing.design) == target, "seed \(seed)")
    guard sizing.isVerified else { return false }
    #expect(sizing.isVerifiedInTheWhole, "seed \(seed)")
    try sizing.expectNoFIFOCanBeSmaller("seed \(seed)", than: target)
    return true
  }

  private func design(_ seed: UInt64) -> Design {
    var style = RandomStyle(hasCores: false, hasPatterns: false, hasWeightStreams: false)
    style.stages = seed % 3 == 0 ? 24...36 : 4...12
    return DesignGrower.make(seed: 50_000 + seed, style: style).design
  }

  private func period(_ design: Design) throws -> Double? {
    try Throughput(design).cyclesPerFrame
  }
}

extension FIFOSizing {
  /// The proof by hand: one word less in any FIFO, and frames take more than `target` cycles or never come.
  func expectNoFIFOCanBeSmaller(_ label: String, than target: Double) throws {
    for fifo in fifos where fifo.after > 2 {
      var smaller = design
      let index = try #require(smaller.nodes.firstIndex { $0.name == fifo.name })
      smaller.nodes[index].attributes["depth"] = .int(fifo.after - 1)
      let period = try Throughput(smaller).cyclesPerFrame
      #expect(period ?? .infinity > target, "\(label), \(fifo.name)")
    }
  }
}
