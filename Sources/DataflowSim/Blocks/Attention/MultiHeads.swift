import SimKernels

/// Cuts every vector into one piece per attention head, or joins the heads' pieces again; whole pieces
/// per word.
///
/// Source: FINN+ (`attention_heads.py`). Packed heads exist there as a name only.
package struct MultiHeads: Block {
  package static let opTypes = ["SplitMultiHeads_hls", "MergeMultiHeads_hls"]
  package static let summary = "Splits vectors into attention heads or merges them (FINN+)"
  package static let attributes: [AttributeSpec] = [
    .int("heads", in: 1...31, "attention heads"),
    .int("packed", in: 0...1, default: 0, "all heads in one stream (not built by FINN+)"),
    .int("num_elems", "elements of a vector at the input"),
    .ints("num_inputs", default: [1], "leading dimensions of an input"),
    .dataType("dtype", "element type"),
    .flag("squeezed", "the output has no dimension of 1 in the middle (merge only)"),
  ]

  package let node: NodeSettings
  package let heads: Int
  /// Elements of a vector at an input.
  package let elements: Int
  package let leading: [Int]
  package let dataType: DataType

  package init(_ a: Attributes) throws {
    node = a.settings
    heads = a.int("heads")
    elements = a.int("num_elems")
    leading = a.ints("num_inputs")
    dataType = a.dataType("dtype")
    try a.require(a.int("packed") == 0 || heads == 1, "packed", "packed heads cannot be built")
    try a.require(
      heads <= Loop.mostPorts, "heads", "are more than the \(Loop.mostPorts) that are simulated")
    try a.size("the heads", leading + [elements, heads])
    guard isSplit else { return }
    try a.require(
      elements % heads == 0, "heads", "does not divide num_elems = \(elements)")
  }

  package var isSplit: Bool { opType.hasPrefix("Split") }
  /// Elements of one head.
  var perHead: Int { isSplit ? elements / heads : elements }
  private func ports(_ count: Int, _ elements: Int) -> [Port] {
    let shape = leading + [elements]
    return Array(
      repeating: Port(normal: shape, folded: shape, dataType: dataType), count: count)
  }
  package var inputs: [Port] { isSplit ? ports(1, elements) : ports(heads, elements) }
  package var outputs: [Port] { isSplit ? ports(heads, perHead) : ports(1, elements * heads) }
  package var expectedCycles: Int { product(leading) }

  package var hasKnownCost: Bool { false }
}

extension MultiHeads: HLSBlock {
  /// A vector per iteration: one word on the whole side, one on every head.
  package func timing() -> BlockTiming {
    let all = Loop.all(heads)
    return schedule.timing([
      .run(expectedCycles, reads: isSplit ? 1 : all, writes: isSplit ? all : 1)
    ])
  }

  var hlsWork: HLSWork { HLSWork(.other(stages: 3), iterations: expectedCycles) }
}

extension MultiHeads: BitBlock {
  package func bits(_ setup: BitSetup) throws -> any BlockBits {
    try setup.requireCarried(dataType, "elements")
    return MultiHeadBits(block: self)
  }
}

struct MultiHeadBits: BlockBits {
  let block: MultiHeads

  func frame(_ inputs: [Integers]) -> FrameResult {
    let lengths = Array(repeating: block.perHead, count: block.heads)
    if block.isSplit {
      return FrameResult(inputs[0].reshaped(rowLength: block.elements).split(lengths: lengths))
    }
    let parts = inputs.map { $0.reshaped(rowLength: block.perHead) }
    return FrameResult([
      Integers.interleaved(parts, lengths: lengths, format: block.dataType.format)
    ])
  }

  func schedule() -> WordSchedule {
    .groups(
      inputs: Array(repeating: 1, count: block.inputs.count),
      outputs: Array(repeating: 1, count: block.outputs.count))
  }
}
