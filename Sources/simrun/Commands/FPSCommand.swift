import ArgumentParser
import DataflowAnalysis
import DesignFiles

/// The front door: `simrun DESIGN --fps`.
struct FPSCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fps",
    abstract: "Throughput, latency, bottleneck and cost of a design (also: simrun DESIGN --fps).")

  @OptionGroup var source: DesignOptions

  @OptionGroup var progressing: ProgressOptions

  @Flag(help: "Report frames per second; this is what the command does anyway.")
  var fps = false

  @Flag(help: "Print one JSON document.")
  var json = false

  @Flag(help: "List every node, not only the busiest.")
  var all = false

  @Option(
    parsing: .unconditional,
    help: "Exit with 3 unless the design reaches this many frames per second.")
  var minFps: Double?

  func validate() throws { try requireGoal(minFps, "--min-fps") }

  func run() throws {
    try reportingInputErrors {
      let loaded = try source.load(usesBoardPort: true)
      let design = loaded.design
      let costing = try source.changes.costing(loaded)
      let device = source.device(of: design)
      let (throughput, range) = try progressing.showing {
        try reportingFile(source.design) { try Throughput.withRange(design, costing: costing) }
      }
      var report = ThroughputReport(throughput, device: device, range: range)
      report.next = source.next(after: report, throughput.plan)
      if json {
        try printJSON(report)
      } else {
        let places = FIFOPlaces(throughput.plan.design)
        try printText(ThroughputText(report, places: places, showsAllNodes: all).text)
      }
      guard report.outcome == .complete else { throw SimrunExit.deadlock }
      if let minFps, let fps = report.throughput.fps, fps < minFps {
        writeError("missed: \(fps) of \(minFps) frames/s")
        throw SimrunExit.budgetMissed
      }
    }
  }
}

extension DesignOptions {
  /// What helps against the limit.
  func next(after report: ThroughputReport, _ plan: Plan) -> NextStep? {
    guard report.outcome == .complete else {
      let hasFIFOs = plan.design.nodes.contains(where: \.isFIFO)
      return hasFIFOs || report.outcome == .starved
        ? next("hang", reason: "who waits for whom, and what frees it")
        : next(
          "fifo", "--apply", "sized.json", reason: "this graph has no FIFOs yet: it sizes them")
    }
    if report.cost.fits == false, plan.blocks.contains(where: { !$0.foldings.isEmpty }) {
      return next("fold", "--max", reason: "PE and SIMD for the highest rate that fits")
    }
    switch report.bottleneck.limit {
    case .fifo:
      return next(
        "fifo", "--apply", "sized.json",
        reason: "FIFO depths at which the slowest block is never held up")
    case .compute:
      return report.cost.part == nil
        ? doubling(report, plan)
        : next("fold", "--max", reason: "PE and SIMD for the highest rate the part holds")
    case .memory: return wider(report, plan)
    case .source, nil: return nil
    }
  }

  /// The least port, wider than now, of which a frame is a whole number of words; nil where none is.
  private func wider(_ report: ThroughputReport, _ plan: Plan) -> NextStep? {
    let name = report.bottleneck.node
    guard let node = plan.design.nodes.firstIndex(where: { $0.name == name }),
      let dma = plan.blocks[node] as? IODMA,
      // A port that the file states stays as it is.
      let port = changes.portWidth ?? changes.part.flatMap(Board.named)?.portWidth, port > 0
    else { return nil }
    let widths = sequence(first: dma.intfWidth * 2) { $0 * 2 }.prefix { $0 <= 4096 }
    guard
      let width = widths.first(where: {
        $0 > port && greatestCommonDivisor(dma.totalBits, $0) > dma.intfWidth
      })
    else { return nil }
    var changed = self
    changed.changes.portWidth = width
    return changed.next("fps", reason: "with a port of \(width) bits")
  }

  /// Without a part there is no highest rate: twice today's, if the slowest block can be folded.
  private func doubling(_ report: ThroughputReport, _ plan: Plan) -> NextStep? {
    guard let fps = report.throughput.fps, 2 * fps <= 1e6 * report.clockMHz,
      let node = plan.design.nodes.firstIndex(where: { $0.name == report.bottleneck.node }),
      !plan.blocks[node].foldings.isEmpty
    else { return nil }
    return next(
      "fold", "--target-fps", (2 * fps).rounded().plain,
      reason: "PE and SIMD for twice the rate, at the least cost")
  }
}
