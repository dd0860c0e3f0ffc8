import ArgumentParser
import DataflowAnalysis
import DesignFiles

struct FIFOCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fifo",
    abstract: "Size every FIFO for full throughput at the least memory.",
    discussion: """
      Finds depths at which the design runs as fast as with unbounded FIFOs, or at a fraction of \
      that (--keep), and lowers them until none can be one step smaller. A design without FIFOs \
      gets width converters and FIFOs as FINN inserts them.
      """)

  @OptionGroup var source: DesignOptions

  @OptionGroup var progressing: ProgressOptions

  @Option(help: "Fraction of the unbounded throughput to keep, e.g. 0.99.")
  var keep = 1.0

  @Option(
    name: [.customLong("minimise"), .customLong("impl")],
    help: "What to minimise: words, bits, or finn (depths FINN builds: 2, 32 … 256, 512 …).")
  var measure = FIFOCost.Measure.words

  @Option(name: .shortAndLong, help: "Write FINN's folding configuration with the new depths.")
  var output: String?

  @Option(
    help:
      "Write the design with the new depths (parameters of a model, or of a design in another folder, go to a .npz beside it)."
  )
  var apply: String?

  @Flag(help: "Stop at the first depths that suffice: some words more, several times sooner.")
  var quick = false

  @Flag(
    help: "Look for cheaper depths in other places as well, and say what none can be below; slow.")
  var least = false

  @Option(
    help: "Stop after this many seconds, or at the first depths that suffice if that is later.")
  var seconds: Double?

  @Flag(help: "Do not rerun every FIFO one word smaller at the end.")
  var noVerify = false

  @Flag(
    inversion: .prefixedNo,
    help: """
      Size for more schedules than the predicted one, sampled from all HLS may give, and until the \
      certificate holds. On by default where a schedule is predicted.
      """)
  var margin: Bool?

  @Flag(help: "Print one JSON document.")
  var json = false

  @Flag(help: "List every FIFO, not only those deeper than two words.")
  var all = false

  func validate() throws {
    let least = FIFOSizing.Options.leastKept
    guard (least...1).contains(keep) else {
      throw ValidationError("--keep must be at least \(least) and at most 1")
    }
    if self.least, quick {
      throw ValidationError("--least goes on where --quick stops: give one of them")
    }
    if let seconds, !(seconds > 0) { throw ValidationError("--seconds must be above 0") }
  }

  func run() throws {
    try reportingInputErrors {
      try OutputPlace.requireDistinct([("-o", output), ("--apply", apply)])
      try OutputPlace.requireDistinct([("-o", output)], inputs: [("the design", source.design)])
      let loaded = try source.load()
      try source.requireFreeArchive(of: loaded, beside: apply)
      var options = FIFOSizing.Options()
      options.keep = keep
      options.measure = measure
      options.verifiesMinimality = !noVerify
      options.effort = quick ? .first : .all
      options.looksForLeast = least
      options.margin = margin
      options.seconds = seconds
      options.costing = try source.changes.costing(loaded)
      let best = BestSoFar<Design>()
      options.improved = { best.value = $0 }
      let sizing = try Interruption.advising(advice(best, loaded)) {
        try progressing.showing {
          try reportingFile(source.design) { try FIFOSizing(loaded.design, options: options) }
        }
      }
      _ = try sizing.design.write(folding: output, design: apply, of: loaded)
      var report = FIFOReport(sizing)
      let stops = report.fullSpeed.map { $0.cyclesPerFrame == nil } ?? false
      report.next = stops ? stopped(report.fullSpeed?.hazards ?? []) : nextStep
      if json {
        try printJSON(report)
      } else {
        try printText(FIFOText(report, showsAll: all).text)
      }
      if stops { throw SimrunExit.deadlock }
    }
  }

  /// What Ctrl-C leaves: the best depths so far where they were asked for.
  private func advice(_ best: BestSoFar<Design>, _ loaded: LoadedDesign) -> @Sendable () -> String {
    let next = source.next(
      "fifo", "--seconds", "60", reason: "stops by itself and reports")
    return { [output, apply, quick] in
      guard let found = best.value else {
        return "no depths that suffice were known yet; "
          + (quick
            ? "simrun hang tells which it needs to run at all" : "--quick stops at the first")
      }
      let words = found.nodes.filter(\.isFIFO).reduce(0) { sum, node in
        if case .int(let depth)? = node.attributes["depth"] { sum + depth } else { sum }
      }
      let files = found.written(folding: output, design: apply, of: loaded)
      return "FIFOs of \(words) words suffice, the least so far\(files)"
        + "\n  \(next.text)"
    }
  }

  /// Depths that suffice at a rate, of a design that stops when it is fed faster.
  private func stopped(_ hazards: [HazardCount]) -> NextStep {
    let (verb, reason) =
      hazards.isEmpty
      ? ("hang", "why it stops") : ("hazards", "which words are lost, and under which stalls")
    return apply.map { NextStep(verb, $0, reason: reason) } ?? source.next(verb, reason: reason)
  }

  /// The depths are of use once they are in a file.
  private var nextStep: NextStep {
    if let apply { return NextStep(apply, "--fps", reason: "what limits the design now") }
    if let output {
      return source.next(folding: output, reason: "the design with these depths")
    }
    return source.next(
      "fifo", choices + ["--apply", "sized.json"], reason: "writes the design with these depths")
  }

  /// What was chosen, as it was typed.
  private var choices: [String] {
    let margin = margin.map { [$0 ? "--margin" : "--no-margin"] } ?? []
    return (keep < 1 ? ["--keep", keep.plain] : [])
      + (measure == .words ? [] : ["--minimise", measure.rawValue])
      + (quick ? ["--quick"] : []) + (least ? ["--least"] : [])
      + (seconds.map { ["--seconds", $0.plain] } ?? []) + margin
  }
}

extension FIFOCost.Measure: ExpressibleByArgument {}
