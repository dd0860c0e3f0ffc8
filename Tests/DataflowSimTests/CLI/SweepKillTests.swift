import DataflowAnalysis
import Foundation
import DesignFiles
import SweepStore
import Testing

/// Shards as processes, killed at random instants and started again, come to the same results.
struct SweepKillTests {
  private static let program: String? = ["release", "debug"].map {
    TestFiles.repository(".build/\($0)/simrun")
  }.first { FileManager.default.isExecutableFile(atPath: $0) }

  private func start(_ arguments: [String]) throws -> Foundation.Process {
    let process = Foundation.Process()
    process.executableURL = URL(fileURLWithPath: try #require(Self.program))
    process.arguments = arguments
    process.standardError = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    return process
  }

  @Test(.enabled(if: program != nil)) func losesNothing() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let design = TestFiles.repository("configs/conv1d-audio.json")
      let text = """
        {"format": "simrun-space", "version": 1,
         "nodes": {"MVAU_hls_0": {"PE": [1, 2, 4]}, "MVAU_hls_1": {"PE": [1, 2, 4]}},
         "fifo": ["kept", 8, 32], "clock_mhz": [100, 200]}
        """
      let spacePath = "\(folder)/space.json"
      try Data(text.utf8).write(to: URL(fileURLWithPath: spacePath))
      var random = SeededGenerator(seed: 11)
      var kills = 0
      var open = Array(0..<3)
      while !open.isEmpty {
        let running = try open.map { i in
          (
            i,
            try start([
              "sweep", design, "--space", spacePath, "-o", "\(folder)/\(i).sqlite", "--shard",
              "\(i)/3", "--workers", "1",
            ])
          )
        }
        for (_, process) in running where kills < 24 {
          Thread.sleep(forTimeInterval: Double.random(in: 0.01...0.15, using: &random))
          if process.isRunning {
            kill(process.processIdentifier, SIGKILL)
            kills += 1
          }
        }
        for (_, process) in running { process.waitUntilExit() }
        open = running.filter { $0.1.terminationReason != .exit || $0.1.terminationStatus != 0 }
          .map(\.0)
      }
      let merge = try start(
        ["sweep", "merge", "-o", "\(folder)/all.sqlite"] + (0..<3).map { "\(folder)/\($0).sqlite" })
      merge.waitUntilExit()
      #expect(merge.terminationStatus == 0)
      let base = try DesignFile.load(design).design
      let space = try SweepSpace(json: Data(text.utf8), file: "space.json", for: base)
      let all = try SweepDatabase("\(folder)/all.sqlite", for: nil)
      var seen: Set<Int> = []
      try all.forEach { entry in
        #expect(seen.insert(entry.ordinal).inserted)
        #expect(entry.result == space[entry.ordinal].evaluate(from: base))
      }
      #expect(seen.count == space.count)
    }
  }

  /// Not the output is at fault then.
  @Test func aPartNamedTwiceIsSaid() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let text = #"{"format": "simrun-space", "version": 1, "fifo": [2, 4]}"#
      try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/space.json"))
      let sweep = try CommandLineTool.run(
        [
          "sweep", TestFiles.repository("configs/tfc-w1a1.json"), "--space", "space.json", "-o",
          "a.sqlite",
        ], in: folder)
      #expect(sweep.status == 0, "\(sweep.errors)")
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder)/soft.sqlite", withDestinationPath: "a.sqlite")
      try FileManager.default.linkItem(
        atPath: "\(folder)/a.sqlite", toPath: "\(folder)/hard.sqlite")
      for (other, text) in [
        ("a.sqlite", "a.sqlite: is named twice among the parts"),
        ("./a.sqlite", "./a.sqlite: is the same file as a.sqlite, another part"),
        ("soft.sqlite", "soft.sqlite: is the same file as a.sqlite, another part"),
        ("hard.sqlite", "hard.sqlite: is the same file as a.sqlite, another part"),
      ] {
        let told = try CommandLineTool.run(
          ["sweep", "merge", "a.sqlite", other, "-o", "b.sqlite"], in: folder)
        #expect(told.status == 65 && told.errors.contains(text), "\(told.errors)")
        #expect(!FileManager.default.fileExists(atPath: "\(folder)/b.sqlite"))
      }
    }
  }

  @Test(.enabled(if: program != nil)) func permanentFailuresHaveTheirOwnCode() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let space = "\(folder)/space.json"
      try Data(#"{"fifo": ["deep"]}"#.utf8).write(to: URL(fileURLWithPath: space))
      let design = TestFiles.repository("configs/lenet.json")
      let bad = try start(["sweep", design, "--space", space, "-o", "\(folder)/a.sqlite"])
      bad.waitUntilExit()
      #expect(bad.terminationStatus == 65)
      let usage = try start(["sweep", design, "--space", space, "-o", "x", "--shard", "3/3"])
      usage.waitUntilExit()
      #expect(usage.terminationStatus == 64)
    }
  }

  /// A full disk, here a limit on the size of files: exit code 75, and the same command goes on later.
  @Test(.enabled(if: program != nil)) func goesOnAfterAFullDisk() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let space = "\(folder)/space.json"
      let values = (1...64).map { "\($0 * 2)" }.joined(separator: ", ")
      let text = #"{"format": "simrun-space", "version": 1, "fifo": [\#(values)]}"#
      try Data(text.utf8).write(to: URL(fileURLWithPath: space))
      let sweep =
        "./simrun sweep configs/tfc-w1a1.json --space \(space) -o \(folder)/s.sqlite --workers 1"
      let full = try CommandLineTool.shell("trap '' XFSZ; ulimit -f 400; \(sweep)")
      #expect(full.status == 75)
      #expect(full.errors.contains("s.sqlite: cannot be written now"), "\(full.errors)")
      let later = try CommandLineTool.shell(sweep)
      #expect(later.status == 0)
      #expect(later.errors.contains(", 64 in "), "\(later.errors)")
      // Some were kept from the first time.
      #expect(!later.errors.contains("64 points in"), "\(later.errors)")
    }
  }
}
