import DataflowSim
import Foundation
import ONNXImport
import SimKernels
import Testing

/// Every tensor of real networks equals FINN's own execution, before and after FIFO insertion.
@Suite struct ModelDataplaneTests {
  /// A folder with dataflow.onnx, dataflow_fifo.onnx, io_dataflow.npz and acts_dataflow.npz.
  struct Model: Sendable, CustomTestStringConvertible {
    let folder: String
    var testDescription: String { URL(fileURLWithPath: folder).lastPathComponent }
    func path(_ file: String) -> String { folder + "/" + file }
  }

  static let models: [Model] =
    folders(of: resources + "/models") + folders(of: "/work/shared/models")

  private static let resources = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Resources").path

  private static func folders(of root: String) -> [Model] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
    return names.sorted().map { Model(folder: root + "/" + $0) }.filter {
      FileManager.default.fileExists(atPath: $0.path("acts_dataflow.npz"))
    }
  }

  @Test(arguments: models) func dataflowGraph(model: Model) throws {
    let loaded = try DesignFile.load(model.path("dataflow.onnx"))
    try check(model, loaded) { $0 }
  }

  @Test(arguments: models) func graphWithFIFOs(model: Model) throws {
    let loaded = try DesignFile.load(
      model.path("dataflow_fifo.onnx"),
      options: ImportOptions(parameterFiles: [model.path("dataflow.onnx")]))
    let data = try Data(contentsOf: URL(fileURLWithPath: model.path("finn_estimates.json")))
    let json = try JSONSerialization.jsonObject(with: data) as? [String: Any]
    let map = json?["tensor_map_fifo_to_dataflow"] as? [String: String] ?? [:]
    try check(model, loaded) { map[$0] }
  }

  private func check(
    _ model: Model, _ loaded: LoadedDesign, name: (String) -> String?
  ) throws {
    let plane = try Dataplane(loaded.design, parameters: loaded.parameters)
    let io = try NPZ(contentsOf: model.path("io_dataflow.npz"))
    let acts = try NPZ(contentsOf: model.path("acts_dataflow.npz"))
    let input = try #require(plane.inputs.first)
    let result = try plane.run([input: try io.tensor("dataflow_input")], keep: .all)
    var compared = 0
    for (stream, elements) in result.streams {
      guard let recorded = name(stream), acts.contains(recorded) else { continue }
      let expected = try acts.tensor(recorded).asIntegers(name: recorded)
      let got = plane.referenceOrder(of: stream)?(elements) ?? elements
      let layout = try plane.layout(of: stream)
      let values = got.int64s ?? []
      // The reference shows bipolar data of XNOR layers as 0 and 1, too.
      let same = values.elementsEqual(expected.lazy.map { Int64($0) })
      #expect(same, "\(stream) (\(layout.dataType)) differs: \(difference(values, expected))")
      compared += 1
    }
    let output = try #require(loaded.design.graphOutputs.first)
    let expected = try io.tensor("dataflow_output").asIntegers(name: "dataflow_output")
    #expect(result.streams[output]?.int64s?.map { Int($0) } == expected)
    #expect(compared >= loaded.design.nodes.count / 4)
    #expect(result.findings.isEmpty)
  }

  private func difference(_ values: [Int64], _ expected: [Int]) -> String {
    guard values.count == expected.count else { return "\(values.count) of \(expected.count)" }
    let bad = values.indices.filter { values[$0] != Int64(expected[$0]) }
    let shown = bad.prefix(4).map { "[\($0)] \(values[$0]) instead of \(expected[$0])" }
    return "\(bad.count) of \(values.count): " + shown.joined(separator: ", ")
  }
}
