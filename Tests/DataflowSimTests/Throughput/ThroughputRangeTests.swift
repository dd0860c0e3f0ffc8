import DataflowAnalysis
import DesignFiles
import Foundation
import Testing

/// Rates of designs with predicted HLS schedules: their range, and the node that decides it.
@Suite struct ThroughputRangeTests {
  /// Two matrix-vector blocks in a row; the second takes twice as many iterations.
  private func design(vectors: Int = 1) throws -> Design {
    func node(_ name: String, _ mw: Int, _ mh: Int, _ simd: Int, _ stream: (String, String)) -> Node
    {
      Node(
        name: name, opType: "MVAU_hls",
        attributes: [
          "MW": .int(mw), "MH": .int(mh), "SIMD": .int(simd), "PE": .int(8),
          "inputDataType": .string("UINT4"), "weightDataType": .string("INT4"),
          "outputDataType": .string("UINT4"), "numInputVectors": .ints([vectors]),
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

  /// Of a design that takes long, only the slow end is sampled where one block explains the other.
  @Test func theFastEndIsBoundedWhereABlockLimits() throws {
    // So long that the predicted schedule is as fast as the fastest, and the slowest is not.
    let throughput = try Throughput(design(vectors: 20))
    let range = try #require(try ThroughputRange(throughput, handshakesForBranches: 0))
    #expect(range.samples.map(\.schedule) == ["most stages"])
    let bound = try #require(range.bound)
    #expect(bound.nodes == ["large"])
    let sampled = try #require(try ThroughputRange(throughput))
    #expect(sampled.bound == nil)
    #expect(bound.cyclesPerFrame == sampled.samples.compactMap(\.cyclesPerFrame).min())
    #expect(range.decisive?.node == "large")
  }

  @Test func bothAreSimulatedSideBySide() throws {
    let (throughput, range) = try Throughput.withRange(design())
    #expect(try throughput.cyclesPerFrame == Throughput(design()).cyclesPerFrame)
    let alone = try #require(try ThroughputRange(throughput))
    #expect(range?.samples.map(\.schedule) == alone.samples.map(\.schedule))
    #expect(range?.samples.map(\.cyclesPerFrame) == alone.samples.map(\.cyclesPerFrame))
  }

  /// What the cycles of a single block rest on whose structure is stated, and how many it needs per frame.
  private func basis(
    _ op: String, _ structure: String, _ attributes: [String: AttributeValue],
    generation: FINNGeneration = .default
  ) throws -> (TimingBasis, Int?) {
    var node = Node(
      name: "n", opType: op, attributes: attributes, inputs: ["in"], outputs: ["out"])
    node.attributes["hls_structure"] = .string(structure)
    let design = Design(
      name: "block", clockMHz: 100, finnGeneration: generation, nodes: [node],
      graphInputs: ["in"], graphOutputs: ["out"])
    let plan = try Plan(design)
    return (TimingReport(plan.timings[0]).basis, plan.timings[0].busyCycles)
  }

  /// A structure has a least number of stages; fewer is a slip, not another hardware.
  @Test func stagesThatCannotBeAreRefused() throws {
    func padding(_ stages: Int) throws -> TimingBasis {
      try basis(
        "FMPadding_hls", "continuous",
        [
          "ImgDim": .ints([3, 3]), "Padding": .ints([1, 1, 1, 1]), "NumChannels": .int(1),
          "SIMD": .int(1), "inputDataType": .string("UINT4"), "hls_stages": .int(stages),
        ]
      ).0
    }
    #expect(try padding(2) == .stated && padding(3) == .stated)
    let text = inputError { _ = try padding(1) }
    #expect(
      text.contains("attribute 'hls_stages': 1 pipeline stages of \"continuous\" cannot be")
        && text.contains("at least 2"), "\(text)")
  }

  /// Blocks that FINN does not build in this way are not called exact.
  @Test func whatFINNDoesNotBuildIsNotExact() throws {
    func isExact(_ op: String, _ attributes: [String: AttributeValue]) throws -> Bool {
      let node = Node(
        name: "n", opType: op, attributes: attributes, inputs: ["in"], outputs: ["out"])
      let design = Design(
        name: "block", part: "xcvc1902-vsva2197-2MP-e-S", clockMHz: 100,
        finnGeneration: .dev2026_04, nodes: [node], graphInputs: ["in"], graphOutputs: ["out"])
      return try Plan(design).timings[0].exactness == .exact
    }
    func fifo(_ depth: Int) -> [String: AttributeValue] {
      [
        "depth": .int(depth), "dataType": .string("UINT4"), "folded_shape": .ints([1, 4, 2]),
        "normal_shape": .ints([1, 8]), "impl_style": .string("rtl"),
      ]
    }
    #expect(try isExact("StreamingFIFO_rtl", fifo(2)))
    #expect(try !isExact("StreamingFIFO_rtl", fifo(1)))
    func product(_ type: String) -> [String: AttributeValue] {
      [
        "lhs_dtype": .string(type), "rhs_dtype": .string(type), "out_dtype": .string(type),
        "lhs_shape": .ints([1, 8]), "rhs_shape": .ints([8]), "out_shape": .ints([1, 8]),
        "lhs_style": .string("input"), "rhs_style": .string("const"), "PE": .int(1),
        "mem_mode": .string("internal_decoupled"),
      ]
    }
    #expect(try isExact("ElementwiseAdd_rtl", product("FLOAT32")))
    #expect(try !isExact("ElementwiseAdd_rtl", product("INT8")))
  }

  /// Windows of a kernel that is a multiple of the stride were measured, and a single label: a stated schedule does
  /// not make others exact.
  @Test func blocksNobodyMeasuredAreApproximateWithAStatedSchedule() throws {
    func window(kernel: Int, stride: Int) throws -> TimingBasis {
      let output = (9 - kernel) / stride + 1
      return try basis(
        "ConvolutionInputGenerator_hls", "continuous",
        [
          "ConvKernelDim": .ints([kernel, kernel]), "IFMChannels": .int(2), "SIMD": .int(1),
          "IFMDim": .ints([9, 9]), "OFMDim": .ints([output, output]),
          "Stride": .ints([stride, stride]), "Dilation": .ints([1, 1]), "depthwise": .int(0),
          "inputDataType": .string("UINT4"), "outputDataType": .string("UINT4"),
          "hls_stages": .int(4),
        ]
      ).0
    }
    #expect(try window(kernel: 3, stride: 1) == .stated)
    #expect(try window(kernel: 4, stride: 2) == .stated)
    #expect(try window(kernel: 3, stride: 2) == .approximate)
    #expect(try window(kernel: 2, stride: 3) == .approximate)
    func labels(_ count: Int) throws -> TimingBasis {
      try basis(
        "LabelSelect_hls", "call",
        [
          "Labels": .int(10), "PE": .int(1), "K": .int(count), "hls_stages": .int(2),
          "inputDataType": .string("UINT8"),
        ]
      ).0
    }
    #expect(try labels(1) == .stated)
    #expect(try labels(2) == .approximate)
  }

  /// Vivado HLS was measured in call form alone: a stated schedule does not make other blocks exact.
  @Test func blocksOfVivadoHLSAreExactAsFarAsMeasured() throws {
    let labels: [String: AttributeValue] = [
      "Labels": .int(7), "PE": .int(1), "K": .int(1), "inputDataType": .string("UINT8"),
      "hls_stages": .int(1),
    ]
    // The report of such a block: an interval of 13 cycles.
    let selected = try basis("LabelSelect_hls", "call", labels, generation: .v0_6)
    #expect(selected.0 == .approximate && selected.1 == 13)
    let padding: [String: AttributeValue] = [
      "ImgDim": .ints([3, 3]), "Padding": .ints([1, 1, 1, 1]), "NumChannels": .int(1),
      "SIMD": .int(1), "inputDataType": .string("UINT4"), "hls_stages": .int(3),
    ]
    let padded = try basis("FMPadding_hls", "call", padding, generation: .v0_6)
    #expect(padded.0 == .stated && padded.1 == 25 + 7)
    let other = try basis("FMPadding_hls", "continuous", padding, generation: .v0_6)
    #expect(other.0 == .approximate)
  }
}
