import Foundation
import Testing

/// Results that share a place, limits and signals in the middle of writing: nothing is lost silently.
@Suite struct NothingIsLostTests {
  /// Two results in one file are refused before anything runs, and what was there stays.
  @Test(arguments: [
    "run configs/tfc-w1a1.json --input README.md --trace F --outputs F",
    "run configs/tfc-w1a1.json --input README.md --outputs F --activations F",
    "check configs/tfc-w1a1.json --junit F --sarif F",
    "fold configs/tfc-w1a1.json --max --part Pynq-Z1 -o F --apply G/../F",
    "fifo configs/tfc-w1a1.json -o F --apply F",
    "import configs/tfc-w1a1.json -o F.npz",
    "trace F --csv -o F",
    "run F --trace F",
    "fold F --max -o F",
    "fifo F -o G/../F",
    "check F --junit F",
    "sweep --init F --space F",
    "sweep F --space F -o F",
    "run configs/tfc-w1a1.json --input F.npz --outputs F.npz",
    "trace README.md --fst -o F --gtkw F",
    "export F --finn F",
    "import F -o F",
    "calibrate F -o F",
    "sweep merge -o F F",
  ])
  func twoResultsNeedTwoPlaces(_ command: String) throws {
    try TestFiles.withTemporaryDirectory { folder in
      try FileManager.default.createDirectory(
        atPath: "\(folder)/G", withIntermediateDirectories: true)
      for name in ["F", "F.npz"] {
        try Data("old".utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
      }
      let placed = command.replacingOccurrences(of: " F", with: " \(folder)/F")
        .replacingOccurrences(of: " G", with: " \(folder)/G")
      let result = try CommandLineTool.shell("./simrun \(placed)")
      #expect(result.status == 65, "\(result.errors)")
      #expect(result.errors.contains("name the same file"), "\(result.errors)")
      for name in ["F", "F.npz"] {
        #expect(try TestFiles.data("\(folder)/\(name)") == Data("old".utf8))
      }
    }
  }

  /// Files that are read without being named on the command line are not replaced either.
  @Test(arguments: [
    "report D/d.json --html D/tfc-w1a1.npz", "check D/d.json --junit D/tfc-w1a1.npz",
    "fold D/d.json --max --part Pynq-Z1 --apply D/tfc-w1a1.npz", "fifo D/d.json -o D/tfc-w1a1.npz",
    "hang D/d.json --stress 1 -o D/d.json",
    "report D/d.json --finn D/r --html D/r/op_and_param_counts.json",
    "sweep report D/s.sqlite --html D/s.sqlite-wal",
  ])
  func whatIsReadIsNotReplaced(_ command: String) throws {
    try TestFiles.withTemporaryDirectory { folder in
      let files = ["d.json", "tfc-w1a1.npz", "s.sqlite"].map { "\(folder)/\($0)" }
      try FileManager.default.createDirectory(
        atPath: "\(folder)/r", withIntermediateDirectories: true)
      for (name, place) in zip(["tfc-w1a1.json", "tfc-w1a1.npz", "tfc-w1a1.json"], files) {
        try FileManager.default.copyItem(
          atPath: TestFiles.repository("configs/\(name)"), toPath: place)
      }
      let before = try files.map { try TestFiles.data($0) }
      let result = try CommandLineTool.shell(
        "./simrun \(command.replacingOccurrences(of: " D/", with: " \(folder)/"))")
      #expect(try files.map { try TestFiles.data($0) } == before)
      let says = ["made from it", "name the same file", "nothing to write"]
      #expect(says.contains(where: result.errors.contains), "\(result.status): \(result.errors)")
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/s.sqlite-wal"))
    }
  }

  /// Under whatever names: a link to an input is that input.
  @Test func linksAreTheFilesTheyLeadTo() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let design = "\(folder)/d.json"
      try FileManager.default.copyItem(
        atPath: TestFiles.repository("configs/tfc-w1a1.json"), toPath: design)
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder)/link.json", withDestinationPath: "d.json")
      let before = try TestFiles.data(design)
      let result = try CommandLineTool.run("fold", design, "--max", "-o", "\(folder)/link.json")
      #expect(result.status == 65 && result.errors.contains("name the same file"))
      #expect(try TestFiles.data(design) == before)
    }
  }

  /// SQLite's own files beside a sweep lead nowhere else.
  @Test func linksBesideASweepAreRefused() throws {
    try TestFiles.withTemporaryDirectory { folder in
      try Data("mine".utf8).write(to: URL(fileURLWithPath: "\(folder)/victim"))
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder)/s.sqlite-wal", withDestinationPath: "victim")
      let result = try CommandLineTool.run(
        "sweep", "configs/cnv-w1a1.json", "--space", "configs/spaces/cnv.json", "--strategy",
        "random",
        "--points", "2", "-o", "\(folder)/s.sqlite")
      #expect(result.status == 65 && result.errors.contains("no regular file"), "\(result.errors)")
      #expect(try TestFiles.data("\(folder)/victim") == Data("mine".utf8))
    }
  }

  /// A limit on file sizes is an error of the file that meets it, and leaves no half of it.
  @Test(arguments: [
    ("import Tests/DataflowSimTests/Resources/cnv-w1a1-fifo.onnx -o F.json", [65]),
    ("run configs/resnet-small.json --frames 1 --trace F.zst", [65]),
    (
      "sweep configs/cnv-w1a1.json --space configs/spaces/cnv.json --strategy random --points 9 -o F.sqlite",
      [75]
    ),
  ])
  func sizeLimitsAreErrors(_ command: String, _ codes: [Int32]) throws {
    try TestFiles.withTemporaryDirectory { folder in
      let placed = command.replacingOccurrences(of: " F", with: " \(folder)/F")
      let result = try CommandLineTool.shell("ulimit -f 8; ./simrun \(placed)")
      #expect(codes.contains(result.status), "\(result.status): \(result.errors)")
      let left = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(!left.contains { $0.contains(".partial") }, "\(left)")
    }
  }

  /// fstapi maps the files it writes: no room for them is a signal, whose handler removes both.
  @Test func noRoomForAnFSTIsAnError() throws {
    try TestFiles.withTemporaryDirectory { folder in
      // What it says goes through a pipe, which has no limit.
      let result = try CommandLineTool.shell(
        "{ (ulimit -f 0; ./simrun trace traces/residual-deadlock.simtrace.zst --fst -o "
          + "\(folder)/t.fst); echo $?; } 2>&1 | cat")
      #expect(
        result.output.hasPrefix("error: ") && result.output.hasSuffix("\n65\n"),
        "\(result.output)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
    }
  }

  /// What a killed process has left beside a result goes when the result is written again.
  @Test func abandonedHalvesAreRemoved() throws {
    try TestFiles.withTemporaryDirectory { folder in
      // No process has this number: it lies above every limit Linux knows.
      let abandoned = "\(folder)/d.json.\(1 << 23).partial"
      try Data("half".utf8).write(to: URL(fileURLWithPath: abandoned))
      let result = try CommandLineTool.run(
        "import", "configs/tfc-w1a1.json", "-o", "\(folder)/d.json")
      #expect(result.status == 0, "\(result.errors)")
      #expect(!FileManager.default.fileExists(atPath: abandoned))
    }
  }

  /// The second file that a writer of FST keeps goes as well; what only looks like one stays.
  @Test func abandonedCompanionsAreRemoved() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let gone = 1 << 23
      let (abandoned, own) = (
        ["t.fst.\(gone).partial", "t.fst.\(gone).partial.hier"],
        [
          "t.fst.\(gone).partial.mine", "t.fst.x.partial.hier", "t.fst.hier",
          "u.fst.\(gone).partial.hier",
        ]
      )
      for name in abandoned + own {
        try Data("half".utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
      }
      let result = try CommandLineTool.run(
        "trace", "traces/residual-deadlock.simtrace.zst", "--fst", "-o", "\(folder)/t.fst")
      #expect(result.status == 0, "\(result.errors)")
      let left = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(Set(left) == Set(own + ["t.fst"]))
    }
  }

  /// Folders that were made for files which then could not be written are gone again, others stay.
  @Test(arguments: [
    "report configs/resnet-small.json --finn F", "export configs/tfc-w1a1.json --memory F",
  ])
  func foldersOfFailuresGo(_ command: String) throws {
    try TestFiles.withTemporaryDirectory { folder in
      func left(_ place: String) throws -> [String] {
        let placed = command.replacingOccurrences(of: " F", with: " \(folder)/\(place)")
        let result = try CommandLineTool.shell("ulimit -f 2; ./simrun \(placed)")
        #expect(result.status == 65, "\(result.status): \(result.errors)")
        return try FileManager.default.subpathsOfDirectory(atPath: folder)
      }
      #expect(try left("new/deeper") == [])
      try FileManager.default.createDirectory(
        atPath: "\(folder)/there", withIntermediateDirectories: true)
      #expect(try left("there/deeper") == ["there"])
    }
  }

  /// A sweep that is stopped says what is safe, and its file holds all of it.
  @Test func aStoppedSweepIsWhole() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let file = "\(folder)/s.sqlite"
      let result = try CommandLineTool.shell(
        """
        ./simrun sweep configs/cnv-w1a1.json --space configs/spaces/cnv.json -o \(file) & p=$!
        for i in $(seq 200); do [ -s \(file)-wal ] && break; sleep 0.05; done
        sleep 0.5; kill -TERM $p; wait $p; exit $?
        """)
      #expect(result.status == 143, "\(result.errors)")
      #expect(
        result.errors.contains("safe in \(file); the same command goes on"), "\(result.errors)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["s.sqlite"])
      // A copy of the file alone is the sweep.
      try FileManager.default.copyItem(atPath: file, toPath: "\(folder)/copy.sqlite")
      let report = try CommandLineTool.run("sweep", "report", "\(folder)/copy.sqlite", "--json")
      #expect(report.status == 0 && (report.json["points"] as? Int ?? 0) > 0, "\(report.errors)")
    }
  }

  /// Two sweeps on one file share the points.
  @Test func twoSweepsShareThePoints() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let sweep =
        "./simrun sweep configs/cnv-w1a1.json --space configs/spaces/cnv.json "
        + "--strategy random --points 40 --workers 1 -o \(folder)/s.sqlite"
      // The runner starts processes with SIGCHLD blocked, and the shell's `wait` would wait for it for ever.
      let result = try CommandLineTool.shell(
        """
        (\(sweep) 2> \(folder)/first; touch \(folder)/done) & \(sweep) 2> \(folder)/second
        until [ -e \(folder)/done ]; do sleep 0.1; done; cat \(folder)/first \(folder)/second
        """)
      #expect(result.status == 0, "\(result.errors)")
      let evaluated = result.output.split(separator: "\n").compactMap { line -> Int? in
        line.contains(" in \(folder)") ? line.split(separator: " ").first.flatMap { Int($0) } : nil
      }
      #expect(evaluated.count == 2 && evaluated.reduce(0, +) == 40, "\(result.output)")
    }
  }
}
