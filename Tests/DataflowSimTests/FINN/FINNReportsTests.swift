import DataflowAnalysis
import Foundation
import DesignFiles
import Testing

struct FINNReportsTests {
  private func content(_ reports: FINNReports, _ name: String) throws -> [String: JSONValue] {
    let file = try #require(reports.files.first { $0.name == name })
    return try JSONValue(parsing: file.content, file: name).object
  }

  private func compare(_ mine: [String: JSONValue], _ finn: JSONValue, _ what: String) {
    let expected = finn.object
    #expect(Set(mine.keys).isSuperset(of: expected.keys), "\(what)")
    for (key, value) in expected {
      guard let got = mine[key] else { continue }
      if case .object = value {
        compare(got.object, value, "\(what) \(key)")
      } else {
        #expect(
          FINNChecksTests.agree(got, value),
          "\(what) \(key): \(got.compactText) \(value.compactText)")
      }
    }
  }

  /// The ten-node net at 300 cycles: the recorded shapes and numbers.
  @Test func reproducesTheRecordedReports() throws {
    let vector = try FINNChecksTests.vectors("reports").object
    let design = try SetFolding(targetCycles: 300).folded(GraphTransformsTests.tenNodes)
    let reports = try FINNReports(design)
    compare(
      try content(reports, "estimate_layer_cycles.json"), vector["estimate_layer_cycles"]!, "cycles"
    )
    compare(
      try content(reports, "estimate_network_performance.json"), vector["performance"]!,
      "performance")
    compare(
      try content(reports, "op_and_param_counts.json"), vector["op_and_param_counts"]!, "counts")
    compare(
      try content(reports, "estimate_layer_resources.json"), vector["estimate_layer_resources"]!,
      "resources")
  }

  /// Whole networks against FINN's numbers.
  @Test(arguments: GraphTransformsTests.sharedModels) func agreesOnNetworks(model: String) throws {
    guard let graph = TestFiles.shared("models/\(model)/dataflow.onnx"),
      let numbers = TestFiles.shared("models/\(model)/finn_estimates.json")
    else { return }
    let finn = try JSONValue(parsing: try TestFiles.data(numbers), file: numbers).object
    let parts = [
      "cnv-w1a1": "xc7z020clg400-1", "tfc-w1a1": "xc7z020clg400-1", "tfc-w2a2": "xc7z020clg400-1",
    ]
    let options = ImportOptions(part: parts[model] ?? "xczu7ev-ffvc1156-2-e")
    let reports = try FINNReports(try DesignFile.load(graph, options: options).design)
    compare(
      try content(reports, "estimate_layer_cycles.json"), finn["exp_cycles_per_layer"]!, "cycles")
    compare(
      try content(reports, "op_and_param_counts.json"), finn["op_and_param_counts"]!, "counts")
    compare(
      try content(reports, "estimate_layer_resources.json"), finn["res_estimation"]!, "resources")
    compare(
      try content(reports, "estimate_network_performance.json"), finn["dataflow_performance"]!,
      "performance")
  }
}
