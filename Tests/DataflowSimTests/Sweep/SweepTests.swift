import DataflowAnalysis
import Foundation
import GRDB
import DesignFiles
import SweepStore
import Testing

struct SweepTests {
  private let space = """
    {"format": "simrun-space", "version": 1, "nodes": {"MVAU_hls_0": {"PE": [1, 2, 3]}},
     "fifo": ["kept", 16], "clock_mhz": [100, 200]}
    """

  private func design() throws -> Design { try FIFOSizingTests.design("lenet") }

  /// A space of these axes, `{"fifo": [2]}`.
  private func space(_ axes: String) throws -> SweepSpace {
    let text =
      axes.hasPrefix(#"{"format""#)
      ? axes : #"{"format": "simrun-space", "version": 1, "# + axes.dropFirst()
    return try SweepSpace(json: Data(text.utf8), file: "space.json", for: try design())
  }

  @Test func refusesAnotherFormatOrVersion() {
    let cases = [
      (#"{"format": "nonsense", "version": 99, "fifo": [2]}"#, "is not \"simrun-space\""),
      (#"{"format": "simrun-space", "version": 99, "fifo": [2]}"#, "version 99"),
      (#"{"format": "simrun-space", "fifo": [2]}"#, "version"),
      (#"{"format": "simrun-space", "version": 1, "fifos": [2]}"#, "did you mean \"fifo\""),
    ]
    for (text, message) in cases {
      let got = inputError { _ = try space(text) }
      #expect(got.contains(message), "\(text): \(got)")
    }
  }

  @Test func refusesWhatIsOutOfRange() {
    let cases = [
      (#"{"nodes": {}}"#, "empty"), (#"{"fifo": []}"#, "no point"),
      (#"{"nodes": {"MVAU_hls_0": {"PE": [0]}}}"#, "PE"),
      (#"{"nodes": {"MVAU_hls_0": {"PE": [5]}}}"#, "does not divide"),
      (#"{"nodes": {"MVAU_hls_0": {"Pe": [1]}}}"#, "did you mean 'PE'"),
      (#"{"nodes": {"MVAU_hls_9": {"PE": [1]}}}"#, "no such node"),
      (#"{"fifo": ["deep"]}"#, "no FIFO policy"), (#"{"part": ["xq"]}"#, "unknown part"),
    ]
    for (text, message) in cases {
      let got = inputError { _ = try space(text) }
      #expect(got.contains(message), "\(text): \(got)")
    }
  }

  @Test func pointsReadBack() throws {
    let space = try space(#"{"nodes": {"MVAU_hls_0": {"PE": [1, 2]}}, "fifo": ["kept", 16]}"#)
    #expect(space.count == 4)
    for ordinal in 0..<space.count {
      let text = space[ordinal].canonicalText
      #expect(try SweepPoint(text: text, ordinal: ordinal).canonicalText == text)
    }
  }

  private func subject(_ space: SweepSpace) throws -> SweepDatabase.Subject {
    .init(design: String(decoding: try design().json(), as: UTF8.self), space: space.canonicalText)
  }

  /// Shards together give what one run gives; a second run does nothing.
  @Test func shardsMergeToTheWhole() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let space = try space(
        #"{"nodes": {"MVAU_hls_0": {"PE": [1, 2]}}, "fifo": ["kept", 16], "clock_mhz": [100, 200]}"#
      )
      let design = try design()
      func entries(_ database: SweepDatabase) throws -> [String: SweepResult] {
        var all: [String: SweepResult] = [:]
        try database.forEach { all[$0.address] = $0.result }
        return all
      }
      let whole = try SweepDatabase("\(folder)/whole.sqlite", for: subject(space))
      #expect(try SweepRunner(design, space, into: whole).run() == space.count)
      #expect(try SweepRunner(design, space, into: whole).run() == 0)
      let joined = try SweepDatabase("\(folder)/joined.sqlite", for: subject(space))
      for i in 0..<3 {
        let part = try SweepDatabase("\(folder)/\(i).sqlite", for: subject(space))
        var options = SweepRunner.Options()
        options.shard = (i, 3)
        _ = try SweepRunner(design, space, into: part, options: options).run()
        _ = try joined.merge(part)
      }
      #expect(try entries(joined) == entries(whole))
      #expect(try joined.merge(whole) == 0)
      let page = String(decoding: try SweepPage(joined).html, as: UTF8.self)
      #expect(page.contains("MVAU_hls_0.PE"))
    }
  }

  /// No part is left without work where all values are even.
  @Test func evenValuesAreSharedOutToo() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let space = try space(
        #"{"fifo": [2, 4, 8, 16, 32, 64, 128, 256], "clock_mhz": [100, 120, 140, 160, 180, 200]}"#)
      for i in 0..<2 {
        let part = try SweepDatabase("\(folder)/\(i).sqlite", for: subject(space))
        var options = SweepRunner.Options()
        options.shard = (i, 2)
        let share = try SweepRunner(design(), space, into: part, options: options).run()
        #expect((space.count / 4...3 * space.count / 4).contains(share), "\(share)")
      }
    }
  }

  /// A budget decides what fits in place of the part.
  @Test func aBudgetDecidesWhatFits() throws {
    let point = try space(#"{"fifo": ["kept"]}"#)[0]
    let lut = point.evaluate(from: try design()).resources.lut
    func fits(_ most: Int) throws -> Bool? {
      let many = 1 << 40
      let device = Device.budget(
        DeviceResources(lut: most, ff: many, bram18: many, uram: many, dsp: many))
      return point.evaluate(from: try design(), within: device).fits
    }
    #expect(try fits(lut / 2) == false)
    #expect(try fits(lut * 4) == true)
  }

  /// Latency counts in seconds: a slower clock needs fewer stages of HLS, which is no advantage.
  @Test func pointsOfDifferentClocksCompareInSeconds() {
    func entry(_ ordinal: Int, clock: Double, latency: Int) -> SweepDatabase.Entry {
      var result = SweepResult(status: .complete)
      result.cyclesPerFrame = 100
      result.framesPerSecond = clock * 1e6 / 100
      result.latency = latency
      return SweepDatabase.Entry(
        address: "\(ordinal)", ordinal: ordinal, point: "", result: result, seconds: 0)
    }
    var front = ParetoFront()
    front.add(entry(0, clock: 100, latency: 196))
    front.add(entry(1, clock: 200, latency: 211))
    #expect(front.entries.map(\.ordinal) == [1])
    front.add(entry(2, clock: 200, latency: 210))
    #expect(front.entries.map(\.ordinal) == [2])
  }

  /// A point is told as NODE.ATTRIBUTE=VALUE;… and read back.
  @Test(arguments: ["a=b", "a;b"]) func refusesNamesThatNoPointCanTell(_ name: String) throws {
    var design = try DesignFile.load(TestFiles.repository("configs/tfc-w1a1.json")).design
    let index = try #require(design.nodes.firstIndex { $0.name == "MVAU_hls_0" })
    design.nodes[index].name = name
    let text = #"{"format": "simrun-space", "version": 1, "nodes": {"\#(name)": {"PE": [1]}}}"#
    let message = inputError {
      _ = try SweepSpace(json: Data(text.utf8), file: "space.json", for: design)
    }
    #expect(message.contains("node '\(name)': a sweep writes its points as"), "\(message)")
    #expect(try !SweepProposal(design).axes.contains { $0.node == name })
  }

  @Test func refusesForeignFiles() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let space = try space(#"{"fifo": ["kept", 16]}"#)
      let other = try self.space(#"{"fifo": ["kept", 32]}"#)
      let path = "\(folder)/a.sqlite"
      _ = try SweepDatabase(path, for: subject(space))
      let text = inputError { _ = try SweepDatabase(path, for: subject(other)) }
      #expect(text.contains("another design or space"))
      try Data("not a database, but long enough to be looked at".utf8)
        .write(to: URL(fileURLWithPath: "\(folder)/b.sqlite"))
      let wrong = inputError { _ = try SweepDatabase("\(folder)/b.sqlite", for: subject(space)) }
      #expect(wrong.contains("not a SQLite database"))
      #expect(
        inputError { _ = try SweepDatabase("\(folder)/c", for: nil) }.contains("no such file"))
    }
  }

  /// Sweeps that begin on one new file at the same instant: SQLite refuses one of two that change its mode.
  @Test func manyBeginOnOneNewFile() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let subject = try subject(space(#"{"fifo": [2]}"#))
      let lock = NSLock()
      nonisolated(unsafe) var problems: [String] = []
      for round in 0..<50 {
        DispatchQueue.concurrentPerform(iterations: 4) { _ in
          do {
            try SweepDatabase("\(folder)/\(round).sqlite", for: subject).close()
          } catch {
            lock.withLock { problems.append("\(error)") }
          }
        }
      }
      #expect(problems == [])
    }
  }

  /// Reading changes no file and leaves none, whatever it finds.
  @Test func readingLeavesFilesAsTheyAre() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let space = try space(#"{"fifo": ["kept", 16]}"#)
      _ = try SweepDatabase("\(folder)/sweep #1.sqlite", for: subject(space))
      try DatabaseQueue(path: "\(folder)/foreign.sqlite").write {
        try $0.execute(sql: "CREATE TABLE version (number INTEGER); CREATE TABLE subject (a)")
      }
      try Data().write(to: URL(fileURLWithPath: "\(folder)/empty.sqlite"))
      func contents() throws -> [String: Data] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        return try Dictionary(
          uniqueKeysWithValues: names.map {
            ($0, try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\($0)")))
          })
      }
      let before = try contents()
      func problem(_ name: String, for subject: SweepDatabase.Subject? = nil) -> String {
        inputError { _ = try SweepDatabase("\(folder)/\(name).sqlite", for: subject) }
      }
      #expect(try SweepDatabase("\(folder)/sweep #1.sqlite", for: nil).count == 0)
      #expect(problem("foreign").contains("not one of simrun sweep"))
      #expect(problem("empty").contains("empty.sqlite: is empty"))
      #expect(problem("foreign", for: try subject(space)).contains("not one of simrun sweep"))
      #expect(try contents() == before)
    }
  }

  @Test func adaptiveStaysInItsBudget() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let space = try space(
        #"{"nodes": {"MVAU_hls_0": {"PE": [1, 2]}, "MVAU_hls_1": {"PE": [1, 2, 4]}}, "fifo": ["kept", 16]}"#
      )
      let database = try SweepDatabase("\(folder)/a.sqlite", for: subject(space))
      var options = SweepRunner.Options()
      options.strategy = .adaptive
      options.points = 6
      #expect(try SweepRunner(design(), space, into: database, options: options).run() == 6)
    }
  }

  /// The points depend on the seed alone: not on the workers, nor on where an earlier run stopped.
  @Test func adaptiveRepeatsForASeed() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let space = try space(
        #"{"nodes": {"MVAU_hls_0": {"PE": [1, 2, 3, 6]}, "MVAU_hls_1": {"PE": [1, 2, 4, 8]}}, "fifo": ["kept", 4, 8, 16, 32, 64, 128], "clock_mhz": [100, 150, 200]}"#
      )
      let design = try design()
      func sweep(_ name: String, seed: UInt64, workers: Int, after: [SweepDatabase.Entry] = [])
        throws -> [SweepDatabase.Entry]
      {
        let database = try SweepDatabase("\(folder)/\(name).sqlite", for: subject(space))
        for entry in after { try database.add(entry) }
        var options = SweepRunner.Options()
        options.strategy = .adaptive
        options.points = 40
        options.seed = seed
        options.workers = workers
        let evaluated = try SweepRunner(design, space, into: database, options: options).run()
        #expect(evaluated == 40 - after.count)
        var entries: [SweepDatabase.Entry] = []
        try database.forEach { entries.append($0) }
        return entries
      }
      let one = try sweep("one", seed: 3, workers: 1)
      let three = try sweep("three", seed: 3, workers: 3)
      #expect(one.map(\.address) == three.map(\.address))
      let some = one.enumerated().filter { $0.offset % 3 != 0 }.map(\.element)
      let resumed = try sweep("resumed", seed: 3, workers: 2, after: some)
      #expect(one.map(\.address) == resumed.map(\.address))
      #expect(try sweep("other", seed: 4, workers: 2).map(\.address) != one.map(\.address))
    }
  }

  /// A file a later simrun wrote is refused and left as it is.
  @Test func refusesAnotherVersion() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let space = try space(#"{"fifo": ["kept", 16]}"#)
      let path = "\(folder)/a.sqlite"
      _ = try SweepDatabase(path, for: subject(space))
      try DatabaseQueue(path: path).write { try $0.execute(sql: "UPDATE version SET version = 9") }
      let text = inputError { _ = try SweepDatabase(path, for: subject(space)) }
      #expect(text.contains("version 9") && text.contains("version 1"), "\(text)")
    }
  }

  // MARK: What hangs together

  private func depthwise(_ axes: String) throws -> (base: Design, points: [SweepPoint]) {
    let base = try FIFOSizingTests.design("mobilenet-small")
    let text = #"{"format": "simrun-space", "version": 1, "nodes": "# + axes + "}"
    let space = try SweepSpace(json: Data(text.utf8), file: "space.json", for: base)
    return (base, (0..<space.count).map { space[$0] })
  }

  /// The window in front of a depthwise layer folds with it, so that no point breaks a rule.
  @Test func windowsFollowTheirLayers() throws {
    let proposal = try SweepProposal(FIFOSizingTests.design("mobilenet-small"))
    let layer = try #require(proposal.axes.first { $0.node.hasPrefix("VVAU") })
    let (base, points) = try depthwise(#"{"\#(layer.node)": {"PE": \#(layer.values)}}"#)
    let known = Set(try DesignFacts(base).graphDiagnostics.map(\.code))
    #expect(points.count > 1)
    for point in points {
      let found = try DesignFacts(point.design(from: base)).graphDiagnostics.map(\.code)
      #expect(Set(found).isSubset(of: known), "\(point.canonicalText): \(found)")
    }
  }

  @Test func aWindowThatDoesNotFollowIsRefused() throws {
    let base = try FIFOSizingTests.design("mobilenet-small")
    let layer = try #require(base.nodes.first { $0.opType.hasPrefix("VVAU") })
    let window = try #require(
      base.nodes.last {
        $0.attributes["depthwise"] == .int(1)
          && base.nodes.firstIndex(of: $0)! < base.nodes.firstIndex(of: layer)!
      })
    let (_, points) = try depthwise(
      #"{"\#(layer.name)": {"PE": [1, 2]}, "\#(window.name)": {"SIMD": [1]}}"#)
    let results = points.map { $0.evaluate(from: base) }
    #expect(results.map(\.status) == [.complete, .refused])
    #expect(results.last?.message.contains("\(layer.name) wants it to be 2") == true)
  }
}
