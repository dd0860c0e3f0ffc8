import ArgumentParser
import DataflowAnalysis
import FoundationEssentials

/// `simrun blocks`: what the catalogue knows.
struct BlocksCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "blocks",
    abstract: "List the hardware blocks, one block's attributes, or what a configuration costs.")

  @Argument(help: "A FINN op type, e.g. MVAU_rtl.")
  var op: String?

  @Option(help: "The attributes of a node as a JSON object: shapes, cycles and resources follow.")
  var attributes: String?

  @Option(help: "FPGA part or board name; it decides DSP cores and their cost.")
  var part: String?

  @Option(name: .customLong("clock-mhz"), help: "Clock in MHz.")
  var clockMHz = 100.0

  @Option(help: "The FINN whose block it is.")
  var finnGeneration: FINNGeneration?

  @Flag(help: "Print one JSON document.")
  var json = false

  @Flag(help: "Print the JSON Schema of design files, made from the catalogue.")
  var schema = false

  func run() throws {
    try reportingInputErrors {
      if schema { return try printText(String(DesignSchema.text.dropLast())) }
      guard finnGeneration == nil || attributes != nil else {
        throw InputError(
          "decides what a configuration takes and costs; the list of attributes is that of all generations",
          at: "--finn-generation", hint: "add --attributes")
      }
      guard clockMHz > 0, clockMHz.isFinite else {
        throw InputError("\(clockMHz) MHz is no clock", at: "--clock-mhz", hint: "more than 0")
      }
      let part = try self.part.map { name in
        let full = Device.part(for: name)
        _ = try Device.named(full)
        return full
      }
      let op = op.map { name in
        guard let today = OldNames.opTypes[name] else { return name }
        writeError("note: \(name) is what FINN up to 0.9 called \(today)")
        return today
      }
      switch (op, attributes) {
      case (nil, nil): try listBlocks()
      case (nil, _?):
        throw InputError("--attributes needs an op type", hint: "simrun blocks MVAU_rtl …")
      case (let op?, nil): try describe(op)
      case (let op?, let text?): try evaluate(op, text, part: part)
      }
    }
  }

  private func listBlocks() throws {
    let report = BlockListReport()
    if json { return try printJSON(report) }
    var table = TextTable()
    for block in report.blocks { table.add([block.opType, block.summary]) }
    try printText(table.text)
  }

  private func describe(_ op: String) throws {
    let type = try BlockCatalogue.type(of: op)
    let specs = try BlockCatalogue.attributes(of: op)
    if json { return try printJSON(try BlockAttributesReport(of: op)) }
    // FINN's bookkeeping is accepted in a design and changes nothing.
    let used = specs.filter { !$0.summary.hasSuffix("not used") }
    var table = TextTable()
    for spec in used {
      let value = spec.defaultValue.map(\.text) ?? "required"
      table.add([spec.name, spec.kind.text, value, spec.summary])
    }
    let more = specs.count - used.count
    let note = more > 0 ? "\n… and \(more) more that change nothing (--json lists them)" : ""
    try printText("\(op): \(type.summary)\n\n\(table.text)\(note)")
  }

  private func evaluate(_ op: String, _ text: String, part: String?) throws {
    let attributes = try parse(text)
    let block: any Block
    do {
      block = try BlockCatalogue.make(
        opType: op, attributes: attributes, part: part, clockMHz: clockMHz,
        generation: finnGeneration ?? .default)
    } catch let error as InputError {
      throw error.at(op)
    }
    let report = try BlockReport(block, attributes, part: part, clockMHz: clockMHz)
    if json { return try printJSON(report) }
    try printText(Self.table(report, block))
  }

  private func parse(_ text: String) throws -> [String: AttributeValue] {
    var values: [String: AttributeValue] = [:]
    let document = JSONCursor(try JSONValue(parsing: Data(text.utf8), file: "--attributes"))
    do {
      for (name, value) in try document.members() { values[name] = try AttributeValue(value) }
    } catch let error as InputError {
      throw error.inFile("--attributes")
    }
    return values
  }

  private static func table(_ report: BlockReport, _ block: any Block) -> String {
    func shape(_ shape: [Int]?) -> String {
      shape.map { "(" + $0.map(String.init).joined(separator: ", ") + ")" } ?? "-"
    }
    var table = TextTable()
    table.add([report.opType, type(of: block).summary])
    if let cycles = report.cyclesAlone, let timing = report.timing {
      table.add(["cycles per frame alone", "\(cycles) (\(timing.summary))"])
    } else if report.timing != nil {
      table.add([
        "cycles per frame alone", "not worked out here; simrun DESIGN --fps simulates them",
      ])
    }
    table.add(["FINN's estimate of them", String(report.expectedCycles)])
    for (side, ports) in [("input", block.inputs), ("output", block.outputs)] {
      for (index, port) in ports.enumerated() {
        let words = port.words.map { "\($0) words of " } ?? ""
        let width = port.width.map { "\($0) bits" } ?? "any width"
        table.add([
          "\(side) \(index)",
          "\(words)\(width), folded \(shape(port.foldedShape)), "
            + "tensor \(shape(port.normalShape)) \(port.dataType?.name ?? "")",
        ])
      }
    }
    func line(_ r: Resources) -> String {
      "LUT \(r.lut), BRAM_18K \(r.bram18), URAM \(r.uram), DSP \(r.dsp)"
    }
    let c = report.calibrated
    table.add([
      "resources, placed",
      "LUT \(c.expected.lut) (\(c.low.lut) to \(c.high.lut)), FF \(c.expected.ff) (\(c.low.ff) to "
        + "\(c.high.ff)), BRAM_18K \(c.expected.bram18), URAM \(c.expected.uram), DSP \(c.expected.dsp)",
    ])
    table.add(["", "\(c.basis.rawValue): \(c.source)"])
    table.add(["FINN's estimate", line(report.finnResources)])
    if let why = report.correction, let corrected = report.correctedResources {
      table.add(["corrected", line(corrected) + " (\(why))"])
    }
    for issue in report.buildIssues { table.add(["build issue", issue]) }
    return table.text
  }
}
