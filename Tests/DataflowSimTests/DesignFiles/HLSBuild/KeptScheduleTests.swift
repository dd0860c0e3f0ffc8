import DataflowAnalysis
import DesignFiles
import Foundation
import Testing

/// A design file keeps with a schedule what its build was made for, and a run for something else says so, as a run
/// beside the build does.
@Suite struct KeptScheduleTests {
  private let fixture = HLSBuildFixture(tool: "2023.2")

  /// A layer of 14 iterations and one of 2, both with a build for 10 ns.
  private func inFolder(_ body: (String) throws -> Void) throws {
    try TestFiles.withTemporaryDirectory { root in
      var design = Design(name: "two", clockMHz: 100)
      for (index, simd) in [112, 32].enumerated() {
        let name = "MVAU_hls_\(index)"
        design.nodes.append(
          Node(
            name: name, opType: "MVAU_hls",
            attributes: [
              "MW": .int(index == 0 ? 784 : 64), "MH": .int(index == 0 ? 64 : 16),
              "SIMD": .int(simd), "PE": .int(index == 0 ? 32 : 16),
              "inputDataType": .string(index == 0 ? "BIPOLAR" : "UINT8"),
              "weightDataType": .string("BIPOLAR"), "outputDataType": .string("UINT8"),
              "noActivation": .int(1),
            ], inputs: ["s\(index)"], outputs: ["s\(index + 1)"]))
        let writer = HLSBuildWriter(root: root + "/build", node: name)
        let trips = index == 0 ? 14 : 2
        try writer.report(fixture, .init(name: name, latency: trips + 6, interval: trips + 7))
        try writer.report(
          fixture,
          .init(
            name: "Matrix_Vector_Activate_Stream_Batch", latency: trips + 3, interval: trips + 3,
            loops: [.init(trips: String(trips), latency: trips + 1, depth: 3)]))
      }
      (design.graphInputs, design.graphOutputs) = (["s0"], ["s2"])
      try design.json().write(to: URL(fileURLWithPath: root + "/bare.json"))
      let read = try load(root + "/bare.json", .below(root + "/build"))
      #expect(read.notes == ["2 HLS schedules read from the build's files"])
      _ = try read.write(to: root + "/design.json", withParameters: false)
      try body(root)
    }
  }

  private func load(
    _ path: String, _ place: HLSBuildPlace? = nil, part: String? = nil, clockMHz: Double? = nil
  ) throws -> LoadedDesign {
    var options = ImportOptions(part: part, clockMHz: clockMHz)
    options.hlsBuild = place
    return try DesignFile.load(path, options: options)
  }

  private static let otherClock =
    "2 blocks were synthesised for 10 ns, the design runs at 2.50 ns: built for that, HLS may choose other stages"

  @Test func anotherClockIsSaidOfTheFileAsOfTheBuild() throws {
    try inFolder { root in
      let file = root + "/design.json"
      #expect(try load(file).notes.isEmpty && load(file, clockMHz: 100).notes.isEmpty)
      #expect(try load(file, clockMHz: 400).notes == [Self.otherClock])
      let beside = try load(root + "/bare.json", .below(root + "/build"), clockMHz: 400)
      #expect(beside.notes.last == Self.otherClock)
      let told = try CommandLineTool.run("fps", file, "--clock-mhz", "400")
      #expect(told.status == 0 && told.errors == "note: \(Self.otherClock)\n", "\(told.errors)")
    }
  }

  /// HLS and FINN write the same part differently.
  @Test func anotherPartIsSaid() throws {
    try inFolder { root in
      let file = root + "/design.json"
      let (same, other) = (
        try load(file, part: "xc7z020clg400-1"), try load(file, part: "xczu3eg-sbva484-1-e")
      )
      #expect(same.notes.isEmpty)
      #expect(
        other.notes == [
          "2 blocks were synthesised for xc7z020-clg400-1, the design is for xczu3eg-sbva484-1-e: built for that, "
            + "HLS may choose other stages"
        ])
    }
  }

  /// A sweep over clocks and parts says it once, for all points, and so does what is reported of it.
  @Test func aSweepSaysItOfItsPoints() throws {
    try inFolder { root in
      func sweep(_ axes: String, _ name: String) throws -> (
        CommandLineTool.Result, CommandLineTool.Result
      ) {
        try #"{"format": "simrun-space", "version": 1, "fifo": [2, 16], \#(axes)}"#.write(
          toFile: "\(root)/space.json", atomically: true, encoding: .utf8)
        let run = try CommandLineTool.run(
          "sweep", "design.json", "--space", "space.json", "-o", name, in: root)
        return (run, try CommandLineTool.run("sweep", "report", name, "--json", in: root))
      }
      let clocks =
        "2 blocks were synthesised for 10 ns, points run at 5 ns, 2.50 ns: built for those, HLS may choose other stages"
      let parts =
        "2 blocks were synthesised for xc7z020-clg400-1, points are for xczu3eg-sbva484-1-e: built for that, "
        + "HLS may choose other stages"
      let (run, report) = try sweep(
        #""clock_mhz": [100, 200, 400], "part": ["xc7z020clg400-1", "xczu3eg-sbva484-1-e"]"#,
        "a.sqlite")
      for told in [run, report] {
        #expect(told.status == 0)
        for note in [clocks, parts] {
          #expect(
            told.errors.components(separatedBy: "note: \(note)\n").count == 2, "\(told.errors)")
        }
      }
      #expect(report.json["notes"] as? [String] == [clocks, parts])
      let (same, sameReport) = try sweep(
        #""clock_mhz": [100], "part": ["xc7z020clg400-1"]"#, "b.sqlite")
      #expect(!same.errors.contains("synthesised") && same.status == 0, "\(same.errors)")
      #expect(sameReport.json["notes"] as? [String] == [])
    }
  }

  /// Files written before schedules had a clock, and schedules stated by hand, say nothing of it.
  @Test func aFileWithoutAClockOpensAsBefore() throws {
    try inFolder { root in
      var design = try load(root + "/design.json").design
      for n in design.nodes.indices {
        #expect(design.nodes[n].attributes["hls_clock_ns"] == .float(10))
        #expect(design.nodes[n].attributes["hls_part"] == .string("xc7z020-clg400-1"))
        design.nodes[n].attributes["hls_clock_ns"] = nil
        design.nodes[n].attributes["hls_part"] = nil
      }
      try design.json().write(to: URL(fileURLWithPath: root + "/old.json"))
      let old = try load(root + "/old.json", part: "xczu3eg-sbva484-1-e", clockMHz: 400)
      #expect(old.notes.isEmpty)
      #expect(try Throughput(old.design).nodes.allSatisfy { $0.timing.basis == .read })
    }
  }

  /// Notes are about the schedules that the folding leaves.
  @Test func aFoldingIsCountedOut() throws {
    try inFolder { root in
      try Data(#"{"MVAU_hls_0": {"SIMD": 56}}"#.utf8).write(
        to: URL(fileURLWithPath: root + "/folding.json"))
      let dropped =
        "1 HLS schedule of a build with another folding dropped and predicted (MVAU_hls_0)"
      var loaded = try load(root + "/bare.json", .below(root + "/build"), clockMHz: 400)
      #expect(
        try loaded.apply(
          FoldingConfig(json: Data(#"{"MVAU_hls_0": {"SIMD": 56}}"#.utf8), file: "f")
        ).isEmpty)
      #expect(loaded.hlsReadings.keys.sorted() == ["MVAU_hls_1"])
      #expect(
        loaded.notes == [
          "1 HLS schedule read from the build's files", dropped,
          Self.otherClock.replacing("2 blocks were", with: "1 block was"),
        ])
      let told = try CommandLineTool.run(
        "fps", "bare.json", "--hls-build", "build", "--folding", "folding.json", in: root)
      #expect(
        told.errors == "note: 1 HLS schedule read from the build's files\nnote: \(dropped)\n",
        "\(told.errors)")
      // What is read is said where the folding is refused, too.
      try Data(#"{"MVAU_hls_7": {"SIMD": 56}}"#.utf8).write(
        to: URL(fileURLWithPath: root + "/other.json"))
      let refused = try CommandLineTool.run(
        "fps", "bare.json", "--hls-build", "build", "--folding", "other.json", in: root)
      #expect(
        refused.status == 65
          && refused.errors.hasPrefix("note: 2 HLS schedules read from the build's files\nerror: "),
        "\(refused.errors)")
      let file = try CommandLineTool.run(
        "fps", "design.json", "--folding", "folding.json", in: root)
      #expect(file.errors == "note: \(dropped)\n", "\(file.errors)")
    }
  }
  /// A folding that says what was meant before is no other, whether the build is at hand or not.
  @Test func aFoldingThatStatesADefaultKeepsTheSchedule() throws {
    try inFolder { root in
      let config = try FoldingConfig(
        json: Data(#"{"MVAU_hls_0": {"mem_mode": "internal_decoupled"}}"#.utf8), file: "f")
      for (file, place) in [
        ("design.json", nil), ("bare.json", HLSBuildPlace.below(root + "/build")),
      ] {
        var loaded = try load("\(root)/\(file)", place)
        #expect(try loaded.apply(config).isEmpty)
        #expect(!loaded.notes.contains { $0.contains("dropped") }, "\(loaded.notes)")
        let basis = try Throughput(loaded.design).nodes.map(\.timing.basis)
        #expect(basis.allSatisfy { $0 == .read }, "\(file): \(basis)")
      }
    }
  }

  /// A build is held against what the design is folded to, not against what it was.
  @Test func aBuildOfTheFoldedDesignIsRead() throws {
    try inFolder { root in
      var design = try load(root + "/bare.json").design
      design.nodes[0].attributes["SIMD"] = .int(56)
      try design.json().write(to: URL(fileURLWithPath: root + "/other.json"))
      var loaded = try load(root + "/other.json", .below(root + "/build"))
      #expect(loaded.notes.contains { $0.contains("built with another folding or shape?") })
      let config = try FoldingConfig(
        json: Data(#"{"MVAU_hls_0": {"SIMD": 112}}"#.utf8), file: "f")
      #expect(try loaded.apply(config).isEmpty)
      #expect(loaded.notes == ["2 HLS schedules read from the build's files"])
      #expect(try Throughput(loaded.design).nodes.allSatisfy { $0.timing.basis == .read })
    }
  }

  /// A board stands for its part.
  @Test func aBoardIsItsPart() throws {
    try inFolder { root in
      var design = try load(root + "/design.json").design
      design.part = "Pynq-Z1"
      try design.json().write(to: URL(fileURLWithPath: root + "/board.json"))
      #expect(try load(root + "/board.json").notes.isEmpty)
    }
  }

  /// What a file says of its build is read as anything else: no number is a trap, no line end goes on a line.
  @Test(arguments: [1e7, 1e19, 1e300, -1e300]) func absurdClocksAreRefused(_ clock: Double) throws {
    try inFolder { root in
      var design = try load(root + "/design.json").design
      design.nodes[0].attributes["hls_clock_ns"] = .float(clock)
      try design.json().write(to: URL(fileURLWithPath: root + "/absurd.json"))
      let told = try CommandLineTool.run("fps", root + "/absurd.json")
      #expect(told.status == 65 && told.errors.contains("hls_clock_ns"), "\(told.errors)")
      #expect(!told.errors.contains("synthesised"), "\(told.errors)")
    }
  }

  @Test func aPartIsOneLine() throws {
    try inFolder { root in
      var design = try load(root + "/design.json").design
      let part = "xc7\nerror: forged" + String(repeating: "x", count: 3000)
      for n in design.nodes.indices { design.nodes[n].attributes["hls_part"] = .string(part) }
      try design.json().write(to: URL(fileURLWithPath: root + "/part.json"))
      let told = try CommandLineTool.run("fps", root + "/part.json", "--part", "Pynq-Z1")
      let lines = told.errors.split(separator: "\n")
      #expect(!lines.contains { $0.hasPrefix("error") || $0.count > 300 }, "\(told.errors)")
      #expect(told.errors.contains(#"synthesised for xc7\u{a}error: forged"#), "\(told.errors)")
    }
  }
}
