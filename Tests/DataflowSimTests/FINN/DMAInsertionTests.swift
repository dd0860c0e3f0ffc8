import DataflowAnalysis
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

  /// 784 bytes through a port of 64 bits take 98 cycles, whatever the layer could do.
  @Test func aNarrowPortLimits() throws {
    let design = thresholding(channels: 784, pe: 49)
    #expect(try Throughput(design).cyclesPerFrame == 16)
    for (port, cycles) in [(8, 784.0), (64, 98), (128, 49), (512, 49)] {
      let (with, added) = try design.insertingDMAs(portWidth: port)
      #expect(added == ["IODMA_hls_0", "IODMA_hls_1"])
      #expect(with.graphInputs == ["x"] && with.graphOutputs == ["y"])
      let throughput = try Throughput(with)
      #expect(throughput.cyclesPerFrame == cycles)
      #expect(throughput.bottleneck?.limit == .memory)
      // FINN takes the greatest common divisor of the frame and the port.
      #expect(ThroughputReport(throughput, device: nil).bottleneck.portWidth == min(port, 128))
      #expect(try with.insertingDMAs(portWidth: port).added.isEmpty)
    }
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
    #expect(throughput.cyclesPerFrame == 64 && throughput.bottleneck?.limit == .memory)
  }
}

/// The memory pauses after every burst, wherever in a stream word that is.
@Suite struct BurstTests {
  private func cycles(stream: Int, port: Int, beats: Int, gap: Int, direction: String) throws
    -> Double?
  {
    let dma = Node(
      name: "d", opType: "IODMA_hls",
      attributes: [
        "NumChannels": .int(stream / 8), "dataType": .string("UINT8"), "streamWidth": .int(stream),
        "intfWidth": .int(port), "numInputVectors": .ints([8]), "direction": .string(direction),
        "burst_beats": .int(beats), "burst_gap": .int(gap),
      ], inputs: ["x"], outputs: ["y"])
    let design = Design(name: "d", nodes: [dma], graphInputs: ["x"], graphOutputs: ["y"])
    return try Throughput(design).cyclesPerFrame
  }

  /// 8 words of 392 bits are 49 words of 64: 49 + ⌊49 / beats⌋ · gap.
  @Test(arguments: [(1, 637.0), (16, 85), (7, 133), (49, 61), (50, 49)])
  func wordsThatDoNotDivideThePort(beats: Int, cycles: Double) throws {
    for direction in ["in", "out"] {
      let found = try self.cycles(
        stream: 392, port: 64, beats: beats, gap: 12, direction: direction)
      #expect(found == cycles, "\(direction)")
    }
  }

  @Test func wordsThatDivideThePort() throws {
    #expect(try cycles(stream: 64, port: 64, beats: 4, gap: 10, direction: "in") == 28)
    #expect(try cycles(stream: 32, port: 64, beats: 2, gap: 10, direction: "in") == 28)
    #expect(try cycles(stream: 192, port: 64, beats: 16, gap: 10, direction: "in") == 34)
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
