import DataflowSim
import FoundationEssentials

/// Placed nodes to fit coefficients to: `simrun-calibration` version 1 (docs/formats.md#calibration).
///
/// Op types and attributes may be those of any FINN; attributes that simrun does not know are left out.
public struct CalibrationFile: Sendable {
  /// Where its nodes come from, in words.
  public var source: String
  public var rows: [CalibrationRow]
  /// Nodes of which only HLS' report is known. Nothing is fitted to them.
  public var reports: [ReportedNode] = []
  /// Rows whose attributes make no block, and why.
  public var refused: [String] = []

  /// A node and what HLS reported of it.
  public struct ReportedNode: Sendable {
    /// The build it is from, and its name there.
    public var build: String
    public var node: String
    /// What it is built of.
    public var structure: CostStructure
    /// What HLS reported.
    public var area: ReportedArea
  }

  private static let format = "simrun-calibration"

  /// Whether a document is of this kind.
  static func isOne(_ document: JSONValue) -> Bool {
    guard case .object(let members) = document, case .string(format)? = members["format"] else {
      return false
    }
    return true
  }

  /// Throws `InputError` for another kind or version; `file` is for messages.
  public init(json data: Data, file: String) throws {
    do {
      let document = JSONCursor(try JSONValue(parsing: data, file: file))
      try document.requireFormat(Self.format, version: 1)
      try document.requireKeys(["format", "version", "source", "rows"])
      source = try document.optional("source")?.name() ?? file
      rows = []
      for row in try document.member("rows").elements() {
        do {
          let known = try Self.node(row)
          let area = try row.optional("reported").map(Self.area)
          if let placed = row.optional("placed") {
            var result = CalibrationRow(
              build: known.build, node: known.name, block: known.block, in: known.context,
              placed: try Self.placed(placed), reported: area)
            result.isTrimmed = try row.optional("trimmed")?.bool() ?? false
            rows.append(result)
          } else if let area {
            reports.append(
              ReportedNode(
                build: known.build, node: known.name,
                structure: known.block.costStructure(in: known.context), area: area))
          } else {
            throw row.error("has neither \"placed\" nor \"reported\"")
          }
        } catch let error as UnknownBlock {
          refused.append(error.text)
        }
      }
    } catch let error as InputError {
      throw error.inFile(file)
    }
  }

  private struct UnknownBlock: Error { let text: String }

  private struct KnownNode {
    var build: String
    var name: String
    var block: any Block
    var context: CostContext
  }

  private static func node(_ row: JSONCursor) throws -> KnownNode {
    try row.requireKeys([
      "build", "node", "op", "part", "generation", "laterStreamer", "attributes", "placed",
      "reported", "trimmed",
    ])
    let generation = try row.optional("generation").map { try FINNGeneration(named: $0.string()) }
    let part = try row.optional("part")?.name()
    let name = try row.member("node").name()
    let build = try row.member("build").name()
    let op = try row.member("op").name()
    var attributes: [String: AttributeValue] = [:]
    for (key, value) in try row.member("attributes").members() {
      attributes[key] = try AttributeValue(value)
    }
    let node = Node(
      name: name, finnOp: op, attributes: attributes, generation: generation ?? .default)
    let block: any Block
    do {
      block = try BlockCatalogue.make(
        opType: node.opType, attributes: node.attributes, part: part, clockMHz: 100,
        generation: generation ?? .default)
    } catch let error as InputError {
      throw UnknownBlock(text: "\(build), \(name): \(error.message)")
    }
    let later = try row.optional("laterStreamer")?.bool() ?? false
    return KnownNode(
      build: build, name: name, block: block,
      context: CostContext(
        device: DSPFamily(part: part ?? ""),
        hasLaterStreamer: later || generation?.isDevelopment == true))
  }

  private static func placed(_ cursor: JSONCursor) throws -> PlacedUse {
    try cursor.requireKeys(["LUT", "LUTRAM", "SRL", "FF", "BRAM_18K", "URAM", "DSP"])
    func count(_ name: String) throws -> Int? { try cursor.optional(name)?.int(0...1 << 32) }
    return PlacedUse(
      lut: try cursor.member("LUT").int(0...1 << 32), lutram: try count("LUTRAM"),
      srl: try count("SRL") ?? 0, ff: try cursor.member("FF").int(0...1 << 32),
      bram18: try count("BRAM_18K") ?? 0, uram: try count("URAM") ?? 0, dsp: try count("DSP") ?? 0)
  }

  private static func area(_ cursor: JSONCursor) throws -> ReportedArea {
    try cursor.requireKeys(["LUT", "FF", "BRAM_18K", "URAM", "DSP"])
    func count(_ name: String) throws -> Int { try cursor.optional(name)?.int(0...1 << 32) ?? 0 }
    return ReportedArea(
      lut: try count("LUT"), ff: try count("FF"), bram18: try count("BRAM_18K"),
      uram: try count("URAM"), dsp: try count("DSP"))
  }
}

extension Node {
  /// A node as a FINN of `generation` names it and its attributes, in today's words.
  fileprivate init(
    name: String, finnOp: String, attributes old: [String: AttributeValue],
    generation: FINNGeneration
  ) {
    self.init(
      name: name, opType: generation.hasOldNames ? OldNames.current(finnOp) : finnOp)
    let specs = (try? BlockCatalogue.attributes(of: opType)) ?? []
    let lists = Set(specs.filter { if case .ints = $0.kind { true } else { false } }.map(\.name))
    let known = Set(specs.map(\.name))
    for (key, value) in old {
      let today = OldNames.current(key, value, takesList: lists.contains)
      if known.contains(today.name) { attributes[today.name] = today.value }
    }
    guard finnOp == "ConvolutionInputGenerator1D" else { return }
    addOneDimension(generation)
  }
}
