import ArgumentParser
import DataflowAnalysis

/// `simrun hazards`: where time can reach into a design's bits.
struct HazardsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hazards",
    abstract: "List where a design can meet known defects of its blocks, and under which stimulus.",
    discussion: """
      Places that depend on stalls are searched for with a few short runs: the ideal one, regular \
      stalls, then random ones from the seed. --json has the scenario of each confirmed place, ready \
      for simrun run --scenario.
      """)

  @OptionGroup var source: DesignOptions

  @OptionGroup var progressing: ProgressOptions

  @Option(help: "Stimuli to try.")
  var runs = 16

  @Option(help: "Frames of each run.")
  var frames = 2

  @Option(help: "Seed of the random stalls.")
  var seed: UInt64 = 1

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
      let design = try source.load().design
      let report = try progressing.showing {
        try reportingFile(source.design) {
          try HazardSearch(Plan(design)).report(runs: runs, frames: frames, seed: seed)
        }
      }
      if json { try printJSON(report) } else { try printText(report.text) }
    }
  }
}
