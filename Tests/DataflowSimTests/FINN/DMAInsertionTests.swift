import DataflowAnalysis
import Foundation
import Testing

@Suite struct DMAInsertionTests {
  private func thresholding(channels: Int, pe: Int, _ attributes: [String: AttributeValue] = [:])
    -> Design
  {
    var all: [String: AttributeValue] = [
      "NumChannels": .int(channels), "PE": .int(pe), "numSteps": .int(1),
      "inputDataType": .string("UINT8"), "weightDataType": .string("UINT8"),
      "outputDataType": .string("BINARY"),
    ]
    all.merge(attributes) { $1 }
    return Design(
      name: "d",
      nodes: [
        Node(name: "t", opType: "Thresholding_rtl", attributes: all, inputs: ["x"], outputs: ["y"])
      ], graphInputs: ["x"], graphOutputs: ["y"])
  }

  /// 784 bytes through a port of 64 bits take at least 98 cycles, whatever the layer could do.
  @Test func aNarrowPortLimits() throws {
    let design = thresholding(channels: 784, pe: 49)
    #expect(try Throughput(design).cyclesPerFrame == 16)
    for (port, cycles) in [(8, 784.0), (64, 98), (128, 49), (512, 49)] {
      let (with, added) = try design.insertingDMAs(portWidth: port)
      #expect(added == ["IODMA_hls_0", "IODMA_hls_1"])
      #expect(with.graphInputs == ["x"] && with.graphOutputs == ["y"])
      let throughput = try Throughput(with)
      #expect((throughput.cyclesPerFrame ?? 0) >= cycles)
      #expect(throughput.bottleneck?.limit == .memory)
      // FINN takes the greatest common divisor of the frame and the port.
      #expect(ThroughputReport(throughput, device: nil).bottleneck.portWidth == min(port, 128))
      #expect(try with.insertingDMAs(portWidth: port).added.isEmpty)
    }
  }

  /// 144 bits of weights lie in memory once, although a frame takes them 36 times: the port is their greatest common
  /// divisor, as FINN has it.
  @Test func thePortOfWeightsGoesByThemAlone() throws {
    let design = Design(
      name: "d",
      nodes: [
        Node(
          name: "m", opType: "MVAU_rtl",
          attributes: [
            "MW": .int(18), "MH": .int(4), "PE": .int(4), "SIMD": .int(18),
            "inputDataType": .string("INT8"), "weightDataType": .string("INT2"),
            "outputDataType": .string("INT24"), "noActivation": .int(1),
            "numInputVectors": .ints([1, 6, 6]), "mem_mode": .string("external"),
          ], inputs: ["x", "w"], outputs: ["y"])
      ], graphInputs: ["x", "w"], graphOutputs: ["y"])
    let (with, _) = try design.insertingDMAs(portWidth: 128)
    let weights = try #require(with.nodes.first { $0.inputs == ["w"] })
    #expect(weights.attributes["intfWidth"] == .int(16))
    // 36 times 144 bits through 16, though the core puts out words without weights too.
    #expect((try Throughput(with).cyclesPerFrame ?? 0) >= 324)
  }

  @Test func externalWeightsGetADMAOfTheirOwn() throws {
    let design = Design(
      name: "d",
      nodes: [
        Node(
          name: "m", opType: "MVAU_hls",
          attributes: [
            "MW": .int(16), "MH": .int(16), "PE": .int(2), "SIMD": .int(4),
            "inputDataType": .string("INT8"), "weightDataType": .string("INT8"),
            "outputDataType": .string("INT32"), "noActivation": .int(1),
            "mem_mode": .string("external"),
          ], inputs: ["x", "w"], outputs: ["y"])
      ], graphInputs: ["x", "w"], graphOutputs: ["y"])
    let (with, added) = try design.insertingDMAs(portWidth: 32)
    #expect(added.count == 3)
    let weights = try #require(with.nodes.first { $0.inputs == ["w"] })
    #expect(weights.attributes["burstMode"] == .string("wrap"))
    #expect(weights.attributes["streamWidth"] == .int(64))
    #expect(weights.attributes["intfWidth"] == .int(32))
    let throughput = try Throughput(with)
    #expect((throughput.cyclesPerFrame ?? 0) >= 64)
  }

  /// What a folding or a sweep makes of a design with DMAs moves no more than the memory port.
  @Test func foldingsFitTheirDMAs() throws {
    let (with, _) = try thresholding(channels: 784, pe: 49).insertingDMAs(portWidth: 64)
    let text = #"{"format": "simrun-space", "version": 1, "nodes": {"t": {"PE": [16, 28, 98]}}}"#
    let space = try SweepSpace(json: Data(text.utf8), file: "space.json", for: with)
    for ordinal in 0..<space.count {
      let result = space[ordinal].evaluate(from: with)
      #expect(result.status == .complete, "\(result.message)")
      #expect(result.cyclesPerFrame >= 98, "\(space[ordinal].canonicalText)")
    }
    let folded = try FoldingSearch(with, goal: .framesPerSecond(100_000), device: nil)
    #expect(folded.meetsGoal && folded.chosen.period.cyclesPerFrame >= 98)
  }

  /// Folding widens the streams of DMAs, those of words that are filled up to bytes too.
  @Test func streamsOfDMAsAreAsWideAsTheLayersBesideThem() throws {
    let design = thresholding(
      channels: 40, pe: 1, ["numSteps": .int(7), "outputDataType": .string("UINT3")])
    let (with, _) = try design.insertingDMAs(portWidth: 64)
    let folded = try FoldingSearch(with, goal: .framesPerSecond(12_500_000), device: nil)
    let nodes = folded.chosen.design.nodes
    let layer = try #require(nodes.first { $0.name == "t" })
    guard case .int(let pe)? = layer.attributes["PE"] else { return }
    #expect(pe > 1 && folded.chosen.period.cyclesPerFrame < 40)
    let widths = nodes.filter { $0.opType == "IODMA_hls" }.map { $0.attributes["streamWidth"] }
    #expect(widths == [.int(8 * pe), .int((3 * pe + 7) / 8 * 8)])
  }
}

/// Partitions that hold no layer.
@Suite struct LayerlessTests {
  @Test func aFIFOAloneIsLimitedByItsSource() throws {
    let fifo = Node(
      name: "f", opType: "StreamingFIFO_rtl",
      attributes: [
        "depth": .int(2), "folded_shape": .ints([1, 4, 1]), "normal_shape": .ints([1, 4]),
        "dataType": .string("UINT8"),
      ], inputs: ["x"], outputs: ["y"])
    let throughput = try Throughput(
      Design(name: "f", nodes: [fifo], graphInputs: ["x"], graphOutputs: ["y"]))
    #expect(throughput.bottleneck?.limit == .source && throughput.bottleneck?.node == "x")
    #expect(ThroughputReport(throughput, device: nil).finnEstimate == nil)
  }
}
