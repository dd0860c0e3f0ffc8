import ArgumentParser
import DataflowAnalysis
import SweepStore

/// `simrun schema`: what the documents that simrun prints and reads look like.
struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Print the JSON Schema of a document that simrun prints or reads, or list them.",
    discussion: "The same files are in configs/schemas/. docs/formats.md says what the keys mean.")

  /// Every document a command prints.
  static let documents: [any ResultDocument.Type] = [
    AccuracyReport.self, BlockListReport.self, BlockAttributesReport.self, BlockReport.self,
    CalibrationReport.self, CheckReport.self, ComparisonReport.self, DumpReport.self,
    FIFOReport.self, FoldingReport.self,
    FrameReport.self, HangReport.self, HazardReport.self, ModelComparisonReport.self,
    ReferenceReport.self, RepeatReport.self, ReplayReport.self, RunReport.self,
    StressReport.self, SweepReport.self, ThroughputReport.self, TraceReport.self,
  ]

  @Argument(help: "The `kind` of a document, or an input: design, scenario, space.")
  var kind: String?

  func run() throws {
    try reportingInputErrors {
      guard let kind else { return try printText(Self.list) }
      try printText(String(decoding: try Self.schema(of: kind).dropLast(), as: UTF8.self))
    }
  }

  private static var inputs: [(kind: String, summary: String)] {
    [
      ("design", "A design file, read by every command."),
      ("scenario", "What drives a design: sources, sinks, faults and how long."),
      ("space", "What `simrun sweep` ranges over."),
    ]
  }

  private static var list: String {
    var table = TextTable()
    for document in documents.sorted(by: { $0.kind < $1.kind }) {
      table.add([document.kind, document.summary])
    }
    for input in inputs { table.add([input.kind, input.summary]) }
    return table.text
  }

  private static func schema(of kind: String) throws -> [UInt8] {
    if let document = documents.first(where: { $0.kind == kind }) {
      return Array(try document.schema())
    }
    switch kind {
    case "design": return Array(DesignSchema.text.utf8)
    case "scenario": return Array(ScenarioSchema.text.utf8)
    case "space": return Array(SweepSpace.schema)
    default:
      let kinds = documents.map { $0.kind } + inputs.map(\.kind)
      throw InputError(
        "there is no document '\(kind)'", at: "KIND",
        hint: nearestName(to: kind, among: kinds).map { "did you mean '\($0)'?" }
          ?? "`simrun schema` lists them")
    }
  }
}
