import DataflowAnalysis
import Foundation
import DesignFiles
import Testing

/// Every committed design, and where it came from.
private let models = [
  "tfc-w1a1": "tfc-w1a1", "tfc-w2a2": "tfc-w2a2", "cnv-w1a1": "cnv-w1a1",
  "lenet": "lenet-readme", "resnet-small": "resnet-small", "fsrcnn": "fsrcnn",
  "mobilenet-small": "mobilenet-small", "conv1d-audio": "conv1d-audio",
  "mobilenetv1-w4a4": "mobilenetv1-w4a4", "resnet50-w1a2": "resnet50-w1a2",
]

/// Every node is a block with legal attributes.
private func requireBlocks(_ design: Design) throws {
  for node in design.nodes {
    _ = try BlockCatalogue.make(
      opType: node.opType, attributes: node.attributes, part: design.part,
      clockMHz: design.clockMHz)
  }
}

@Suite struct RealModelTests {
  @Test(arguments: models.keys.sorted()) func committedDesignsAreWhole(name: String) throws {
    let path = TestFiles.repository("configs/\(name).json")
    let loaded = try DesignFile.load(path)
    _ = try DesignGraph(loaded.design)
    try requireBlocks(loaded.design)
    #expect(loaded.design.name == name && loaded.design.part != nil && loaded.notes == [])
    #expect(try loaded.design.json() == TestFiles.data(path))
    guard loaded.design.parametersFile != nil else { return }
    for array in loaded.design.nodes.flatMap(\.initializers.values) {
      _ = try loaded.parameters?.tensor(array).asIntegers(name: array)
    }
  }

  @Test(arguments: models.keys.sorted()) func committedDesignsEqualTheirModels(name: String) throws
  {
    guard let model = TestFiles.shared("models/\(models[name]!)/dataflow_fifo.onnx") else { return }
    let design = try Design(contentsOf: TestFiles.repository("configs/\(name).json"))
    let imported = try DesignFile.load(model).design
    #expect(imported.nodes == design.nodes && imported.streams == design.streams)
    #expect(imported.graphInputs == design.graphInputs)
    #expect(imported.graphOutputs == design.graphOutputs)
  }

  @Test(arguments: ["dataflow", "dataflow_fifo"]) func everyModelImports(graph: String) throws {
    guard let folder = TestFiles.shared("models") else { return }
    for model in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() {
      let path = "\(folder)/\(model)/\(graph).onnx"
      guard FileManager.default.fileExists(atPath: path) else { continue }
      let loaded = try DesignFile.load(path)
      try requireBlocks(loaded.design)
      for name in loaded.parameters?.names ?? [] { _ = try loaded.parameters?.tensor(name) }
      let missing = loaded.design.nodes.flatMap(\.outputs).filter {
        loaded.design.streams[$0]?.shape == nil
      }
      #expect(missing == [], "\(path): streams without shape")
    }
  }

  @Test func parentGraphsAreFollowed() throws {
    guard let parent = TestFiles.shared("models/lenet-readme/parent.onnx") else { return }
    #expect(try DesignFile.load(parent).design.nodes.count == 10)
  }

  @Test func exportsOfTheTrainingAreLowered() throws {
    guard let path = TestFiles.shared("models/tfc-w1a1/qonnx.onnx") else { return }
    let design = try DesignFile.load(path).design
    #expect(design.nodes.map(\.opType) == ["MVAU_hls", "MVAU_hls", "MVAU_hls", "MVAU_hls"])
  }
}
