import SimKernels

extension Dataplane {
  /// Runs any number of words: every block makes of its input words what the hardware makes of
  /// them, frame after frame by count, complete or not.
  ///
  /// Every stream gets all words that can follow from the inputs; hardware that stops early has
  /// seen a prefix of them.
  /// - Parameters:
  ///   - sources: words per graph input.
  ///   - cores: by node, what its compute core put out, where that is not simply every result.
  ///   - faults: by stream, what happens to its words on the way.
  /// - Returns: the words of every stream.
  public func words(
    of sources: [String: WordSequence], cores: [String: [CoreResult]] = [:],
    faults: [String: WordFaults] = [:]
  ) throws -> [String: WordSequence] {
    var values = [WordSequence?](repeating: nil, count: graph.streams.count)
    for name in inputs {
      guard let words = sources[name] else {
        throw InputError("no words for the graph input '\(name)'")
      }
      let layout = try layout(of: name)
      guard words.elementsPerWord == layout.elements, words.elements.format == layout.format else {
        throw InputError(
          "needs words of \(layout.elements) x \(layout.dataType)", at: "graph input '\(name)'")
      }
      values[graph.index(of: name)] = faults[name]?.applied(to: words) ?? words
    }
    for step in steps {
      let inputs = step.inputs.indices.map { step.words(values[step.inputs[$0]]!, at: $0) }
      let outputs = try perform(step) { try words(step, inputs, cores[step.node.name]) }
      for (stream, words) in zip(step.outputs, outputs) {
        values[stream] = faults[graph.streams[stream].name]?.applied(to: words) ?? words
      }
    }
    var result: [String: WordSequence] = [:]
    for (stream, words) in values.enumerated() {
      if let words { result[graph.streams[stream].name] = words }
    }
    return result
  }

  /// What one block makes of its input words.
  func words(
    _ step: Step, _ inputs: [WordSequence], _ core: [CoreResult]?
  ) throws -> [WordSequence] {
    if let core, let bits = step.bits as? any CoreBits {
      return [try bits.words(core, inputs: inputs)]
    }
    let outputs = step.outputs.compactMap { layouts[$0] }
    return try step.bits.words(inputs, ports: step.ports, outputs: outputs)
  }
}

extension Dataplane {
  /// Nodes that take words of one frame for the next one's (`hls-window-leftover-rows`): behind them
  /// whole frames, computed each by itself, are not what the hardware moves.
  public var shiftingNodes: [String] {
    steps.filter { $0.bits.wordsTaken != nil }.map(\.node.name)
  }

  /// What comes out of an output when frames follow each other, shifted frames included; as many
  /// elements as come.
  public func moved(_ inputs: [String: Tensor], output: String) throws -> [Double] {
    let words = try words(of: sourceData(inputs).words)[output]
    return try words.map { try tensor($0, of: output).asDoubles() } ?? []
  }
}

extension Dataplane.Step {
  /// Words of a stream as input `port` of this block reads them.
  func words(_ words: WordSequence, at port: Int) -> WordSequence {
    let n = ports[port].elements
    return WordSequence(
      elementsPerWord: n, elements: adapters[port].apply(words.elements, rowLength: n))
  }
}

extension BlockBits {
  /// All output words that follow from `inputs`: whole frames, the last one filled up with zeros,
  /// cut to the words whose inputs have really arrived.
  func words(
    _ inputs: [WordSequence], ports: [StreamLayout], outputs: [StreamLayout]
  ) throws -> [WordSequence] {
    let counts = schedule().outputs(for: inputs.map(\.count))
    var frames = 0
    for (input, port) in zip(inputs, ports) {
      frames = max(frames, input.count.dividedUp(by: max(1, wordsTaken ?? port.words)))
    }
    for (count, output) in zip(counts, outputs) {
      frames = max(frames, count.dividedUp(by: max(1, output.words)))
    }
    var parts = [[Integers]](repeating: [], count: outputs.count)
    for frame in 0..<frames {
      let slices = zip(inputs, ports).map { input, port -> Integers in
        let start = frame * (wordsTaken.map { $0 * port.elements } ?? port.count)
        return input.elements.elements(
          start..<start + port.count, rowLength: port.elements
        ).reshaped(rowLength: port.rowLength)
      }
      for (i, output) in try self.frame(slices).outputs.prefix(outputs.count).enumerated() {
        parts[i].append(output)
      }
    }
    return outputs.indices.map { i in
      let all = Integers.joined(
        parts[i].map { $0.reshaped(rowLength: outputs[i].elements) },
        rowLength: outputs[i].elements, format: outputs[i].format)
      return WordSequence(elementsPerWord: outputs[i].elements, elements: all).prefix(counts[i])
    }
  }
}
