/// Copies one stream to several, as FINN+'s attention front end does.
///
/// Source: FINN+ (`replicate_stream.py`).
package struct ReplicateStream: Block {
  package static let opTypes = ["ReplicateStream_hls"]
  package static let summary = "Copies a stream to several (FINN+)"
  package static let attributes: [AttributeSpec] = [
    .int("num", in: 1...32, "copies"),
    .int("num_elems", "elements of the last dimension"),
    .int("PE", "elements per word; divides num_elems"),
    .ints("num_inputs", default: [1], "leading dimensions of the input"),
    .dataType("dtype", "element type"),
  ]

  package let node: NodeSettings
  package let copies: Int
  package let elements: Int
  package let pe: Int
  package let leading: [Int]
  package let dataType: DataType

  package init(_ a: Attributes) throws {
    node = a.settings
    copies = a.int("num")
    elements = a.int("num_elems")
    pe = a.int("PE")
    leading = a.ints("num_inputs")
    dataType = a.dataType("dtype")
    try a.requireDivides("PE", elements, "num_elems")
    try a.size("the copies", leading + [elements, copies])
  }

  package var inputs: [Port] { [port] }
  package var outputs: [Port] { Array(repeating: port, count: copies) }
  private var port: Port {
    Port(leading: leading, channels: elements, parallel: pe, dataType: dataType)
  }
  package var expectedCycles: Int { product(leading) * elements / pe }

  package var foldings: [FoldingAttribute] { [FoldingAttribute("PE", dividing: elements)] }
  package var hasKnownCost: Bool { false }
  package static var passesValuesOn: Bool { true }
  package var isWordWise: Bool { true }
}

extension ReplicateStream: HLSBlock {
  /// As `DuplicateStreams`: a word in and one to every output per iteration.
  package func timing() -> BlockTiming {
    let all = Loop.all(copies)
    return schedule.timing([.run(expectedCycles, reads: 1, writes: all)])
  }

  var hlsWork: HLSWork { HLSWork(.duplicateStreams, iterations: expectedCycles) }
}

extension ReplicateStream: BitBlock {
  package func bits(_ setup: BitSetup) throws -> any BlockBits { PassThroughBits(copies: copies) }
}
