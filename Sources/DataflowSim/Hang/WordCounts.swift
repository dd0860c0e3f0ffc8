/// The arithmetic of words: what each stream's writer makes per frame against what its reader expects.
///
/// A design whose counts do not match may run for a while, but it shifts or starves sooner or later.
struct WordCounts {
  let plan: Plan

  /// Every disagreement, one sentence with the numbers each.
  var mismatches: [String] {
    plan.chains.compactMap(mismatch) + leftovers
  }

  private func mismatch(_ chain: Plan.Chain) -> String? {
    guard case .node(let writer) = chain.writer, case .node(let reader) = chain.reader,
      let output = port(chain.writer, chain), let input = port(chain.reader, chain),
      let made = plan.outputPorts[writer][output].words,
      let expected = plan.inputPorts[reader][input].words, made != expected
    else { return nil }
    let stream = plan.design.nodes[reader].inputs[input]
    let (w, r) = (plan.design.nodes[writer], plan.design.nodes[reader])
    let difference = expected - made
    var text =
      "\(w.name) (\(w.opType)) makes \(made) words of '\(stream)' per frame, \(r.name) "
      + "(\(r.opType)) expects \(expected): "
      + (difference > 0 ? "\(difference) missing" : "\(-difference) too many")
    if let passes = weightPasses(reader, input), expected % max(made, 1) == 0, passes > 1 {
      text += "; it uses its weights once for each of \(passes) vectors per frame"
    }
    if r.opType.hasPrefix("TLastMarker") {
      text += "; TLAST comes every \(expected) words, not at the end of a frame"
    }
    return text
  }

  /// How often per frame an external weight memory is read through.
  private func weightPasses(_ node: Int, _ input: Int) -> Int? {
    guard input == 1 else { return nil }
    if let block = plan.blocks[node] as? MatrixVector { return block.vectors }
    if let block = plan.blocks[node] as? VectorVector { return block.pixels }
    return nil
  }

  private func port(_ end: Plan.Chain.End, _ chain: Plan.Chain) -> Int? {
    guard case .node(let n) = end else { return nil }
    let streams = Set(chain.handshakesBetweenStages.joined())
    let node = plan.design.nodes[n]
    return (end == chain.writer ? node.outputs : node.inputs).firstIndex(where: streams.contains)
  }

  /// Width converters whose input is no whole number of output words.
  private var leftovers: [String] {
    zip(plan.design.nodes, zip(plan.blocks, plan.inputPorts)).compactMap { node, known in
      guard let block = known.0 as? WidthConverter,
        let feeder = fedWords(node), feeder * block.inWidth % block.outWidth != 0
      else { return nil }
      let bits = feeder * block.inWidth
      return
        "\(node.name) gets \(feeder) words of \(block.inWidth) bits per frame, "
        + "\(bits) = \(bits / block.outWidth) × \(block.outWidth) + \(bits % block.outWidth) bits: "
        + "\(bits % block.outWidth) bits stay in it and shift the next frame"
    }
  }

  /// Words per frame that the writer of a node's first input makes.
  private func fedWords(_ node: Node) -> Int? {
    guard let stream = node.inputs.first else { return nil }
    return plan.wordsPerFrame[stream]
  }
}

extension WordCounts {
  /// Sources of `scenario` that offer fewer words than its frames need.
  func shortSources(_ scenario: Scenario) -> [String] {
    plan.design.graphInputs.compactMap { stream in
      guard let perFrame = plan.wordsPerFrame[stream], perFrame > 0 else {
        return
          "no block says how many words of '\(stream)' make a frame; state \"words\" for its source"
      }
      guard let source = scenario.sources[stream] else { return nil }
      if source.pattern.isNever { return "the source of '\(stream)' never offers a word" }
      guard let words = source.words, words % perFrame != 0 else { return nil }
      return
        "the source of '\(stream)' offers \(words) words = \(words / perFrame) frames of \(perFrame) "
        + "and \(words % perFrame) words of another: \(perFrame - words % perFrame) missing"
    }
  }

  /// Sinks of `scenario` that take nothing.
  func deadSinks(_ scenario: Scenario) -> [String] {
    plan.design.graphOutputs.filter { scenario.sinks[$0]?.pattern.isNever == true }
      .map { "the sink of '\($0)' is never ready" }
  }
}
