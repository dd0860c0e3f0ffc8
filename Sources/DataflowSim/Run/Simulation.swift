/// One run of a plan under a scenario.
public final class Simulation {
  /// The design made ready, and how it is driven.
  public let plan: Plan
  public let scenario: Scenario
  package private(set) var network: Network
  /// What is observed, channel by channel.
  private(set) var logs: [ChannelLog] = []
  private var streamLogs = 0
  /// Of every compute core since it last started.
  private(set) var coreLogs: [Int: CoreLog] = [:]
  package private(set) var sinks: [SinkRecord] = []
  package private(set) var released: [SourceWords] = []
  /// The process of each node that is one.
  private(set) var processes: [Int: Int] = [:]
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
      pointer = .allocate(capacity: 3)
      pointer.initialize(to: fixed ?? 0)
      (pointer + 1).initialize(to: fixed == nil ? 1 : 0)
      (pointer + 2).initialize(to: 0)
    }

    /// Words that came no sooner because the pace did not let them.
    var paced: Int { pointer[2] }

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
    network = Network(processes: Self.mostProcesses(plan), limit: limit)
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
    network = Network(processes: Self.mostProcesses(plan), limit: limit)
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
    let ends = buildMerged(chain, observing)
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
    let before = (network.channels.count, network.processCount, logs.count)
    let result = body()
    resetState.domains[domain].channels += network.channels[before.0...]
    resetState.domains[domain].processes += before.1..<network.processCount
    resetState.domains[domain].logs += logs[before.2...]
    return result
  }

  /// Runs of stages that merge become one stage.
  private func buildMerged(_ chain: Plan.Chain, _ observing: Observation) -> Ends {
    let all = chain.stages
    var merged: [(stage: Stage, members: Range<Int>)] = []
    for (i, (stage, _)) in all.enumerated() {
      // A reset waits for the last handshake of all, those between stages included.
      if let last = merged.last, resets.isEmpty,
        last.stage.merges(with: stage)
      {
        merged[merged.count - 1] = (last.stage + stage, last.members.lowerBound..<i + 1)
      } else {
        merged.append((stage, i..<i + 1))
      }
    }
    let streams = observing.streams ? chain.handshakesBetweenStages.map(streamLog) : []
    guard !merged.isEmpty else {
      let log = observing.streams ? log([], streams) : nil
      let wire = addChannel(nil, log.map { ChannelWatcher(log: $0) })
      return Ends(first: wire, last: wire)
    }
    let channels = merged.map { stage, members in
      let stages = Array(all[members])
      // What happens between two channels is seen at the front of the second.
      let isLast = members.upperBound == all.count
      let places = members.map { $0 } + [members.upperBound]
      let seen = places.map { place in
        place < streams.count && (isLast || place < members.upperBound) ? streams[place] : nil
      }
      let isObserved =
        observing.streams || observing.levels && stages.contains(where: \.stage.isFIFO)
      let channel = addChannel(
        stage,
        isObserved
          ? ChannelWatcher(log: log(stages, seen))
          : history(of: chain, stage, isFirst: members.lowerBound == 0))
      mergedFIFOs.append((channel, stages.filter(\.stage.isFIFO).map(\.node)))
      return channel
    }
    return joined(channels)
  }

  private func addChannel(_ stage: Stage?, _ watcher: ChannelWatcher?) -> Link {
    let channel = network.addChannel(stage, watcher: watcher)
    watcher?.log?.follow(channel)
    return channel
  }

  private func streamLog(_ names: [String]) -> StreamLog? {
    guard !names.isEmpty else { return nil }
    defer { streamLogs += 1 }
    return StreamLog(names: names, index: streamLogs, observing: observing)
  }

  private func log(_ members: [(stage: Stage, node: String)], _ streams: [StreamLog?])
    -> ChannelLog
  {
    let log = ChannelLog(
      members.map(\.stage), streams: streams,
      fifos: members.enumerated().filter(\.element.stage.isFIFO).map { ($0, $1.node) },
      limit: limit, isFull: observing.times || observing.listener != nil || limit != .max)
    logs.append(log)
    return log
  }

  /// Deep channels note their writes, for `steadyState()`.
  private func history(of chain: Plan.Chain, _ stage: Stage, isFirst: Bool) -> ChannelWatcher? {
    guard let stream = chain.handshakesBetweenStages.joined().first,
      let words = plan.wordsPerFrame[stream], words > 0, stage.capacity > words
    else { return nil }
    var hasSlice = false
    if isFirst, case .node(let writer) = chain.writer {
      hasSlice = plan.timings[writer].outputStages.contains { !$0.isEmpty }
    }
    return ChannelWatcher(
      history: WriteHistory(
        wordsPerFrame: words, frames: SteadyStateBudget().longestPeriod, hasSlice: hasSlice))
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
    processes[process.node] = network.processCount
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
