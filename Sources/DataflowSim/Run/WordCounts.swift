/// The arithmetic of words: what each stream's writer makes per frame against what its reader expects.
///
/// A design whose counts do not match may run for a while, but it shifts or starves sooner or later.
package struct WordCounts {
  package let plan: Plan

  package init(plan: Plan) { self.plan = plan }

  /// A stream whose two ends disagree.
  package struct Mismatch {
    package var stream: String
    package var made: Int
    package var expected: Int
    /// What is wrong, with the numbers and the cause where it shows.
    package var sentence: String
    package var advice: String?
  }

  /// A block that is not given whole words of its own.
  package struct PartialWord {
    package var node: String
    package var sentence: String
    /// Words per frame that come in.
    package var words: Int
  }

  /// Every disagreement, one sentence with the numbers each.
  package var mismatches: [String] { found.map(\.sentence) + partialWords.map(\.sentence) }

  package var found: [Mismatch] {
    // The plan was made of it.
    guard let graph = try? DesignGraph(plan.design) else { return [] }
    let ends = graph.streams.compactMap { stream -> Mismatch? in
      guard let reader = stream.reader, !plan.design.nodes[reader.node].isFIFO,
        let writer = maker(of: stream, graph)
      else { return nil }
      return mismatch(writer, reader)
    }
    return ends + plan.blocks.indices.compactMap(pairing)
  }

  /// A block that moves a word of each of its streams at once, states no shape of them, and is given other numbers.
  private func pairing(_ index: Int) -> Mismatch? {
    let (node, block) = (plan.design.nodes[index], plan.blocks[index])
    guard !node.isFIFO, hasOpenWords(block) else { return nil }
    let counts = zip(node.inputs + node.outputs, plan.inputPorts[index] + plan.outputPorts[index])
      .compactMap { stream, port in port.words.map { (stream: stream, words: $0) } }
    guard let one = counts.first, let other = counts.first(where: { $0.words != one.words }) else {
      return nil
    }
    let open = zip(plan.design.nodes, plan.blocks).filter { !$0.isFIFO && hasOpenWords($1) }.map(
      \.0.name)
    return Mismatch(
      stream: other.stream, made: other.words, expected: one.words,
      sentence:
        "\(node.name) (\(node.opType)) moves a word of '\(one.stream)' with each of '\(other.stream)', of which a "
        + "frame has \(one.words) and \(other.words)",
      advice:
        "state folded_shape and dataType of \(open.listed(atMost: 4)): with a stated shape width converters are put "
        + "beside it, and a folding leaves its words as they are")
  }

  private func hasOpenWords(_ block: any Block) -> Bool {
    block.isWordWise && (block.inputs + block.outputs).contains { $0.words == nil }
  }

  /// Who makes the words of a stream. A FIFO passes on what it gets, whatever shape it states.
  private func maker(of stream: DesignGraph.Stream, _ graph: DesignGraph) -> DesignGraph.Endpoint? {
    var stream = stream
    while let writer = stream.writer, plan.design.nodes[writer.node].isFIFO {
      stream = graph[plan.design.nodes[writer.node].inputs[0]]
    }
    return stream.writer
  }

  private func mismatch(_ from: DesignGraph.Endpoint, _ to: DesignGraph.Endpoint) -> Mismatch? {
    let (writer, output, reader, input) = (from.node, from.port, to.node, to.port)
    guard let made = plan.outputPorts[writer][output].words,
      let expected = plan.inputPorts[reader][input].words, made != expected
    else { return nil }
    let stream = plan.design.nodes[reader].inputs[input]
    let (w, r) = (plan.design.nodes[writer], plan.design.nodes[reader])
    let difference = expected - made
    var text =
      "\(w.name) (\(w.opType)) makes \(made) words of '\(stream)' per frame, \(r.name) "
      + "(\(r.opType)) expects \(expected): "
      + (difference > 0 ? "\(difference) missing" : "\(-difference) too many")
    let types = otherTypes(plan.outputPorts[writer][output], plan.inputPorts[reader][input])
    text += types ?? ""
    let passes = weightPasses(reader, input)
    text += passes ?? ""
    if let effect = plan.blocks[reader].effect(ofWords: expected) { text += "; \(effect)" }
    return Mismatch(
      stream: stream, made: made, expected: expected, sentence: text,
      advice: advice(types != nil, passes != nil))
  }

  private func advice(_ hasOtherTypes: Bool, _ readsAgain: Bool) -> String {
    if hasOtherTypes { return "give both ends the same element type" }
    return readsAgain
      ? "send the weights once per vector, or keep them inside (mem_mode internal_decoupled)"
      : "the shapes of the two nodes must agree"
  }

  /// Elements of another size at the two ends, in words of the same width.
  private func otherTypes(_ output: Port, _ input: Port) -> String? {
    guard let written = output.dataType, let read = input.dataType, written.bits != read.bits,
      let width = input.width, output.width == width
    else { return nil }
    return ", because it writes \(written) and the reader takes \(read): a word of \(width) bits "
      + "holds \(width / written.bits) elements for one and \(width / read.bits) for the other"
  }

  /// Why a core wants more weights than it has, where it reads them several times per frame.
  private func weightPasses(_ node: Int, _ input: Int) -> String? {
    guard let words = plan.inputPorts[node][input].words,
      let weights = plan.blocks[node].weightInput, weights.port == input, weights.passes > 1
    else { return nil }
    let passes = weights.passes
    return "; it reads its \(words / passes) weight words once for each of \(passes) vectors per "
      + "frame: \(words / passes) × \(passes) = \(words)"
  }

  /// Blocks that get no whole number of what they work on.
  package var partialWords: [PartialWord] {
    zip(plan.design.nodes, plan.blocks).compactMap { node, block in
      guard let words = fedWords(node), let remainder = block.frameRemainder(ofWords: words) else {
        return nil
      }
      return PartialWord(node: node.name, sentence: "\(node.name) \(remainder)", words: words)
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
  package func shortSources(_ scenario: Scenario) -> [String] {
    let frames = plan.design.graphInputs.map { wholeFrames($0, scenario) }.max() ?? 0
    return plan.design.graphInputs.compactMap { stream in
      guard let perFrame = plan.wordsPerFrame[stream], perFrame > 0,
        let source = scenario.sources[stream]
      else { return nil }
      if source.pattern.isNever { return "the source of '\(stream)' never offers a word" }
      guard let words = source.words else { return nil }
      let (whole, rest) = words.quotientAndRemainder(dividingBy: perFrame)
      guard rest > 0 || whole < frames else { return nil }
      let offer = "the source of '\(stream)' offers \(words) words = \(whole) frames of \(perFrame)"
      let missing =
        rest > 0
        ? " and \(rest) words of another: \(perFrame - rest) missing"
        : ", while others offer \(frames)"
      return offer + missing + (reader(of: stream).flatMap { weightPasses($0.node, $0.port) } ?? "")
    }
  }

  /// Inputs whose frames nobody counts.
  package var uncountedInputs: [String] {
    plan.design.graphInputs.filter { plan.wordsPerFrame[$0, default: 0] == 0 }.map {
      "no block says how many words of '\($0)' make a frame; state \"words\" for its source"
    }
  }

  private func wholeFrames(_ stream: String, _ scenario: Scenario) -> Int {
    guard let words = scenario.sources[stream]?.words else { return scenario.frames }
    return words / max(plan.wordsPerFrame[stream] ?? 1, 1)
  }

  private func reader(of stream: String) -> (node: Int, port: Int)? {
    for (n, node) in plan.design.nodes.enumerated() {
      if let port = node.inputs.firstIndex(of: stream) { return (n, port) }
    }
    return nil
  }

  /// Sinks of `scenario` that take nothing.
  package func deadSinks(_ scenario: Scenario) -> [String] {
    plan.design.graphOutputs.filter { scenario.sinks[$0]?.pattern.isNever == true }
      .map { "the sink of '\($0)' is never ready" }
  }
}
