import ArgumentParser
import DataflowAnalysis
import Foundation

/// `simrun compare`: where a compiled design leaves its reference, and why.
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compare every layer with reference activations; name the first wrong value and why.",
    discussion: """
      Exits with 0 when all tensors agree (values exactly on a rounding boundary aside), with 1 and \
      the first divergence otherwise.
      """)

  @OptionGroup var source: DesignOptions

  @Option(help: "Input data (.npy or .npz): leading axis frames, then the input's shape.")
  var input: String

  @Option(help: "Reference activations (.npz).")
  var golden: String

  @Option(help: "Which array belongs to which stream, with scale and offset (.json).")
  var map: String?

  @Option(
    help: "Compare what the design moves under this scenario (.json), hazards and faults included.")
  var scenario: String?

  @Flag(help: "Go on behind the first divergence.")
  var all = false

  @Flag(help: "Print one JSON document.")
  var json = false

  @Flag(help: "Print the table as CSV.")
  var csv = false

  func run() throws {
    try reportingInputErrors {
      let loaded = try source.load()
      var comparison = try reportingFile(source.design) {
        try Comparison(loaded.design, parameters: loaded.parameters)
      }
      comparison.threads = ProcessInfo.processInfo.activeProcessorCount
      let inputs = try comparison.plane.namedInputs(TensorFile(input))
      let reference = try NPZ(contentsOf: golden)
      let map = try map.map(ReferenceMap.init(contentsOf:))
      let stimulus = try scenario.map { try Scenario(contentsOf: $0) }
      let results = try reportingFile(input) {
        try comparison.run(
          inputs, reference: reference, map: map, stopsAtFirst: !all, under: stimulus)
      }
      let left = comparison.unmatched(reference, map)
      if !left.isEmpty {
        writeError(
          "note: \(left.count) of \(reference.names.count) arrays of \(golden) belong to no stream "
            + "(\(left.prefix(3).joined(separator: ", "))\(left.count > 3 ? ", …" : ""))"
            + (map == nil ? "; --map says which belongs to which" : ""))
      }
      try show(ComparisonReport(loaded.design.name, results))
      if !results.allSatisfy(\.isFine) { throw SimrunExit.bitsDiffer }
    }
  }

  private func show(_ report: ComparisonReport) throws {
    if json {
      try printJSON(report)
    } else {
      try printText(csv ? report.csv : report.text)
    }
  }
}
