import DataflowAnalysis
import DesignFiles
import Foundation
import Testing

/// Rates of designs with predicted HLS schedules: their range, and the node that decides it.
@Suite struct ThroughputRangeTests {
  /// Two matrix-vector blocks in a row; the second takes twice as many iterations.
  private func design() throws -> Design {
    func node(_ name: String, _ mw: Int, _ mh: Int, _ simd: Int, _ stream: (String, String)) -> Node
    {
      Node(
        name: name, opType: "MVAU_hls",
        attributes: [
          "MW": .int(mw), "MH": .int(mh), "SIMD": .int(simd), "PE": .int(8),
          "inputDataType": .string("UINT4"), "weightDataType": .string("INT4"),
          "outputDataType": .string("UINT4"),
        ], inputs: [stream.0], outputs: [stream.1])
    }
    var design = Design(name: "two", part: "xc7z020clg400-1", clockMHz: 100)
    design.nodes = [
      node("small", 64, 32, 8, ("in", "mid")), node("large", 32, 64, 2, ("mid", "out")),
    ]
    design.graphInputs = ["in"]
    design.graphOutputs = ["out"]
    // Room for a frame, so that the slower block alone sets the pace.
    design.streams["mid"] = StreamSettings(depth: 16)
    return try design.bridgingWidths().design
  }

  @Test func theSlowestBlocksScheduleMattersMost() throws {
    let throughput = try Throughput(design())
    let range = try #require(try ThroughputRange(throughput))
    #expect(Set(range.nodes) == ["small", "large"])
    let decisive = try #require(range.decisive)
    #expect(decisive.node == "large")
    #expect(decisive.leastCyclesAlone < decisive.mostCyclesAlone)
    let periods = range.samples.compactMap(\.cyclesPerFrame)
    #expect(periods.min() == Double(decisive.leastCyclesAlone))
    #expect(periods.max() == Double(decisive.mostCyclesAlone))
    let report = ThroughputReport(throughput, device: nil, range: range)
    #expect(try #require(report.range?.leastFPS) < #require(report.range?.mostFPS))
    #expect(report.exactness.predicted.keys.sorted() == ["large", "small"])
    #expect(report.exactness.approximate.isEmpty)
    let large = try #require(report.nodes.first { $0.name == "large" })
    #expect(large.timing.basis == .predicted && large.cyclesAlone > large.expectedCycles)
  }

  @Test func knownSchedulesHaveNoRange() throws {
    var design = try design()
    for index in design.nodes.indices where design.nodes[index].opType == "MVAU_hls" {
      design.nodes[index].attributes["hls_structure"] = .string("call")
      design.nodes[index].attributes["hls_stages"] = .int(6)
    }
    let throughput = try Throughput(design)
    #expect(try ThroughputRange(throughput) == nil)
    #expect(throughput.nodes.first { $0.name == "large" }?.timing.basis == .stated)
    // N + K + 3: a call's frames do not overlap.
    #expect(throughput.cyclesPerFrame == Double(128 + 6 + 3))
  }
}
