import ArgumentParser
import DataflowAnalysis
import DesignFiles
import ReportPage

struct FoldCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fold",
    abstract: "Choose PE, SIMD, memories and FIFO depths for a frame rate or for a part.",
    discussion: """
      --target-fps looks for the least cost at which the simulated design reaches the rate, --max for \
      the highest rate that fits the part. FINN's own SetFolding runs beside it as the baseline; \
      --algorithm finn gives that result. Exit code 3: the target is missed or the part is too small.
      """)

  @OptionGroup var source: DesignOptions

  @OptionGroup var progressing: ProgressOptions

  @Option(parsing: .unconditional, help: "Frames per second to reach.")
  var targetFps: Double?

  @Flag(help: "The highest rate that fits the part.")
  var max = false

  @Option(help: "Share of the part to leave free, e.g. 0.2.")
  var reserve = 0.0

  @Option(help: "simrun or finn (SetFolding).")
  var algorithm = FoldingSearch.Algorithm.simrun

  @Option(name: .shortAndLong, help: "Write FINN's folding configuration, FIFO depths included.")
  var output: String?

  @Option(
    help:
      "Write the folded design (parameters of a model, or of a design in another folder, go to a .npz beside it)."
  )
  var apply: String?

  @Option(help: "Write a page: every layer before and after, and the cost against the part.")
  var html: String?

  @Flag(help: "Print one JSON document.")
  var json = false

  func validate() throws {
    guard max != (targetFps != nil) else {
      throw ValidationError("state one of --target-fps and --max")
    }
    if let targetFps, !(targetFps > 0) { throw ValidationError("--target-fps must be above 0") }
    guard reserve >= 0, reserve < 1 else {
      throw ValidationError("--reserve must be at least 0 and below 1")
    }
  }

  func run() throws {
    try reportingInputErrors {
      try OutputPlace.requireDistinct(
        [("-o", output), ("--apply", apply), ("--html", html)])
      try OutputPlace.requireDistinct([("-o", output)], inputs: [("the design", source.design)])
      let loaded = try source.load()
      try source.requireFreeArchive(of: loaded, beside: apply)
      let design = loaded.design
      source.changes.noteBoardPort(design)
      if let targetFps, targetFps > design.clockMHz * 1e6 {
        throw ValidationError(
          "--target-fps \(targetFps.plain) is more than one frame per cycle at "
            + "\(design.clockMHz.plain) MHz")
      }
      let device = source.device(of: design)
      var options = FoldingSearch.Options()
      options.algorithm = algorithm
      options.reserve = reserve
      options.costing = try source.changes.costing(loaded)
      let best = BestSoFar<FoldingSearch.Candidate>()
      options.improved = { best.value = $0 }
      let search = try Interruption.advising(advice(best, loaded)) {
        try progressing.showing {
          try folding(of: design, device, options)
        }
      }
      let chosen = search.chosen.design
      _ = try chosen.write(folding: output, design: apply, of: loaded)
      var report = FoldingReport(search)
      report.next = nextStep(chosen)
      if let html {
        try OutputFiles.write(try Page(report, device: device).html(), to: html)
        writeError("wrote \(html)")
      }
      if json {
        try printJSON(report)
      } else {
        try printText(FoldingText(report: report, target: targetFps).text)
      }
      guard search.meetsGoal else { throw SimrunExit.budgetMissed }
    }
  }

  private func folding(
    of design: Design, _ device: Device?, _ options: FoldingSearch.Options
  ) throws -> FoldingSearch {
    do {
      return try reportingFile(source.design) {
        try FoldingSearch(
          design, goal: targetFps.map { .framesPerSecond($0) } ?? .highest, device: device,
          options: options)
      }
    } catch let missed as FoldingSearch.NothingFits {
      writeError("error: \(missed.reason.inFile(source.design))")
      throw SimrunExit.budgetMissed
    }
  }

  /// What Ctrl-C leaves: the best folding so far where it was asked for.
  private func advice(_ best: BestSoFar<FoldingSearch.Candidate>, _ loaded: LoadedDesign)
    -> @Sendable () -> String
  {
    { [output, apply] in
      guard let found = best.value else {
        return "no folding that fits was known yet\n  hint: the same command starts anew"
      }
      let files = found.design.written(folding: output, design: apply, of: loaded)
      return "the best folding so far makes \(Int(found.framesPerSecond)) frames/s\(files)"
        + "\n  hint: the same command starts anew"
    }
  }

  /// The folding is of use once it is in a file.
  private func nextStep(_ chosen: Design) -> NextStep {
    if let apply {
      return NextStep("fifo", apply, reason: "FIFO depths word by word instead of FINN's steps")
    }
    if let output {
      return source.next(folding: output, reason: "the design with this folding")
    }
    var goal = targetFps.map { ["--target-fps", $0.plain] } ?? ["--max"]
    if algorithm != .simrun { goal += ["--algorithm", algorithm.rawValue] }
    if reserve > 0 { goal += ["--reserve", reserve.plain] }
    let reason = "writes FINN's folding configuration"
    return source.next("fold", goal + ["-o", "folding.json"], reason: reason)
  }
}

extension FoldingSearch.Algorithm: ExpressibleByArgument {}
