import DataflowAnalysis
import Foundation

/// `ThroughputReport` for a person.
struct ThroughputText {
  let report: ThroughputReport
  let showsAllNodes: Bool
  let places: FIFOPlaces

  init(_ report: ThroughputReport, places: FIFOPlaces, showsAllNodes: Bool) {
    self.report = report
    self.showsAllNodes = showsAllNodes
    self.places = places
  }

  var text: String {
    [headline, summary, nodeTable, resourceTable, certainty, report.next?.text ?? ""].filter {
      !$0.isEmpty
    }
    .joined(separator: "\n\n")
  }

  private var headline: String {
    let head = "\(report.design) at \(number(report.clockMHz)) MHz"
    guard let fps = report.throughput.fps else {
      return "\(head): \(outcome) before all frames were out".bad
    }
    let proof = report.throughput.steadyState ? "steady state" : "not steady yet: estimate"
    return "\(head): \(number(fps)) frames/s (\(proof))".emphasised
  }

  private var outcome: String {
    switch report.outcome {
    case .deadlock: "deadlock, the design stops"
    case .starved: "starved, a block waits for words that never come"
    case .complete, .maxCycles: report.outcome.rawValue
    }
  }

  private var summary: String {
    var table = TextTable()
    if let exact = report.throughput.cyclesPerFrameExact {
      let cycles = exact.hasSuffix("/1") ? String(exact.dropLast(2)) : exact
      table.add(["period", "\(cycles) cycles per frame"])
    }
    if let latency = report.latency {
      let (cycles, time) = (latency.firstFrameCycles, latency.microseconds)
      let first = report.firstOutputCycle.map { ", first word in cycle \($0)" } ?? ""
      table.add(["latency", "\(number(time)) µs (first frame out after \(cycles) cycles\(first))"])
    }
    for (index, line) in range.enumerated() { table.add([index == 0 ? "range" : "", line]) }
    for (index, line) in limit.enumerated() { table.add([index == 0 ? "limit" : "", line]) }
    for hazard in report.hazards {
      table.add(["hazard", HazardSearch.surplusSentence(hazard)])
    }
    if let transfers { table.add(["batches", transfers]) }
    if let finn = report.finnEstimate {
      table.add([
        "FINN says",
        "\(finn.cyclesPerFrame) cycles per frame, \(number(finn.fps)) frames/s "
          + "(the slowest layer; FIFOs ignored)",
      ])
    }
    if let silence = report.longestSilenceCycles {
      table.add([
        "silence",
        "at most \(silence.of("cycle")) without a word at the output (FINN's LIVENESS_THRESHOLD must be "
          + "above)",
      ])
    }
    if report.stuck != nil, hasNoFIFO {
      if let cause = report.stuck?.cause { table.add(["cause", cause]) }
      if report.outcome == .deadlock { table.add(["FIFOs", "no stream has one"]) }
    } else if let stuck = report.stuck {
      if let cause = stuck.cause { table.add(["cause", cause]) }
      table.add(["full FIFOs", list(stuck.fullFIFOs.map(places.text), atMost: 4)])
      table.add(["empty FIFOs", list(stuck.emptyFIFOs)])
    }
    return table.text
  }

  /// The rates with other HLS schedules than those predicted, and what would settle it.
  private var range: [String] {
    guard let range = report.range else { return [] }
    let names = range.samples.map(\.schedule)
    let bound = range.bound.map { bound in
      let first = bound.nodes.first ?? ""
      let to = bound.nodes.count > 1 ? " … \(bound.nodes.last ?? "")" : ""
      return "; none is faster than \(first)\(to) alone"
    }
    let sampled =
      "sampled: " + (names.count > 2 ? "\(names.count) schedules" : list(names)) + (bound ?? "")
    let nodes = "the schedules \(range.nodes.count.of("HLS block")) may get"
    let stopping = range.samples.filter { $0.cyclesPerFrame == nil }.map(\.schedule)
    guard stopping.isEmpty else {
      return ["over \(nodes): the design stops with \(list(stopping)) (simrun fifo sizes for all)"]
    }
    guard let least = range.leastFPS, let most = range.mostFPS, least < most else {
      let whose = range.nodes.count.of("HLS block")
      return ["the same with all schedules tried of those \(whose) may get (\(sampled))"]
    }
    let span =
      number(least) == number(most)
      ? "hardly more or less than \(number(least))" : "\(number(least)) to \(number(most))"
    let rates = "\(span) frames/s over \(nodes) (\(sampled))"
    guard let node = range.decisiveNode else { return [rates] }
    let alone = range.decisiveCyclesAlone.map { "\($0[0]) to \($0[1]) cycles alone" } ?? ""
    return [
      rates,
      "\(node) matters most (\(alone)): --hls-build DIR reads its schedule, hls_structure and "
        + "hls_stages state it",
    ]
  }

  /// What the host's batches make of a memory that answers late.
  private var transfers: String? {
    report.transfers.map {
      "of \($0.batch) frames: \(number($0.fpsInBatches)) frames/s; frame by frame: "
        + "\(number($0.fpsAlone)) (\($0.node) waits once per transfer; memory latency "
        + "\($0.memoryLatency) cycles)"
    }
  }

  private var hasNoFIFO: Bool { !report.nodes.contains { $0.opType.hasPrefix("StreamingFIFO") } }

  /// What keeps the design from being faster, one or two lines.
  private var limit: [String] {
    let bottleneck = report.bottleneck
    guard let node = bottleneck.node, let limit = bottleneck.limit else { return [] }
    switch limit {
    case .compute: return ["compute: \(node) needs \(cyclesNeeded)"]
    case .memory:
      let port = bottleneck.portWidth.map { " through its port of \($0) bits" } ?? ""
      return ["memory: \(node) moves data\(port) in \(cyclesNeeded)"]
    case .source: return ["source: the graph input \(node) delivers a word in \(cyclesNeeded)"]
    case .fifo:
      let cycles = bottleneck.cyclesAlone.map { " needs only \($0) cycles" } ?? ""
      let full = bottleneck.fullFIFOs
      return [
        "FIFOs: the slowest block, \(node),\(cycles); blocks wait for each other",
        full.isEmpty
          ? (hasNoFIFO ? "no stream has a FIFO" : "no FIFO runs full")
            + "; the blocks themselves store too little"
          : "full near it: \(list(full.map(places.text), atMost: 3))",
      ] + cycle
    }
  }

  /// How many cycles the limit needs, its load: hardly less than all.
  private var cyclesNeeded: String {
    guard let alone = report.bottleneck.cyclesAlone, let period = report.throughput.cyclesPerFrame,
      period > 0, Double(alone) < 0.9995 * period
    else { return "every cycle" }
    return (Double(alone) / period).percent() + " of all cycles"
  }

  /// The waits that set the pace, where one FIFO decides.
  private var cycle: [String] {
    guard let fifo = report.bottleneck.limitingFIFO else { return [] }
    return [
      "limiting cycle: \(fifo.from) waits for room in \(fifo.name) (depth \(fifo.depth)) until "
        + "\(fifo.to) reads; deeper, it alone gives \(number(fifo.cyclesPerFrameDeeper)) cycles"
    ]
  }

  private var nodeTable: String {
    let slowest = report.nodes.filter { $0.cyclesAlone > 0 }
      .sorted { a, b in
        a.cyclesAlone != b.cyclesAlone ? a.cyclesAlone > b.cyclesAlone : naturally(a.name, b.name)
      }
    let shown = showsAllNodes ? report.nodes : Array(slowest.prefix(8))
    guard !shown.isEmpty else { return "" }
    var table = TextTable(rightAligned: 1...9, hasHeading: true)
    table.add([
      "node", "load", "cycles", "FINN's", "LUT", "FINN's", "FF", "BRAM18", "URAM", "DSP", "timing",
    ])
    for node in shown {
      let r = node.resources
      table.add([
        node.name, node.utilisation?.percent() ?? "-", String(node.cyclesAlone),
        String(node.expectedCycles), String(r.lut), String(node.finnResources.lut),
        r.ff.map(String.init) ?? "-", String(r.bram18), String(r.uram), String(r.dsp),
        node.timing.summary,
      ])
    }
    let more = report.nodes.count - shown.count
    return table.text + (more > 0 ? "\n… and \(more) more node\(more == 1 ? "" : "s") (--all)" : "")
  }

  private var resourceTable: String {
    let cost = report.cost
    var table = TextTable(rightAligned: 1...5, hasHeading: true)
    table.add(["resources", "LUT", "FF", "BRAM18", "URAM", "DSP"])
    table.add(["design"] + cost.resources.cells)
    if cost.high != cost.resources { table.add(["high end (90 %)"] + cost.high.cells) }
    if cost.finnResources != cost.resources {
      table.add(["FINN's estimate"] + cost.finnResources.cells)
    }
    if let device = cost.device, let shares = cost.utilisation {
      table.add([cost.part ?? "device"] + device.cells)
      table.add(
        [cost.high == cost.resources ? "used" : "used at most"]
          + ["LUT", "FF", "BRAM_18K", "URAM", "DSP"].map { kind in
            shares[kind]?.percent() ?? (kind == "FF" ? "-" : "none there")
          })
    }
    let clock =
      cost.clockWarnings.prefix(4).map { "\nClock: \($0)".bad }.joined()
      + (cost.clockWarnings.count > 4
        ? "\n… and \(cost.clockWarnings.count - 4) more (--json)" : "")
    let verdict =
      cost.fits.map { $0 ? "" : "\nThe design does not fit \(deviceName).".bad } ?? ""
    return table.text + verdict + clock
  }

  private var deviceName: String {
    let part = report.cost.part
    return part == Device.budgetName ? "the budget" : part ?? "the device"
  }

  private var certainty: String {
    let counts = Dictionary(grouping: report.nodes, by: \.timing.basis).mapValues(\.count)
    let schedules = [(TimingBasis.read, "read from the build"), (.stated, "stated")]
      .compactMap { basis, how in counts[basis].map { "\($0.of("HLS schedule")) \(how)" } }
    let known = schedules.isEmpty ? "" : " (\(schedules.joined(separator: ", ")))"
    let rules = Self.rules(report.exactness)
    let exact = report.exactness.exact.count
    guard exact < report.nodes.count else { return "Every node is cycle-exact\(rules)\(known)." }
    let predicted = counts[.predicted].map {
      "\($0) \($0 == 1 ? "has" : "have") a predicted HLS schedule"
    }
    let open = [predicted, approximations].compactMap(\.self)
    let nodes = exact == 0 ? "No node is" : exact == 1 ? "1 node is" : "\(exact) nodes are"
    return "\(nodes) cycle-exact\(rules)\(known), "
      + open.joined(separator: ", ") + "."
  }

  /// How many nodes are approximate, and why, as far as a line has room.
  private var approximations: String? {
    let reasons = report.exactness.approximate.values
    guard !reasons.isEmpty else { return nil }
    let kinds = Set(reasons).sorted()
    let why = kinds.count == 1 ? kinds[0] : "for \(kinds.count) reasons: --json"
    return "\(reasons.count) \(reasons.count == 1 ? "is" : "are") approximate (\(why))"
  }

  /// By whose rules, where it is not the last release.
  static func rules(_ exactness: ExactnessReport) -> String {
    let generation = exactness.finnGeneration
    if let note = exactness.generationNote {
      return " by the rules of FINN \(generation) (\(note); --finn-generation)"
    }
    return generation == FINNGeneration.default.rawValue
      ? "" : " by the rules of FINN \(generation)"
  }

  private func list(_ names: [String], atMost most: Int = 8) -> String {
    let shown = names.prefix(most).joined(separator: ", ")
    return names.isEmpty
      ? "none" : names.count > most ? "\(shown), … (\(names.count) in all)" : shown
  }

  /// Four significant digits or more, without a needless fraction.
  private func number(_ x: Double) -> String {
    if x == x.rounded(), abs(x) < 1e15 { return x.plain }
    let digits = max(0, 3 - Int(log10(max(abs(x), 1e-9)).rounded(.down)))
    return String(format: "%.\(digits)f", x)
  }
}
