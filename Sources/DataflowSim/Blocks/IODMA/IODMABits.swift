import SimKernels

extension IODMA: BitBlock {
  package func layouts(fedBy inputs: [StreamLayout]) throws -> [StreamLayout] {
    [try Self.layout(outputs[0], dataType)]
  }

  /// Memory words may be narrower than an element; the memory side then counts elements.
  private static func layout(_ port: Port, _ type: DataType) throws -> StreamLayout {
    if let layout = StreamLayout(port), layout.count == product(layout.shape) { return layout }
    let shape = port.normalShape ?? [port.words ?? 1]
    return StreamLayout(dataType: type, shape: shape, elements: 1, words: product(shape))
  }

  package func bits(_ setup: BitSetup) throws -> any BlockBits {
    guard setup.inputs.isEmpty else {
      let output = setup.outputs[0]
      return RegroupBits(inputs: setup.inputs[0].words, outputs: output.words)
    }
    return try MemoryBits(setup, role: setup.node.initializers.keys.sorted().first ?? "parameters")
  }
}

/// A DMA that reads constant memory: external weights as FINN stores them, a row per stream word,
/// its elements from the most significant down.
/// Source: docs/reference/packing.md#depthwise-and-external-weights.
struct MemoryBits: BlockBits {
  let words: Integers
  let output: StreamLayout

  init(_ setup: BitSetup, role: String) throws {
    output = setup.outputs[0]
    let image = try setup.integers(
      role, type: output.dataType, counts: [output.count],
      shape: "(\(output.words), \(output.elements))", rowLength: output.elements)
    let n = output.elements
    let reversed = (0..<output.count).map { Int32($0 / n * n + n - 1 - $0 % n) }
    words = Gather(pieceLength: 1, sourcesPerRow: output.rowLength, sources: reversed).apply(image)
  }

  func frame(_ inputs: [Integers]) -> FrameResult { FrameResult([words]) }
  func schedule() -> WordSchedule { .groups(inputs: [], outputs: [output.words]) }
}
