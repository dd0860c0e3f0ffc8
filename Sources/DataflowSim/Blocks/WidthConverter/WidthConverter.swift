/// Stream width converter ("DWC"): regroups the elements of a stream into wider or narrower words.
///
/// Source: docs/reference/finn-dialect.md#attributes-of-each-op, #shapes-and-cycles;
/// docs/reference/resources.md#fifo-converter-and-table-cost; docs/reference/rtl-rules.md#widening,
/// #narrowing.
package struct WidthConverter: Block {
  package static let opTypes = [
    "StreamingDataWidthConverter_rtl", "StreamingDataWidthConverter_hls",
  ]
  package static let summary = "Regroups a stream into wider or narrower words"
  package static let attributes: [AttributeSpec] = [
    .ints("shape", default: [], "shape of the tensor; required unless inShape is there"),
    .ints("inShape", default: [], "shape at the input; words may cross its rows (FINN+)"),
    .ints("outShape", default: [], "shape at the output; empty: that of the input (FINN+)"),
    .int("inWidth", "bits of an input word"),
    .int("outWidth", "bits of an output word"),
    .dataType("dataType", "element type"),
  ]

  package let node: NodeSettings
  package let inputShape: [Int]
  package let outputShape: [Int]
  /// Bits of an input word.
  package let inWidth: Int
  /// Bits of an output word.
  package let outWidth: Int
  package let dataType: DataType

  package init(_ a: Attributes) throws {
    node = a.settings
    // FINN+ states two shapes and counts words; FINN states one and keeps words within its rows.
    let crossesRows = !a.ints("inShape").isEmpty
    inputShape = a.ints(crossesRows ? "inShape" : "shape")
    outputShape = crossesRows && !a.ints("outShape").isEmpty ? a.ints("outShape") : inputShape
    inWidth = a.int("inWidth")
    outWidth = a.int("outWidth")
    dataType = a.dataType("dataType")
    guard let last = inputShape.last else {
      throw InputError("required and missing (shape of the tensor)", at: "attribute 'shape'")
    }
    let elements = try a.size("a tensor", inputShape)
    try a.require(
      try a.size("a tensor", outputShape) == elements, "outShape",
      "does not hold the \(elements) elements of \(inputShape)")
    for (name, width) in [("inWidth", inWidth), ("outWidth", outWidth)] {
      try a.require(
        width % dataType.bits == 0, name,
        "is not a multiple of the \(dataType.bits) bits of an element")
      let whole = crossesRows ? elements : last
      try a.require(
        whole % (width / dataType.bits) == 0, name,
        "holds \(width / dataType.bits) elements, which does not divide "
          + (crossesRows ? "the \(whole) of a frame" : "the last dimension \(whole)"))
    }
    try a.require(
      !a.isRTL || inWidth % outWidth == 0 || outWidth % inWidth == 0, "outWidth",
      "and inWidth = \(inWidth): one must divide the other in RTL (use the HLS converter)")
  }

  /// Narrow words per wide word, for whole ratios.
  package var ratio: Int { max(inWidth, outWidth) / min(inWidth, outWidth) }
  package var inputs: [Port] { [port(inputShape, inWidth)] }
  package var outputs: [Port] { [port(outputShape, outWidth)] }
  private func port(_ shape: [Int], _ width: Int) -> Port {
    let elements = width / dataType.bits
    let last = shape[shape.count - 1]
    let folded =
      last % elements == 0
      ? shape.dropLast() + [last / elements, elements] : [product(shape) / elements, elements]
    return Port(normal: shape, folded: folded, dataType: dataType)
  }
  package var expectedCycles: Int { 0 }

  package func resources(on device: DSPFamily) -> ResourceEstimate {
    let common = leastCommonMultiple(inWidth, outWidth)
    let widen = inWidth == common ? 0 : logTerm(inWidth, common) + common
    let narrow = outWidth == common ? 0 : logTerm(common, outWidth) + outWidth
    return ResourceEstimate(finn: Resources(lut: widen + narrow))
  }

  /// |ceil(log2(a / b))|.
  private func logTerm(_ a: Int, _ b: Int) -> Int {
    Int(truncating: abs(pythonLog2(Double(a) / Double(b)).rounded(.up)))
  }

  package static var role: BlockRole { .widthConverter }
  package static var passesValuesOn: Bool { true }
  package func frameRemainder(ofWords words: Int) -> String? {
    let bits = words * inWidth
    guard bits % outWidth != 0 else { return nil }
    return "gets \(words) words of \(inWidth) bits per frame, "
      + "\(bits) = \(bits / outWidth) × \(outWidth) + \(bits % outWidth) bits: "
      + "\(bits % outWidth) bits stay in it and shift the next frame"
  }
}
