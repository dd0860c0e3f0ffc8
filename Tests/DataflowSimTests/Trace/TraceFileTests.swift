import DataflowAnalysis
import Foundation
import Testing

@Suite struct TraceFileTests {
  /// Every handshake of every measured design comes back, in chunks small and large.
  @Test(arguments: GoldenCase.kinds)
  func everyHandshakeComesBack(kind: String) throws {
    for (n, golden) in try GoldenCase.load(kind).enumerated() where n % 4 == 0 {
      guard let (_, run) = golden.runs.last else { continue }
      let (data, result) = try TraceFixture.record(
        golden.design, run.scenario, handshakesPerChunk: n % 8 == 0 ? 600 : 16384)
      let trace = try TraceFile(data, path: golden.name)
      #expect(trace.damage == nil)
      #expect(trace.scenario == run.scenario)
      #expect(trace.report?.handshakeCounts == result.handshakeCounts)
      #expect(trace.report?.outcome == result.outcome)
      #expect(Set(trace.streamNames) == Set(result.streams.keys))
      for (stream, cycles) in result.streams {
        #expect(try TraceFixture.cycles(trace, stream) == cycles, "\(golden.name) \(stream)")
      }
    }
  }

  /// However many handshakes are asked for in a chunk, readers take it.
  @Test func noChunkIsLargerThanReadersTake() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let plan = try Plan(try TraceFixture.example("conv-shallow-fifos"))
      let path = folder + "/large.simtrace.zst"
      let writer = try TraceWriter(
        to: path, plan: plan, scenario: Scenario(), handshakesPerChunk: .max)
      let count = TraceWriter.mostHandshakesPerChunk + 5
      writer.took(HandshakeRun(cycle: 7, step: 3, wait: 1, count: count), stream: 0)
      let idle = try Simulation(plan, observing: Observation(streams: true)).result(frames: 1)
      var report = RunReport(plan, Scenario(), idle)
      report.handshakeCounts[plan.observedStreams[0][0]] = count
      try writer.finish(report)
      let trace = try TraceFile(contentsOf: path)
      #expect(trace.damage == nil)
      var cursor = try trace.handshakes(of: plan.observedStreams[0][0], from: 7 + 3 * (count - 2))
      #expect(try cursor.next()?.cycle == 7 + 3 * (count - 2))
      #expect(try cursor.next()?.cycle == 7 + 3 * (count - 1))
      #expect(try cursor.next() == nil)
    }
  }

  /// A chunk of every stream is in memory at once: the more streams there are, the shorter it is, within bounds.
  @Test func chunksOfManyStreamsAreShorter() {
    let sizes = [0, 1, 512, 700, 2048, 100_000].map(TraceWriter.handshakesPerChunk(streams:))
    #expect(sizes == [65536, 65536, 65536, 47934, 16384, 16384])
  }

  @Test func aCycleRangeStartsAtItsFirstHandshake() throws {
    let (data, result) = try TraceFixture.record(
      try TraceFixture.example("conv-shallow-fifos"), Scenario(frames: 4), handshakesPerChunk: 512)
    let trace = try TraceFile(data, path: "t")
    for (stream, cycles) in result.streams {
      for from in [0, 1, 777, 4242, cycles.last ?? 0, 1 << 40] {
        var cursor = try trace.handshakes(of: stream, from: from)
        let first = try cursor.next()
        let expected = cycles.firstIndex { $0 >= from }
        #expect(first?.cycle == expected.map { cycles[$0] })
        if let expected { #expect(cursor.position == expected + 1) }
      }
    }
  }

  /// Words are offered no later than taken, and not before the word ahead of them is gone.
  @Test func offersLieBetweenHandshakes() throws {
    let trace = try TraceFile(try TraceFixture.deadlock().data, path: "t")
    for stream in trace.streamNames {
      var cursor = try trace.handshakes(of: stream)
      var previous = -1
      while let handshake = try cursor.next() {
        #expect(handshake.offered > previous && handshake.offered <= handshake.cycle)
        previous = handshake.cycle
      }
    }
  }

  @Test func anUnknownStreamIsNamedWithItsNeighbour() throws {
    let trace = try TraceFile(try TraceFixture.deadlock().data, path: "t.simtrace.zst")
    let message = inputError { _ = try trace.handshakes(of: "fork.aa") }
    #expect(message.contains("t.simtrace.zst: has no stream 'fork.aa'"))
    #expect(message.contains("did you mean 'fork.a'?"))
  }

  /// The writer's memory is one batch, one chunk per stream and one index part, whatever the run's
  /// length: with chunks of 512 handshakes a million of them leave in pieces all along.
  @Test func aLongStreamLeavesInPieces() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let plan = try Plan(try TraceFixture.example("conv-shallow-fifos"))
      let path = folder + "/long.simtrace.zst"
      let writer = try TraceWriter(
        to: path, plan: plan, scenario: Scenario(), handshakesPerChunk: 512)
      var (cycles, waits) = ([Cycle](repeating: 0, count: 512), [Int](repeating: 0, count: 512))
      var generator = SeededGenerator(seed: 7)
      var cycle = 0
      var sum = 0
      func fileSize() throws -> Int {
        try FileManager.default.attributesOfItem(atPath: writer.temporaryPath)[.size] as! Int
      }
      var sizes: [Int] = []
      for round in 0..<2000 {
        for i in cycles.indices {
          let offered = cycle + Int.random(in: 1...9, using: &generator)
          cycle = offered + Int.random(in: 0...20, using: &generator)
          (cycles[i], waits[i]) = (cycle, cycle - offered)
          sum += cycle
        }
        cycles.withUnsafeBufferPointer { cycles in
          waits.withUnsafeBufferPointer {
            writer.took(HandshakeBatch(cycles: cycles, waits: $0), stream: 0)
          }
        }
        if round % 500 == 499 { sizes.append(try fileSize()) }
      }
      #expect(sizes == sizes.sorted() && Set(sizes).count == sizes.count && sizes[0] > 0)
      let idle = try Simulation(plan, observing: Observation(streams: true)).result(frames: 1)
      var report = RunReport(plan, Scenario(), idle)
      report.handshakeCounts[plan.observedStreams[0][0]] = 1_024_000
      try writer.finish(report)
      let trace = try TraceFile(contentsOf: path)
      let read = try TraceFixture.cycles(trace, trace.streams[0][0])
      #expect(trace.damage == nil && read.count == 1_024_000)
      #expect(read.last == cycle && read.reduce(0, +) == sum)
      let late = try TraceFixture.cycles(trace, trace.streams[0][0], from: cycle - 1000)
      #expect(late == read.filter { $0 >= cycle - 1000 })
    }
  }

  /// Recorded before the report listed its FIFOs.
  @Test func aTraceOfVersionOneOpens() throws {
    let old = try TraceFile(contentsOf: TestFiles.resource("traces/version-1.simtrace.zst"))
    let now = try #require(try TraceFile(try TraceFixture.deadlock().data, path: "now").report)
    let report = try #require(old.report)
    #expect(old.damage == nil && report.outcome == .deadlock && report.bits == nil)
    #expect(report.handshakeCounts == now.handshakeCounts && report.exactness == now.exactness)
    #expect(Set(report.timings.map(\.node)) == Set(now.timings.map(\.node)))
    #expect(report.fifos.count == now.fifos.count)
    for (a, b) in zip(report.fifos, now.fifos.sorted { $0.name < $1.name }) {
      #expect((a.name, a.depth) == (b.name, b.depth))
      #expect((a.maxOccupancy, a.finalOccupancy) == (b.maxOccupancy, b.finalOccupancy))
    }
  }

  /// Recorded before even stretches were left out of the columns.
  @Test func aTraceOfVersionTwoOpens() throws {
    let old = try TraceFile(contentsOf: TestFiles.resource("traces/version-2.simtrace.zst"))
    let (data, _) = try TraceFixture.record(old.design, old.scenario)
    let now = try TraceFile(data, path: "now")
    #expect(old.damage == nil && old.streamNames == now.streamNames)
    #expect(old.report?.handshakeCounts == now.report?.handshakeCounts)
    for stream in old.streamNames {
      var (a, b) = (try old.handshakes(of: stream), try now.handshakes(of: stream))
      while let handshake = try a.next() { #expect(try b.next() == handshake) }
      #expect(try b.next() == nil)
    }
  }

  @Test func nothingIsLeftOfATraceThatIsNotFinished() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let plan = try Plan(try TraceFixture.example("residual-deadlock"))
      let old = folder + "/a.simtrace.zst"
      try Data("old".utf8).write(to: URL(fileURLWithPath: old))
      var writer: TraceWriter? = try TraceWriter(to: old, plan: plan, scenario: Scenario())
      #expect(FileManager.default.fileExists(atPath: writer!.temporaryPath))
      writer = nil
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a.simtrace.zst"])
      #expect(try TestFiles.data(old) == Data("old".utf8))
      let message = inputError {
        _ = try TraceWriter(to: folder + "/no/a.zst", plan: plan, scenario: Scenario())
      }
      #expect(message.contains("no/a.zst: cannot be written"))
    }
  }
}
