extension Design {
  /// The design as FINN's development branch simulates it to size FIFOs: none is ever full
  /// (`fifo_gauge`), and what each held is what FINN takes for its depth.
  ///
  /// A word leaves one cycle after it came, as in the FIFO that is built. Throws `InputError` for a run without
  /// an end, since then no depth is enough.
  /// Source: docs/reference/development-branch.md#what-is-the-same.
  public func gaugingFIFOs(for scenario: Scenario) throws -> Design {
    let plan = try Plan(self)
    var design = plan.design
    let end = scenario.maxCycles.map { min($0, AttributeSpec.maximumInt) + 1 }
    let isEndless = scenario.sources.values.contains { $0.endless }
    if isEndless, end == nil {
      throw InputError(
        "a source that never ends fills FIFOs that are never full",
        hint: "max_cycles (--max-cycles) ends the run")
    }
    let frames = graphInputs.reduce(scenario.frames) { most, name in
      let words = scenario.sources[name]?.words ?? 0
      return max(most, words.dividedUp(by: max(1, plan.wordsPerFrame[name] ?? 1)))
    }
    for n in design.nodes.indices where design.nodes[n].opType == "StreamingFIFO_rtl" {
      let words = plan.wordsPerFrame[design.nodes[n].inputs[0]] ?? 1
      // Blocks that put words out unasked are at most a frame ahead.
      let all = words.multipliedWithoutOverflow(by: min(frames, AttributeSpec.maximumInt) + 2)
      let most = min(all, AttributeSpec.maximumInt) + 64
      let depth = isEndless ? end ?? most : min(most, end ?? most)
      design.nodes[n].attributes["depth"] = .int(min(depth, AttributeSpec.maximumInt))
      design.nodes[n].attributes["impl_style"] = .string("rtl")
    }
    return design
  }
}
