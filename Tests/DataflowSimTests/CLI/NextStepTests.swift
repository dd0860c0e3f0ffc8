import DataflowAnalysis
import Foundation
import Testing

/// No answer stops one step short.
@Suite struct NextStepTests {
  private static let hang = TestFiles.repository("configs/ci/residual-hang.json")

  private func run(_ arguments: String...) throws -> CommandLineTool.Result {
    try CommandLineTool.run(arguments)
  }

  /// What the tool says to type next, without `simrun`.
  private func next(_ output: String) -> [String]? {
    output.split(separator: "\n").first { $0.hasPrefix("next: simrun ") }
      .map { $0.dropFirst(13).prefix { $0 != "(" }.split(separator: " ").map(String.init) }
  }

  /// From the front door to a design that runs, typing what is said.
  @Test func fromADeadlockToADesignThatRuns() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let stuck = try run(Self.hang, "--fps")
      #expect(stuck.status == 2 && next(stuck.output) == ["hang", Self.hang])
      let why = try run("hang", Self.hang)
      #expect(next(why.output) == ["hang", Self.hang, "--apply", "fixed.json"])
      let fixed = folder + "/fixed.json"
      let written = try run("hang", Self.hang, "--apply", fixed)
      #expect(written.status == 2 && next(written.output) == [fixed, "--fps"])
      #expect(try run(fixed, "--fps").status == 0)
      #expect(try run("hang", fixed).status == 0)
    }
  }

  @Test func limitingFIFOsAreNamedWithTheirPlace() throws {
    let told = try run("configs/cnv-w1a1.json", "--fps")
    #expect(told.output.contains("limit      FIFOs:"))
    #expect(next(told.output) == ["fifo", "configs/cnv-w1a1.json", "--apply", "sized.json"])
    #expect(told.output.contains(" → "))
    let document = try run("configs/cnv-w1a1.json", "--fps", "--json").json
    // Nothing is silent for longer than the pipeline takes to fill.
    let silence = try #require(document["longestSilenceCycles"] as? Int)
    #expect(document["firstOutputCycle"] as? Int == silence - 1)
    #expect(told.output.contains("silence    at most \(silence) cycles"))
    #expect((document["next"] as? [String: Any])?["command"] is String)
  }

  @Test func documentsHaveTheKeyNext() throws {
    let runs = try run("configs/tfc-w1a1.json", "--json")
    #expect(runs.json.keys.contains("next"))
    #expect(try run("hang", "configs/ci/residual-fixed.json", "--json").json["next"] is NSNull)
  }

  @Test func changesAreRepeated() throws {
    let told = try run("configs/tfc-w1a1.json", "--part", "Ultra96", "--clock-mhz", "250")
    let line = next(told.output) ?? []
    #expect(line.contains("--part") && line.contains("Ultra96") && line.contains("250"))
    let changes = [
      "--budget", "LUT=53200,DSP=220", "--hls-build", "stored", "--allow-outside", "--shape",
      "x=1,784", "--input-type", "x=UINT8",
    ]
    let more = try CommandLineTool.run(["configs/tfc-w1a1.json", "--fps"] + changes)
    #expect(more.status == 0, "\(more.errors)")
    #expect(Set(changes).isSubset(of: next(more.output) ?? []), "\(more.output)")
  }

  /// A failed check, a hazard and a wrong bit each say how to go on, and that works as typed.
  @Test func everyVerdictSaysHowToGoOn() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let check = try run("check", Self.hang)
      #expect(check.output.contains("\n  next: simrun hang \(Self.hang)  ("))
      let slow = try run("check", "configs/tfc-w1a1.json", "--min-fps", "1e9")
      #expect(slow.output.contains("\n  next: simrun configs/tfc-w1a1.json --fps  ("))
      let wide = try run("check", "configs/cnv-w1a1.json", "--budget", "LUT=100")
      #expect(
        wide.output.contains(
          "\n  next: simrun fold configs/cnv-w1a1.json --budget LUT=100 --max  ("))
      let design = "configs/examples/dsp48-lost-product.json"
      let places = try run("hazards", design)
      #expect(next(places.output) == ["hazards", design, "-o", "hazard.json"])
      let scenario = folder + "/hazard.json"
      let written = try run("hazards", design, "-o", scenario)
      #expect(next(written.output) == ["run", design, "--scenario", scenario])
      #expect(try run("run", design, "--scenario", scenario).status == 0)
    }
  }

  @Test func aWrongBitSaysHowToSeeIt() throws {
    let arguments = [
      "compare", "configs/models/pose-dcr.onnx", "--input", "configs/models/pose-input.npy",
      "--model", "configs/models/pose.onnx",
    ]
    let wrong = try CommandLineTool.run(arguments)
    #expect(next(wrong.output) == arguments + ["--html", "compare.html"])
    try TestFiles.withTemporaryDirectory { folder in
      let page = folder + "/compare.html"
      let shown = try CommandLineTool.run(arguments + ["--html", page])
      #expect(shown.status == 1 && next(shown.output) == nil)
      #expect(FileManager.default.fileExists(atPath: page))
    }
  }

  /// The folding that is shown is the one that the next command writes.
  @Test func foldGoesOnWithTheSameAlgorithm() throws {
    let finn = try run(
      "fold", "configs/tfc-w2a2.json", "--target-fps", "1000", "--algorithm", "finn",
      "--reserve", "0.1")
    let same = "fold configs/tfc-w2a2.json --target-fps 1000 --algorithm finn --reserve 0.1"
    #expect(next(finn.output)?.prefix(8).joined(separator: " ") == same, "\(finn.output)")
  }

  /// What a command was told is told again, and no result replaces what it is made from.
  @Test func theNextCommandKeepsWhatItIsMadeFrom() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let design = TestFiles.repository("configs/tfc-w2a2.json")
      let first = try CommandLineTool.run(
        ["fold", design, "--clock-mhz", "250", "--target-fps", "1000", "-o", "folding.json"],
        in: folder)
      #expect(
        first.output.contains(
          "simrun \(design) --folding folding.json --clock-mhz 250  (the design"), "\(first)")
      let again = try CommandLineTool.run(
        ["fold", design, "--folding", "folding.json", "--target-fps", "1000"], in: folder)
      #expect(again.output.contains("--target-fps 1000 -o folding-2.json"), "\(again)")
    }
  }

  /// Deeper FIFOs do not make a design smaller.
  @Test func aDesignTooLargeIsToBeFolded() throws {
    let told = try run("configs/cnv-w1a1.json", "--fps", "--budget", "LUT=5000")
    #expect(
      next(told.output)?.joined(separator: " ")
        == "fold configs/cnv-w1a1.json --budget LUT=5000 --max", "\(told.output)")
  }

  @Test func aDesignThatFitsInNoFoldingHasMissedItsBudget() throws {
    let large = try run("fold", "configs/tfc-w1a1.json", "--max", "--budget", "LUT=5")
    #expect(large.status == 3 && large.output.isEmpty)
    #expect(
      large.errors.contains("configs/tfc-w1a1.json: no folding of this design fits\n  hint: "))
  }

  // MARK: wrong use

  @Test func wrongUseNamesTheCommand() throws {
    let stats = try run("stats", "x.json")
    #expect(stats.status == 64 && stats.errors.contains("there is no command 'stats'"))
    let fast = try run("fold", "configs/tfc-w1a1.json", "--target-fps", "1e12")
    #expect(fast.status == 64 && fast.errors.contains("fold: --target-fps"))
    #expect(fast.errors.contains("simrun help fold"))
    let missing = try run("fold", "configs/tfc-w1a1.json")
    #expect(missing.status == 64 && missing.errors.contains("error: fold: state one of"))
    for arguments in [
      ["check"], ["run", "x.json", "--frames", "x"], ["hang", "x.json", "--sead"],
    ] {
      let wrong = try CommandLineTool.run(arguments)
      #expect(wrong.status == 64 && wrong.errors.hasPrefix("error: \(arguments[0]): "))
      #expect(wrong.errors.hasSuffix("  hint: simrun help \(arguments[0])\n"))
    }
  }

  @Test(arguments: [
    "fps", "run", "compare", "accuracy", "hazards", "export", "trace", "hang", "replay", "check",
    "fifo",
    "fold", "sweep", "report", "import", "blocks",
  ])
  func helpEndsWithAnExample(command: String) throws {
    for arguments in [[command, "--help"], ["help", command]] {
      let help = try CommandLineTool.run(arguments)
      #expect(help.status == 0)
      let last = help.output.split(separator: "\n").last.map(String.init) ?? ""
      #expect(last.hasPrefix("  simrun ") && (command == "fps" || last.contains(command)))
    }
  }

  @Test func blocksKnowTheNamesOfOtherTimes() throws {
    let neutral = try run("blocks", "MVAU")
    #expect(neutral.status == 65 && neutral.errors.contains("'MVAU_hls' or 'MVAU_rtl'"))
    let old = try run("blocks", "MatrixVectorActivation")
    #expect(old.status == 0 && old.errors.contains("up to 0.9 called MVAU_hls"))
  }

  /// What a configuration takes is that of a generation, as everywhere else.
  @Test func blocksAreThoseOfAGeneration() throws {
    func cycles(_ more: String...) throws -> CommandLineTool.Outcome {
      try CommandLineTool.run(
        [
          "blocks", "StreamingMaxPool_hls", "--json", "--attributes",
          #"{"ImgDim": [1, 8], "PoolDim": [1, 2], "NumChannels": 4, "PE": 1, "dataType": "UINT4"}"#,
        ] + more)
    }
    let (today, old) = (try cycles().json, try cycles("--finn-generation", "0.8").json)
    #expect(today["finnGeneration"] as? String == "0.10")
    #expect(today["expectedCycles"] as? Int == 48)
    #expect(old["finnGeneration"] as? String == "0.8" && old["expectedCycles"] as? Int == 10)
    let listed = try run("blocks", "StreamingMaxPool_hls", "--finn-generation", "0.8")
    #expect(listed.status == 65 && listed.errors.contains("--attributes"), "\(listed.errors)")
  }

  // MARK: problems on the way

  @Test func everyCommandShowsTheFirstProblem() throws {
    let rule = try #require(RuleCatalogue.all.first { $0.info.code == "SR103" })
    try TestFiles.withTemporaryDirectory { folder in
      let path = folder + "/d.json"
      try rule.bad.design.json().write(to: URL(fileURLWithPath: path))
      for arguments in [[path, "--fps"], ["hang", path], ["run", path], ["fifo", path]] {
        let told = try CommandLineTool.run(arguments)
        #expect(told.errors.contains("error SR103 (window-order): node 'Pool'"), "\(arguments)")
        #expect(told.errors.contains("simrun check \(path)"))
      }
      let check = try run("check", path, "--sarif", folder + "/s.sarif")
      #expect(check.status == 1 && check.output.contains("SR103 window-order failed: node 'Pool'"))
      let sarif = String(decoding: try TestFiles.data(folder + "/s.sarif"), as: UTF8.self)
      #expect(sarif.contains("\"ruleId\" : \"SR103\"") && sarif.contains("fullDescription"))
    }
  }

  // MARK: sweep

  @Test func aSweepFromNothing() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let (space, base) = (folder + "/space.json", folder + "/space.sqlite")
      let written = try run("sweep", "--init", "configs/tfc-w1a1.json", "--space", space)
      #expect(written.status == 0 && written.output.contains(" points, "), "\(written.errors)")
      #expect(next(written.output)?.contains(base) == true)
      let swept = try run(
        "sweep", "configs/tfc-w1a1.json", "--space", space, "-o", base, "--strategy", "random",
        "--points", "12")
      #expect(swept.status == 0, "\(swept.errors)")
      let report = try run("sweep", "report", base)
      let heading = report.output.split(separator: "\n").first ?? ""
      #expect(heading.contains("frames/s") && !heading.contains("choices"))
      #expect(report.output.contains(".PE") && !report.output.contains(";"))
    }
  }

  /// Where nothing fits, it says why.
  @Test func aSweepWithoutAFrontSaysWhy() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let (space, base) = (folder + "/s.json", folder + "/s.sqlite")
      try Data(#"{"format": "simrun-space", "version": 1, "fifo": ["kept", 128]}"#.utf8).write(
        to: URL(fileURLWithPath: space))
      let swept = try run(
        "sweep", "configs/tfc-w1a1.json", "--space", space, "-o", base, "--budget", "LUT=1000")
      #expect(swept.status == 0, "\(swept.errors)")
      let report = try run("sweep", "report", base)
      #expect(report.output.contains("No point of the sweep runs and fits."))
      #expect(report.output.contains("2 of them run, but do not fit"))
      let other = try run(
        "sweep", "configs/tfc-w1a1.json", "--space", space, "-o", base, "--budget", "LUT=90000")
      #expect(other.status == 65)
    }
  }

  /// Depths are written as they were sized.
  @Test func theChoicesOfASizingAreRepeated() throws {
    for choice in [["--no-margin"], ["--keep", "0.8"], ["--minimise", "finn"], ["--quick"]] {
      let told = try CommandLineTool.run(["fifo", "configs/tfc-w1a1.json"] + choice)
      #expect(
        next(told.output)
          == ["fifo", "configs/tfc-w1a1.json"] + choice + ["--apply", "sized.json"],
        "\(told.output)")
    }
  }

  /// A wider port is offered where one helps, in place of the one that was stated.
  @Test func aWiderPortIsOfferedWhereItHelps() throws {
    let slow = try run("configs/tfc-w1a1.json", "--port-width", "8")
    #expect(slow.output.contains("memory: "), "\(slow.output)")
    let step = next(slow.output) ?? []
    #expect(step == ["fps", "configs/tfc-w1a1.json", "--port-width", "16"], "\(step)")
    #expect(step.count { $0 == "--port-width" } == 1)
  }
}
