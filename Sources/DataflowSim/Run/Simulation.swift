/// One run of a plan under a scenario.
public final class Simulation {
  public let plan: Plan
  public let scenario: Scenario
  package private(set) var network: Network
  private(set) var logs: [StreamLog] = []
  private(set) var monitors: [OccupancyMonitor] = []
  /// Of every compute core since it last started.
  private(set) var coreLogs: [Int: CoreLog] = [:]
  package private(set) var sinks: [SinkRecord] = []
  package private(set) var released: [SourceWords] = []
  /// The channels at the ends of every chain of the plan.
  package private(set) var ends: [Ends] = []
  /// The same for the parts between which faults and resets come.
  package private(set) var parts: [(chain: Plan.Chain, ends: Ends)] = []
  /// The FIFOs in each merged channel.
  private(set) var mergedFIFOs: [(channel: Link, names: [String])] = []
  /// Cycles per frame that the replayed part takes while it never waits for a word from the rest: the
  /// design cannot be faster. nil while nothing is replayed.
  package var leastPeriod: Cycle?
  let limit: Cycle
  /// Defects the hardware of this run does not have.
  let hazardsOff: Set<Hazard>
  let resets: ResetPlan
  var resetState: ResetState
  /// The host asks for the scenario's frames; looking for a steady state, for frames without end.
  let batch: Batch

  /// How many words a source may offer; shared with its process.
  package final class SourceWords {
    let stream: String
    package let perFrame: Int
    package let pointer: UnsafeMutablePointer<Int>
    let fixed: Int?

    init(stream: String, perFrame: Int, fixed: Int?) {
      self.stream = stream
      self.perFrame = perFrame
      self.fixed = fixed
      pointer = .allocate(capacity: 2)
      pointer.initialize(to: fixed ?? 0)
      (pointer + 1).initialize(to: fixed == nil ? 1 : 0)
    }

    deinit { pointer.deallocate() }
  }

  /// How fast every source delivers its frames at most; nil: as fast as its pattern allows.
  let pace: FramePeriod?
  /// About how often the sinks note within a frame how far they are; 0: not at all.
  package let partsPerFrame: Int
  private let observing: Observation
  private let faults: [String: StreamFaults]

  /// Starts with no frame released; `run()` releases what the scenario asks for.
  ///
  /// - Parameters:
  ///   - plan: the design made ready.
  ///   - scenario: how it is driven.
  ///   - observing: what to record.
  ///   - hazardsOff: defects the hardware is taken not to have. Surplus words of a core are
  ///     then missing for every block behind it, in time as well as in value.
  public convenience init(
    _ plan: Plan, scenario: Scenario = Scenario(), observing: Observation = Observation(),
    without hazardsOff: Set<Hazard> = []
  ) throws {
    try self.init(
      plan, scenario: scenario, observing: observing, without: hazardsOff, pace: nil)
  }

  package init(
    _ plan: Plan, scenario: Scenario = Scenario(), observing: Observation = Observation(),
    without hazardsOff: Set<Hazard> = [], pace: FramePeriod?, partsPerFrame: Int = 0
  ) throws {
    self.plan = plan
    self.hazardsOff = hazardsOff
    self.pace = pace
    self.partsPerFrame = partsPerFrame
    self.observing = observing
    self.scenario = scenario
    limit = scenario.maxCycles ?? .max
    batch = Batch(scenario.frames)
    resets = ResetPlan(scenario, plan.design)
    resetState = ResetState(domains: resets.signatures.count)
    network = Network(processes: Self.mostProcesses(plan))
    faults = try StreamFaults.all(scenario, plan.design)
    try checkBorders()
    try checkFrames()
    assemble()
  }

  private static func mostProcesses(_ plan: Plan) -> Int {
    plan.processes.count + plan.design.graphInputs.count + plan.design.graphOutputs.count
      + plan.chains.reduce(0) { $0 + 2 * $1.items.count }
  }

  private func assemble() {
    ends = plan.chains.map { build($0, observing, faults) }
    for process in plan.processes {
      building(resets.domains[process.node]) { add(process, ends, observing) }
    }
    for (chain, end) in zip(plan.chains, ends) { addBorder(chain, end) }
  }

  /// Forgets everything that has happened. Only for runs that nobody observes and without resets.
  package func startAgain() {
    network = Network(processes: Self.mostProcesses(plan))
    (sinks, released, parts, mergedFIFOs) = ([], [], [], [])
    assemble()
  }

  /// Whether anybody follows what happens inside.
  var isObserved: Bool {
    observing.streams || observing.levels || observing.cores || observing.hazards
  }

  /// The two channels at the ends of a chain (the same one unless relays lie between).
  package struct Ends {
    package var first: Link
    package var last: Link
  }

  private func checkBorders() throws {
    for (name, kind, known) in scenario.sources.keys.map({ ($0, "source", plan.design.graphInputs) }
    )
      + scenario.sinks.keys.map({ ($0, "sink", plan.design.graphOutputs) })
    where !known.contains(name) {
      let near = nearestName(to: name, among: known).map { "did you mean '\($0)'? " } ?? ""
      throw InputError(
        "no graph \(kind == "source" ? "input" : "output") is called '\(name)'",
        at: "scenario \(kind)s", hint: near + "known: " + known.joined(separator: ", "))
    }
  }

  /// The words of all frames must be countable.
  private func checkFrames() throws {
    for stream in plan.design.graphInputs + plan.design.graphOutputs {
      let words = plan.wordsPerFrame[stream] ?? 0
      guard words.multipliedReportingOverflow(by: scenario.frames).overflow else { continue }
      throw InputError(
        "\(scenario.frames) frames of \(words) words are more than can be counted",
        at: "stream '\(stream)'")
    }
  }

  private func build(
    _ chain: Plan.Chain, _ observing: Observation, _ faults: [String: StreamFaults]
  ) -> Ends {
    guard !faults.isEmpty || !resets.isEmpty else { return build(chain, observing) }
    let pieces = chain.pieces(
      hasFaults: { faults[$0] != nil }, domain: { domain(ofNode: $0) },
      writer: domain(of: chain.writer), reader: domain(of: chain.reader))
    let ends = pieces.map { piece in building(piece.domain) { build(piece.chain, observing) } }
    for (i, piece) in pieces.dropLast().enumerated() {
      let (input, output) = (ends[i].last, ends[i + 1].first)
      let state = FaultRelay.State()
      resetState.relays.append(
        ResetState.Relay(
          stream: piece.stream, writer: piece.domain, reader: pieces[i + 1].domain, output: output,
          state: state))
      let own = faults[piece.stream] ?? StreamFaults()
      network.add(reading: [input], writing: [output]) {
        FaultRelay(input: input, output: output, faults: own, state: state)
      }
    }
    return Ends(first: ends[0].first, last: ends[ends.count - 1].last)
  }

  private func build(_ chain: Plan.Chain, _ observing: Observation) -> Ends {
    let ends =
      observing.streams
      ? buildObserved(chain, observing) : buildMerged(chain, levels: observing.levels)
    parts.append((chain, ends))
    return ends
  }

  private func domain(of end: Plan.Chain.End) -> Int {
    if case .node(let n) = end { resets.domains[n] } else { 0 }
  }

  private func domain(ofNode name: String) -> Int? {
    resets.isEmpty ? 0 : nodeDomains[name]
  }

  private lazy var nodeDomains = Dictionary(
    zip(plan.design.nodes.map(\.name), resets.domains), uniquingKeysWith: { first, _ in first })

  /// Notes what `body` builds as part of `domain`.
  private func building<T>(_ domain: Int, _ body: () -> T) -> T {
    guard domain > 0 else { return body() }
    let before = (network.channels.count, network.processCount, logs.count, monitors.count)
    let result = body()
    resetState.domains[domain].channels += network.channels[before.0...]
    resetState.domains[domain].processes += before.1..<network.processCount
    resetState.domains[domain].logs += logs[before.2...]
    resetState.domains[domain].monitors += monitors[before.3...]
    return result
  }

  /// Runs of stages that merge become one stage.
  private func buildMerged(_ chain: Plan.Chain, levels: Bool) -> Ends {
    var merged: [Stage] = []
    var members: [[(stage: Stage, node: String)]] = []
    for (stage, node) in chain.stages {
      if let last = merged.last, last.merges(with: stage) {
        merged[merged.count - 1] = last + stage
        members[members.count - 1].append((stage, node))
      } else {
        merged.append(stage)
        members.append([(stage, node)])
      }
    }
    guard !merged.isEmpty else {
      let wire = network.addChannel(nil)
      return Ends(first: wire, last: wire)
    }
    let channels = zip(merged, members).map { stage, members in
      network.addChannel(
        stage, watcher: levels ? level(members) : history(of: chain, stage))
    }
    mergedFIFOs += zip(channels, members).map { channel, members in
      (channel: channel, names: members.filter(\.stage.isFIFO).map(\.node))
    }
    return joined(channels)
  }

  /// Follows the occupancy of the FIFOs among merged stages.
  private func level(_ members: [(stage: Stage, node: String)]) -> ChannelWatcher? {
    let inner = members.indices.filter { members[$0].stage.isFIFO }.map { i in
      let (stage, name) = members[i]
      let monitor = OccupancyMonitor(name: name, depth: stage.capacity, limit: limit)
      monitors.append(monitor)
      return InnerOccupancy(monitor, members.map(\.stage), index: i)
    }
    return inner.isEmpty ? nil : ChannelWatcher(inner: inner)
  }

  /// Deep channels note their writes, for `steadyState()`.
  private func history(of chain: Plan.Chain, _ stage: Stage) -> ChannelWatcher? {
    guard let stream = chain.handshakesBetweenStages.joined().first,
      let words = plan.wordsPerFrame[stream], words > 0, stage.capacity > words
    else { return nil }
    return ChannelWatcher(
      history: WriteHistory(wordsPerFrame: words, frames: SteadyStateBudget().longestPeriod))
  }

  /// A channel per stage, so that every handshake can be seen.
  private func buildObserved(_ chain: Plan.Chain, _ observing: Observation) -> Ends {
    let stages = chain.stages
    let groups = chain.handshakesBetweenStages.map { names -> StreamLog? in
      guard !names.isEmpty else { return nil }
      let log = StreamLog(
        names: names, limit: limit, keepsTimes: observing.times, index: logs.count,
        listener: observing.listener)
      logs.append(log)
      return log
    }
    guard !stages.isEmpty else {
      let wire = network.addChannel(nil, watcher: groups[0].map { ChannelWatcher(readLog: $0) })
      return Ends(first: wire, last: wire)
    }
    return joined(
      stages.enumerated().map { i, item in
        let (stage, node) = item
        let monitor =
          stage.isFIFO ? OccupancyMonitor(name: node, depth: stage.capacity, limit: limit) : nil
        if let monitor { monitors.append(monitor) }
        let readLog = i == stages.count - 1 ? groups[i + 1] : nil
        return network.addChannel(
          stage,
          watcher: ChannelWatcher(writeLog: groups[i], readLog: readLog, monitor: monitor))
      })
  }

  private func joined(_ links: [Link]) -> Ends {
    for (a, b) in zip(links, links.dropFirst()) {
      network.add(reading: [a], writing: [b]) { Relay(input: a, output: b) }
    }
    return Ends(first: links[0], last: links[links.count - 1])
  }

  private func add(_ process: Plan.ProcessNode, _ ends: [Ends], _ observing: Observation) {
    guard case .process(let make) = plan.timings[process.node].body else { return }
    let inputs = process.inputs.map { ends[$0].last }
    let outputs = process.outputs.map { ends[$0].first }
    network.add(reading: inputs, writing: outputs) { [unowned self] in
      let log = observing.cores || observing.hazards ? CoreLog(keepsSlots: observing.cores) : nil
      coreLogs[process.node] = log
      return make(
        Ports(
          inputs: inputs, outputs: outputs, coreLog: log, hazardsOff: hazardsOff, batch: batch))
    }
  }

  private func addBorder(_ chain: Plan.Chain, _ ends: Ends) {
    if case .border(let stream) = chain.writer {
      let settings = scenario.sources[stream] ?? Scenario.Source()
      let words = SourceWords(
        stream: stream, perFrame: plan.wordsPerFrame[stream] ?? 0,
        fixed: settings.endless ? .max : settings.words)
      released.append(words)
      resetState.sources[stream] = network.processCount
      let source = source(stream, ends.first, words)
      network.add(reading: [], writing: [ends.first]) { source }
    }
    if case .border(let stream) = chain.reader {
      let pattern = (scenario.sinks[stream] ?? Scenario.Sink()).pattern
      let record = SinkRecord(
        stream: stream, wordsPerFrame: plan.wordsPerFrame[stream] ?? 0,
        partsPerFrame: partsPerFrame, limit: limit)
      sinks.append(record)
      network.add(reading: [ends.last], writing: []) {
        Sink(input: ends.last, pattern: PatternTable(pattern), record: record)
      }
    }
  }

  func source(
    _ stream: String, _ output: Link, _ words: SourceWords, sent: Int = 0, notBefore: Cycle = 0
  ) -> Source {
    let pattern = scenario.sources[stream]?.pattern ?? .always
    return Source(
      output: output, pattern: PatternTable(pattern), words: words.pointer,
      wordsPerFrame: words.perFrame, limit: limit, pace: pace, sent: sent, notBefore: notBefore)
  }

  /// Lets every source that goes by frames offer `frames` frames in all, and runs until quiet. Resets
  /// that come before one of these frames are done on the way.
  ///
  /// - Parameter isLast: no further frame will be released, so that blocks may take it that no word comes;
  ///   nil: as the scenario says.
  public func run(frames: Int, isLast: Bool? = nil) {
    if isLast == false { batch.frames = nil }
    let isLast = isLast ?? (frames >= scenario.frames)
    for source in released where source.fixed == nil { source.pointer[1] = isLast ? 0 : 1 }
    while resetState.records.count < resets.events.count {
      let event = resets.events[resetState.records.count]
      guard event.frame < frames else { break }
      release(frames: event.frame, holdsAll: true)
      network.run()
      strike(event)
    }
    release(frames: frames, holdsAll: resetState.records.count < resets.events.count)
    network.run()
  }

  /// - Parameter holdsAll: a reset is to come; sources that do not go by frames wait for it too.
  private func release(frames: Int, holdsAll: Bool) {
    for source in released {
      let words = source.perFrame * frames
      source.pointer.pointee = source.fixed.map { holdsAll ? min($0, words) : $0 } ?? words
    }
  }

  /// Lets every source that goes by frames offer so many parts of frames in all, and runs until quiet.
  package func run(parts: Int) {
    batch.frames = nil
    for source in released where source.fixed == nil {
      source.pointer.pointee = source.perFrame * parts / partsPerFrame
    }
    network.run()
  }

  /// How often processes were run: what the work costs besides the words.
  public var activations: Int { network.activations }

  /// Runs the whole scenario.
  public func run() -> RunResult {
    run(frames: scenario.frames)
    return result(frames: scenario.frames)
  }
}
