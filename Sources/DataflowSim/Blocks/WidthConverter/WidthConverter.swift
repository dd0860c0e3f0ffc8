/// Stream width converter ("DWC"): regroups the elements of a stream into wider or narrower words.
///
/// Source: FINN dialect reference, sections 1.3, 2.1, 5.6; golden data, section 3.
public struct WidthConverter: Block {
  public static let opTypes = [
    "StreamingDataWidthConverter_rtl", "StreamingDataWidthConverter_hls",
  ]
  public static let summary = "Regroups a stream into wider or narrower words"
  public static let attributes: [AttributeSpec] = [
    .ints("shape", "shape of the tensor"),
    .int("inWidth", "bits of an input word"),
    .int("outWidth", "bits of an output word"),
    .dataType("dataType", "element type"),
  ]

  public let node: NodeSettings
  public let shape: [Int]
  /// Bits of an input word.
  public let inWidth: Int
  /// Bits of an output word.
  public let outWidth: Int
  public let dataType: DataType

  public init(_ a: Attributes) throws {
    node = a.settings
    shape = a.ints("shape")
    inWidth = a.int("inWidth")
    outWidth = a.int("outWidth")
    dataType = a.dataType("dataType")
    try a.require(!shape.isEmpty, "shape", "needs at least one dimension")
    try a.size("a tensor", shape)
    for (name, width) in [("inWidth", inWidth), ("outWidth", outWidth)] {
      try a.require(
        width % dataType.bits == 0, name,
        "is not a multiple of the \(dataType.bits) bits of an element")
      try a.require(
        shape.last! % (width / dataType.bits) == 0, name,
        "holds \(width / dataType.bits) elements, which does not divide the last dimension "
          + "\(shape.last!)")
    }
    try a.require(
      !a.isRTL || inWidth % outWidth == 0 || outWidth % inWidth == 0, "outWidth",
      "and inWidth = \(inWidth): one must divide the other in RTL (use the HLS converter)")
  }

  /// Narrow words per wide word, for whole ratios.
  public var ratio: Int { max(inWidth, outWidth) / min(inWidth, outWidth) }
  public var inputs: [Port] { [port(inWidth)] }
  public var outputs: [Port] { [port(outWidth)] }
  private func port(_ width: Int) -> Port {
    let elements = width / dataType.bits
    return Port(
      normal: shape, folded: shape.dropLast() + [shape.last! / elements, elements],
      dataType: dataType)
  }
  public var expectedCycles: Int { 0 }

  public func resources(on device: DSPFamily) -> ResourceEstimate {
    let common = leastCommonMultiple(inWidth, outWidth)
    let widen = inWidth == common ? 0 : logTerm(inWidth, common) + common
    let narrow = outWidth == common ? 0 : logTerm(common, outWidth) + outWidth
    return ResourceEstimate(finn: Resources(lut: widen + narrow))
  }

  /// |ceil(log2(a / b))|.
  private func logTerm(_ a: Int, _ b: Int) -> Int {
    Int(truncating: abs(pythonLog2(Double(a) / Double(b)).rounded(.up)))
  }
}
