import DataflowAnalysis
import Testing

/// The measured rule of single frames, and what becomes of it in batches.
@Suite struct IODMATimingTests {
  private func dma(
    _ direction: String, bytes: Int, port: Int = 64, stream: Int = 64, latency: Int = 64,
    _ more: [String: AttributeValue] = [:]
  ) -> Design {
    var attributes: [String: AttributeValue] = [
      "NumChannels": .int(stream / 8), "dataType": .string("UINT8"), "streamWidth": .int(stream),
      "intfWidth": .int(port), "direction": .string(direction),
      "numInputVectors": .ints([1, bytes * 8 / stream]), "memory_latency": .int(latency),
    ]
    attributes.merge(more) { $1 }
    return Design(
      name: "d",
      nodes: [
        Node(
          name: "dma", opType: "IODMA_hls", attributes: attributes, inputs: ["x"], outputs: ["y"])
      ], graphInputs: ["x"], graphOutputs: ["y"])
  }

  private func handshakes(_ design: Design, frames: Int, of stream: String) throws -> [Int] {
    try Simulation(
      Plan(design), scenario: Scenario(frames: frames), observing: Observation(times: true)
    ).run().streams[stream] ?? []
  }

  /// A frame of W words takes W + L + 14 cycles, its first word comes 16 + L after the start.
  @Test(arguments: [0, 10, 64]) func framesFetchedOneByOne(latency: Int) throws {
    let times = try handshakes(dma("in", bytes: 784, latency: latency), frames: 3, of: "y")
    #expect(times.count == 3 * 98)
    #expect(times[0] == 16 + latency)
    for frame in 0..<2 {
      #expect(times[98 * (frame + 1)] - times[98 * frame] == 98 + latency + 14)
    }
  }

  /// Of 20 frames four go one by one, then 16 as one transfer.
  @Test func sixteenFramesAreOneTransfer() throws {
    let times = try handshakes(dma("in", bytes: 784), frames: 20, of: "y")
    let starts = (0..<20).map { times[98 * $0] }
    #expect(
      zip(starts.dropFirst(), starts).map { $0 - $1 } == Array(repeating: 176, count: 4)
        + Array(repeating: 98, count: 15))
  }

  /// The weights of a layer are read anew for each frame.
  @Test func weightsAreFetchedFrameByFrame() throws {
    let weights = dma("in", bytes: 784, ["burstMode": .string("wrap")])
    #expect(try Throughput(weights).cyclesPerFrame == 176)
    let times = try handshakes(weights, frames: 16, of: "y")
    #expect(times[98 * 15] - times[0] == 15 * 176)
  }

  /// 23 + L for a frame of ten one-byte words and three beats, 10 + L and both without end.
  @Test func framesWrittenOneByOne() throws {
    let design = dma("out", bytes: 12, port: 32, stream: 8, latency: 20)
    let times = try handshakes(design, frames: 3, of: "y")
    #expect(times[3] - times[0] == 12 + 3 + 10 + 20 && times[6] - times[3] == 12 + 3 + 10 + 20)
    #expect(try Throughput(design).cyclesPerFrame == 12)
  }

  /// Frames without end pass the port's width in every cycle; bursts pause whatever the stream's width is.
  @Test(arguments: [
    (64, 64, 0, 98), (32, 32, 0, 196), (64, 392, 0, 98), (8, 8, 0, 784), (64, 8, 0, 784),
    (128, 392, 0, 49),
  ])
  func withoutEndThePortDecides(port: Int, stream: Int, gap: Int, period: Double) throws {
    for direction in ["in", "out"] {
      let design = dma(
        direction, bytes: 784, port: port, stream: stream, ["burst_gap": .int(gap)])
      #expect(try Throughput(design).cyclesPerFrame == period)
    }
  }

  /// 61 beats have three bursts of 16 behind them.
  @Test(arguments: [(8, 85.0), (192, 637)]) func burstsPause(gap: Int, period: Double) throws {
    for stream in [64, 8 * 61] {
      for direction in ["in", "out"] {
        let design = dma(
          direction, bytes: 488, stream: stream, ["burst_gap": .int(gap)])
        let found = try #require(try Throughput(design).cyclesPerFrame)
        #expect(found == period, "\(direction) \(stream)")
      }
    }
  }

  /// A slow sink holds the memory back, and no more than a frame is held.
  @Test func aSlowSinkHoldsTheMemoryBack() throws {
    let design = dma("in", bytes: 784)
    let scenario = Scenario(
      frames: 32, sinks: ["y": Scenario.Sink(pattern: try Pattern("01"))])
    let run = try Simulation(
      Plan(design), scenario: scenario, observing: Observation(times: true)
    ).run()
    let (beats, words) = (run.streams["x"] ?? [], run.streams["y"] ?? [])
    #expect(zip(words.dropFirst(), words).allSatisfy { $0 - $1 == 2 || $0 - $1 > 60 })
    for frame in 2..<32 { #expect(beats[98 * frame] >= words[98 * (frame - 1)]) }
  }

  @Test func theReportSaysWhatBatchesGive() throws {
    let report = ThroughputReport(try Throughput(dma("in", bytes: 784)), device: nil)
    let transfers = try #require(report.transfers)
    #expect(report.throughput.cyclesPerFrame == 98)
    #expect(transfers.node == "dma" && transfers.batch == 16 && transfers.memoryLatency == 64)
    #expect(abs(report.clockMHz * 1e6 / transfers.fpsInBatches - (98 + 78.0 / 16)) < 1e-6)
    #expect(abs(report.clockMHz * 1e6 / transfers.fpsAlone - 176) < 1e-6)
  }

  /// A DMA that would keep up by itself, but holds its core up while it waits.
  @Test func waitsThatAddUpAreSaid() throws {
    let design = try Design(
      contentsOf: TestFiles.repository("configs/ci/word-count-fixed.json"))
    let report = ThroughputReport(try Throughput(design), device: nil)
    func ends(_ frames: Int) throws -> [Int] {
      let run = try Simulation(Plan(design), scenario: Scenario(frames: frames)).run()
      return try #require(run.frameEnds.values.first)
    }
    let (singles, batches) = (try ends(12), try ends(48))
    let transfers = try #require(report.transfers)
    #expect(report.throughput.cyclesPerFrame == 256 && singles[11] - singles[10] > 256)
    let alone = report.clockMHz * 1e6 / transfers.fpsAlone
    #expect(abs(alone - Double(singles[11] - singles[10])) < 1e-6)
    let each = report.clockMHz * 1e6 / transfers.fpsInBatches
    #expect(abs(each - Double(batches[47] - batches[31]) / 16) < 1e-6)
  }
}
