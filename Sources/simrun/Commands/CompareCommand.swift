import ArgumentParser
import DataflowSim
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

  @Flag(help: "Go on behind the first divergence.")
  var all = false

  @Flag(help: "Print one JSON document.")
  var json = false

  @Flag(help: "Print the table as CSV.")
  var csv = false

  func run() throws {
    try reportingInputErrors {
      let loaded = try source.load()
      let comparison = try reportingFile(source.design) {
        try Comparison(loaded.design, parameters: loaded.parameters)
      }
      let inputs = try comparison.plane.namedInputs(TensorFile.read(input), file: input)
      let results = try comparison.run(
        inputs, reference: try NPZ(contentsOf: golden),
        map: try map.map(ReferenceMap.init(contentsOf:)), stopsAtFirst: !all)
      try show(ComparisonReport(loaded.design.name, results))
      if !results.allSatisfy(\.isFine) { throw SimrunExit.bitsDiffer }
    }
  }

  private func show(_ report: ComparisonReport) throws {
    if json {
      try printJSON(report)
    } else {
      print(csv ? report.csv : report.text)
    }
  }
}
