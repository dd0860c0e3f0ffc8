import DataflowAnalysis

/// The engine against the stepper on one design and stimulus.
extension RandomCase {
  /// The first thing on which the engine (observed and not) and the stepper differ; nil if none.
  func difference() throws -> String? {
    let plan = try Plan(design)
    for (stream, words) in wordsPerFrame where plan.wordsPerFrame[stream] != words {
      return "stream \(stream): \(plan.wordsPerFrame[stream] ?? -1) words per frame, not \(words)"
    }
    let stepped = try CycleStepper(design, scenario, words: offeredWords).run()
    let observed = try Simulation(plan, scenario: scenario, observing: Observation(times: true))
      .run()
    if let text = stepped.firstDifference(observed) { return text }
    let merged = try Simulation(plan, scenario: scenario).run()
    return summaryDifference(stepped, observed, merged, plan)
  }

  private func summaryDifference(
    _ stepped: SteppedRun, _ observed: RunResult, _ merged: RunResult, _ plan: Plan
  ) -> String? {
    if merged.frameEnds != observed.frameEnds {
      return "frame ends \(merged.frameEnds) unobserved, \(observed.frameEnds) observed"
    }
    if merged.firstOutputs != observed.firstOutputs { return "first outputs differ unobserved" }
    // What a merged run does inside a chain is unknown, so where the limit falls into the last cycles of
    // a deadlock it may not see that something still moved.
    if merged.outcome != observed.outcome, scenario.maxCycles == nil {
      return "outcome \(merged.outcome) unobserved, \(observed.outcome) observed"
    }
    for output in design.graphOutputs {
      let perFrame = plan.wordsPerFrame[output] ?? 0
      let times = stepped.streams[output] ?? []
      let ends =
        perFrame == 0
        ? []
        : stride(from: perFrame - 1, to: times.count, by: perFrame)
          .map { times[$0] }
      if ends != observed.frameEnds[output] { return "frame ends of \(output)" }
      guard scenario.sources.values.allSatisfy({ $0.words == nil }) else { continue }
      let isComplete = times.count >= perFrame * scenario.frames
      if isComplete != (observed.outcome == .complete) {
        return "outcome \(observed.outcome) with \(times.count) words at \(output)"
      }
    }
    return nil
  }
}

extension SteppedRun {
  /// The earliest handshake that differs from an observed run, then the FIFOs.
  func firstDifference(_ result: RunResult) -> String? {
    var first: (cycle: Int, text: String)?
    for (stream, expected) in streams.sorted(by: { $0.key < $1.key }) {
      let got = result.streams[stream] ?? []
      guard got != expected else { continue }
      let k = zip(got, expected).prefix { $0 == $1 }.count
      let want = k < expected.count ? expected[k] : nil
      let have = k < got.count ? got[k] : nil
      let cycle = min(want ?? .max, have ?? .max)
      if first == nil || cycle < first!.cycle {
        first = (
          cycle,
          "stream \(stream), word \(k): stepper \(want.map(String.init) ?? "none"), "
            + "engine \(have.map(String.init) ?? "none")"
        )
      }
    }
    if let first { return first.text }
    for (name, fifo) in fifos.sorted(by: { $0.key < $1.key }) {
      let got = result.fifos[name]
      if got?.max != fifo.max || got?.final != fifo.final {
        return "FIFO \(name): stepper \(fifo), engine \(String(describing: got))"
      }
    }
    return nil
  }
}

extension RandomCase {
  /// A smaller case that still fails: patterns, frames and buffers that do not matter are dropped.
  func shrunk(while fails: (RandomCase) -> Bool) -> RandomCase {
    var best = self
    for _ in 0..<500 {
      guard let next = best.simpler.first(where: fails) else { break }
      best = next
    }
    return best
  }

  private var simpler: [RandomCase] {
    var list: [RandomCase] = []
    func with(_ change: (inout RandomCase) -> Void) {
      var copy = self
      change(&copy)
      if copy.design != design || copy.scenario != scenario { list.append(copy) }
    }
    for key in scenario.sources.keys { with { $0.scenario.sources[key] = nil } }
    for key in scenario.sinks.keys { with { $0.scenario.sinks[key] = nil } }
    if scenario.maxCycles != nil { with { $0.scenario.maxCycles = nil } }
    if scenario.frames > 1 { with { $0.scenario.frames -= 1 } }
    for (i, node) in design.nodes.enumerated() {
      if ["StreamingFIFO_rtl", "Thresholding_rtl", "Thresholding_hls", "ChannelwiseOp_hls"]
        .contains(node.opType)
      {
        with { $0.removeNode(i) }
      }
      if node.opType == "StreamingFIFO_rtl", node.int("depth") > 2 {
        with { $0.design.nodes[i].attributes["depth"] = .int(node.int("depth") / 2) }
      }
      if node.outputs.count == 1, i < design.nodes.count - 1 { with { $0.cut(behind: i) } }
    }
    return list
  }

  /// Takes a node with one input and one output out of the wiring.
  private mutating func removeNode(_ index: Int) {
    let node = design.nodes.remove(at: index)
    let (from, to) = (node.inputs[0], node.outputs[0])
    for n in design.nodes.indices {
      design.nodes[n].inputs = design.nodes[n].inputs.map { $0 == to ? from : $0 }
    }
    design.graphOutputs = design.graphOutputs.map { $0 == to ? from : $0 }
  }

  /// Ends the design behind a node, if nothing is left over then.
  private mutating func cut(behind index: Int) {
    let nodes = Array(design.nodes[...index])
    let read = Set(nodes.flatMap(\.inputs))
    let open = nodes.flatMap(\.outputs).filter { !read.contains($0) }
    guard open == [design.nodes[index].outputs[0]] else { return }
    design.nodes = nodes
    design.graphOutputs = open
    scenario.sinks = [:]
    design.graphInputs = design.graphInputs.filter(read.contains)
    wordsPerFrame = wordsPerFrame.filter { read.contains($0.key) }
    scenario.sources = scenario.sources.filter { read.contains($0.key) }
  }

  /// Everything needed to build the case by hand.
  var summary: String {
    let lines = design.nodes.map { node in
      let attributes = node.attributes.sorted { $0.key < $1.key }
        .map { "\($0.key)=\($0.value)" }.joined(separator: " ")
      return "  \(node.name) \(node.opType) \(node.inputs) -> \(node.outputs) \(attributes)"
    }
    return "seed \(seed), \(scenario)\n" + lines.joined(separator: "\n")
  }
}
