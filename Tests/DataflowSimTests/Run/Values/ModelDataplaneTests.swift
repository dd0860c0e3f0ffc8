import DataflowAnalysis
import Foundation
import DesignFiles
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
    folders(with: "acts_dataflow.npz")

  private static func folders(with file: String) -> [Model] {
    let root = SharedData.folder("models").path
    let names = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
    return names.sorted().map { Model(folder: root + "/" + $0) }.filter {
      FileManager.default.fileExists(atPath: $0.path(file))
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

  /// Networks too large for FINN's own execution: their labels are those of the quantised network.
  static let largeModels: [Model] =
    folders(with: "weights.npz")

  @Test(arguments: largeModels, ["dataflow.onnx", "dataflow_fifo.onnx"])
  func labelsOfLargeNetworks(model: Model, file: String) throws {
    let sources = ["weights.npz", "dataflow.onnx"].map(model.path)
    let loaded = try DesignFile.load(
      model.path(file), options: ImportOptions(parameterFiles: sources))
    let plane = try Dataplane(loaded.design, parameters: loaded.parameters)
    let io = try NPZ(contentsOf: model.path("io.npz"))
    let picture = try io.tensor("input")
    let pixels = try picture.asIntegers(as: UInt8.self, name: "input")
    let (channels, area) = (picture.shape[1], picture.shape[2] * picture.shape[3])
    let channelsLast = (0..<pixels.count).map { pixels[$0 % channels * area + $0 / channels] }
    let input = try #require(plane.inputs.first)
    let tensor = try Tensor(channelsLast, shape: [1] + picture.shape[2...] + [channels])
    let labels = try #require(try plane.run([input: tensor]).streams.values.first?.ints)
    let scores = try io.tensor("output_qonnx").asDoubles()
    let best = scores.indices.sorted { scores[$0] > scores[$1] }
    #expect(labels == Array(best.prefix(labels.count)))
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
      let same = values.elementsEqual(expected.lazy.map { Int64($0) })
      #expect(same, "\(stream) (\(layout.dataType)) differs: \(difference(values, expected))")
      compared += 1
    }
    let output = try #require(loaded.design.graphOutputs.first)
    let expected = try io.tensor("dataflow_output").asIntegers(name: "dataflow_output")
    #expect(result.streams[output]?.int64s?.map { Int($0) } == expected)
    let recorded = result.streams.keys.filter { name($0).map(acts.contains) ?? false }
    let layers = loaded.design.nodes.count { !$0.opType.hasPrefix("Streaming") }
    #expect(compared == recorded.count && compared >= layers)
    #expect(result.findings.isEmpty)
  }

  private func difference(_ values: [Int64], _ expected: [Int]) -> String {
    guard values.count == expected.count else { return "\(values.count) of \(expected.count)" }
    let bad = values.indices.filter { values[$0] != Int64(expected[$0]) }
    let shown = bad.prefix(4).map { "[\($0)] \(values[$0]) instead of \(expected[$0])" }
    return "\(bad.count) of \(values.count): " + shown.joined(separator: ", ")
  }
}
