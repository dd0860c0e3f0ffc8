/// First-in first-out buffer in a stream.
///
/// Source: docs/reference/finn-dialect.md#attributes-of-each-op, #fifos-between-nodes,
/// #fifo-implementations; docs/reference/resources.md#fifo-converter-and-table-cost;
/// docs/reference/rtl-rules.md#fifo.
package struct StreamingFIFO: Block {
  package static let opTypes = ["StreamingFIFO_rtl", "StreamingFIFO_hls"]
  package static let summary = "FIFO of a given depth"
  package static let attributes: [AttributeSpec] = [
    .int("depth", "words it holds"),
    .ints("folded_shape", default: [], "words of a frame, elements per word last; empty: any"),
    .ints("normal_shape", default: [], "shape of the tensor; empty: any"),
    .dataType("dataType", default: "", "element type; empty: any"),
    .string("impl_style", oneOf: ["rtl", "vivado"], default: "rtl", "shift register or Vivado IP")
      .only(.rtl),
    .string(
      "impl_style", oneOf: ["virtual"], default: "virtual", "counts words for FINN+'s FIFO sizing"
    ).only(.hls),
    .string(
      "ram_style", oneOf: ["auto", "block", "distributed", "ultra"], default: "auto",
      "memory of the Vivado IP"),
    .flag("depth_monitor", "counts the deepest occupancy"),
    .ints("inFIFODepths", in: 0...AttributeSpec.maximumInt, default: [0], "always 0"),
    .ints("outFIFODepths", in: 0...AttributeSpec.maximumInt, default: [0], "always 0"),
  ]

  package enum Style: String, Sendable {
    /// FINN's shift-register FIFO `Q_srl`.
    case rtl
    /// Vivado's `axis_data_fifo`.
    case vivado
    /// FINN+'s stand-in for sizing on the board: no memory, the depth set at run time.
    case virtual
  }

  package let node: NodeSettings
  /// The depth as the node states it.
  package let depth: Int
  /// What the FIFO carries; `Port.open` when the node leaves its shape empty, as the `depth`
  /// shorthand of a design's stream does.
  package private(set) var port: Port
  package let style: Style
  package let ramStyle: String

  package init(_ a: Attributes) throws {
    node = a.settings
    depth = a.int("depth")
    port = try a.openPort()
    style = Style(rawValue: a.string("impl_style")) ?? .rtl
    ramStyle = a.string("ram_style")
    let normal = a.ints("normal_shape")
    if !normal.isEmpty, let folded = port.foldedShape {
      let elements = try a.size("a tensor", normal)
      try a.require(
        product(folded) == elements, "folded_shape",
        "holds \(product(folded)) elements, normal_shape \(elements)")
      port.normalShape = normal
    }
    try a.size("a FIFO", [depth, port.elements ?? 1])
  }

  /// The depth the hardware has: the Vivado IP rounds up to a power of two.
  package var adjustedDepth: Int { style == .vivado ? Self.vivadoDepth(depth) : depth }

  /// The next power of two.
  static func vivadoDepth(_ depth: Int) -> Int { 1 << depth.ceilLog2 }

  package var inputs: [Port] { [port] }
  package var outputs: [Port] { [port] }
  package func outputs(fedBy inputs: [Port]) -> [Port] {
    port.words == nil ? inputs : outputs
  }
  package var expectedCycles: Int { 0 }

  package var buildIssues: [String] {
    switch style {
    case .rtl where depth < 2: ["a shift-register FIFO holds at least 2 words"]
    case .rtl where depth > 256: ["a shift-register FIFO deeper than 256 is slow to close timing"]
    case .vivado where adjustedDepth > 32768: ["the Vivado FIFO holds at most 32768 words"]
    default: []
    }
  }

  package func resources(on device: DSPFamily) -> ResourceEstimate {
    // An open port costs no storage here; the design's shape decides it.
    let width = port.width ?? 0
    let finn = resources(in: ramStyle, width: width)
    let bits = width * adjustedDepth
    var estimate = ResourceEstimate(
      finn: finn,
      bramEfficiency: MemoryShape.efficiency(
        bits: bits, blocks: finn.bram18, blockBits: MemoryShape.ramb18Bits))
    if style == .vivado, ramStyle == "auto" {
      estimate.corrected = resources(in: "block", width: width)
      estimate.correction = "FINN counts no memory for ram_style auto; taken as block RAM"
    }
    return estimate
  }

  private func resources(in ramStyle: String, width: Int) -> Resources {
    let inLUTs = style == .rtl || ramStyle == "distributed"
    let storage = inLUTs ? adjustedDepth.dividedUp(by: 32) * width.dividedUp(by: 2) : 0
    var total = Resources(lut: 2 * adjustedDepth.ceilLog2 + storage)
    switch (style, ramStyle) {
    case (.vivado, "block"):
      total.bram18 = MemoryShape.ramb18(width: width, depth: adjustedDepth)
    case (.vivado, "ultra"):
      total.uram = MemoryShape.uram(width: width, depth: adjustedDepth)
    default: break
    }
    return total
  }

  package static var role: BlockRole { .fifo }
  package static var passesValuesOn: Bool { true }
  package var isWordWise: Bool { true }
}
