/// The elementary stream blocks of the golden composites: exact in timing, free in hardware terms.
/// They have no FINN counterpart. Source: docs/reference/rtl-rules.md#elementary-blocks.
///
/// `Fork` and `Join` may state their word shape (`folded_shape`, `dataType`); left empty, their
/// ports are `Port.open` and take words and widths from the stream connected to them
/// (`outputs(fedBy:)`).
private let openShape: [AttributeSpec] = [
  .ints("folded_shape", default: [], "words of a frame, elements per word last; empty: any"),
  .dataType("dataType", default: "", "element type; empty: any"),
]

/// Copies one stream to two, with a register on each output.
package struct Fork: Block {
  package static let opTypes = ["Fork"]
  package static let summary = "Copies a stream to two, one register on each output"
  package static let attributes = openShape
  package static let isKnownToFINN = false

  package let node: NodeSettings
  package let port: Port

  package init(_ a: Attributes) throws {
    node = a.settings
    port = try a.openPort()
  }

  package var inputs: [Port] { [port] }
  package var outputs: [Port] { [port, port] }
  package func outputs(fedBy inputs: [Port]) -> [Port] {
    guard port.words == nil, let source = inputs.first else { return outputs }
    return [source, source]
  }
  package var expectedCycles: Int { port.words ?? 0 }

  package static var passesValuesOn: Bool { true }
  package var isWordWise: Bool { true }
}

/// Puts one word of each of two streams side by side, input 0 in the low bits; no register.
/// A stated `folded_shape` is that of each input.
package struct Join: Block {
  package static let opTypes = ["Join"]
  package static let summary = "Words of two streams side by side, input 0 in the low bits"
  package static let attributes = openShape
  package static let isKnownToFINN = false

  package let node: NodeSettings
  package let port: Port

  package init(_ a: Attributes) throws {
    node = a.settings
    port = try a.openPort()
  }

  package var inputs: [Port] { [port, port] }
  package var outputs: [Port] { [Self.sideBySide(port, port)] }
  package func outputs(fedBy inputs: [Port]) -> [Port] {
    guard port.words == nil, inputs.count == 2 else { return outputs }
    return [Self.sideBySide(inputs[0], inputs[1])]
  }
  package var expectedCycles: Int { port.words ?? 0 }

  private static func sideBySide(_ low: Port, _ high: Port) -> Port {
    guard low.words != nil || high.words != nil else { return .open }
    var both = low
    both.normalShape = nil
    both.words = low.words ?? high.words
    both.width = low.width.flatMap { l in high.width.map { l + $0 } }
    both.paddedWidth = both.width.map { ($0 + 7) / 8 * 8 }
    both.dataType = low.dataType == high.dataType ? low.dataType : nil
    both.foldedShape = nil
    if let shape = low.foldedShape, let more = high.elements {
      both.foldedShape = shape.dropLast() + [shape[shape.count - 1] + more]
    }
    return both
  }

  package var isWordWise: Bool { true }
}

/// Passes the pixels at odd row and odd column and drops the others: a 2x2 pool without latency.
package struct Decimate: Block {
  package static let opTypes = ["Decimate"]
  package static let summary = "Passes the pixels at odd row and odd column, drops the others"
  package static let attributes: [AttributeSpec] = [
    .ints("ImgDim", count: 2, "height and width of the input"),
    .int("words_per_pixel", "words of a pixel"),
  ]
  package static let isKnownToFINN = false

  package let node: NodeSettings
  package let imgDim: [Int]
  package let wordsPerPixel: Int

  package init(_ a: Attributes) throws {
    node = a.settings
    imgDim = a.ints("ImgDim")
    wordsPerPixel = a.int("words_per_pixel")
    try a.size("an image", imgDim + [wordsPerPixel])
  }

  package var inputs: [Port] { [Port(width: nil, words: product(imgDim) * wordsPerPixel)] }
  package var outputs: [Port] { outputs(fedBy: []) }
  package func outputs(fedBy inputs: [Port]) -> [Port] {
    let (height, width) = (imgDim[0] / 2, imgDim[1] / 2)
    var port = Port(
      dataType: inputs.first?.dataType, width: inputs.first?.width,
      words: height * width * wordsPerPixel)
    if let elements = inputs.first?.elements {
      port.foldedShape = [1, height, width, wordsPerPixel, elements]
      port.normalShape = [1, height, width, wordsPerPixel * elements]
    }
    return [port]
  }
  package var expectedCycles: Int { product(imgDim) * wordsPerPixel }
}
