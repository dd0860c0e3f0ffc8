import ArgumentParser
import DataflowAnalysis

/// `simrun hazards`: where time can reach into a design's bits.
struct HazardsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hazards",
    abstract: "List where a design can meet known defects of its blocks, and under which stimulus.",
    discussion: """
      Places that depend on stalls are searched for with a few short runs: the ideal one, regular \
      stalls, then random ones from the seed. --json has the scenario of each confirmed place, -o \
      writes the first, ready for simrun run --scenario and simrun compare --scenario.
      """)

  @OptionGroup var source: DesignOptions

  @OptionGroup var progressing: ProgressOptions

  @Option(help: "Stimuli to try.")
  var runs = 16

  @Option(help: "Frames of each run.")
  var frames = 2

  @Option(help: "Seed of the random stalls.")
  var seed: UInt64 = 1

  @Option(
    name: .shortAndLong, help: "Write the scenario that meets the first confirmed hazard here.")
  var output: String?

  @Flag(help: "Print one JSON document.")
  var json = false

  func validate() throws {
    if !(1...10_000).contains(runs) { throw ValidationError("--runs must be from 1 to 10000") }
    if !(1...1_000_000).contains(frames) {
      throw ValidationError("--frames must be from 1 to 1000000")
    }
  }

  func run() throws {
    try reportingInputErrors {
      try OutputPlace.requireDistinct([("-o", output)], inputs: source.files)
      let design = try source.load(tellsHazards: false).design
      let known = BestSoFar<HazardReport>()
      let report = try Interruption.reporting(known, { [self] in try tell($0) }, advice: advice) {
        try progressing.showing {
          try reportingFile(source.design) {
            try HazardSearch(Plan(design)).report(runs: runs, frames: frames, seed: seed) {
              known.value = $0
            }
          }
        }
      }
      try tell(report)
    }
  }

  private func tell(_ found: HazardReport) throws {
    var report = found
    try finish(&report)
    if json { return try printJSON(report) }
    try printText(report.text)
    if let next = report.next { try printText("\n" + next.text) }
  }

  /// What Ctrl-C leaves.
  private var advice: @Sendable (HazardReport?) -> String {
    let other = source.next(
      "hazards", "--seed", "\(seed &+ 1)", reason: "tries other random stalls")
    return { known in
      let tried = known?.runsTried ?? 0
      return "after \(tried.of("stalled run"))"
        + "\n  hint: the same command starts anew; fewer --runs take less time\n  \(other.text)"
    }
  }

  /// Writes the first scenario that meets a hazard, or says how to get it.
  private func finish(_ report: inout HazardReport) throws {
    guard let scenario = report.entries.lazy.compactMap(\.scenario).first else {
      if let output { writeError("note: no run met a hazard: \(output) is not written") }
      return
    }
    guard let output else {
      report.next = source.next(
        "hazards", "-o", "hazard.json", reason: "writes the stimulus that meets the first of them")
      return
    }
    try OutputFiles.write(scenario.json(), to: output)
    writeError("wrote \(output)")
    report.next = source.next(
      "run", "--scenario", output, reason: "the run that meets it, with what is lost")
  }
}
