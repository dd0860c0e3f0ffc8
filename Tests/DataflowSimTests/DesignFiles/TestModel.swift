import DesignFiles
import DataflowAnalysis
import Foundation
import ONNXFormat
import SwiftProtobuf
import Testing

/// A small model in memory, saved and loaded as a file.
struct TestModel {
  var graph = ONNXGraphProto()
  var metadata: [String: String] = [:]

  init(inputs: [String] = ["in"], outputs: [String] = ["out"]) {
    graph.input = inputs.map { name in .with { $0.name = name } }
    graph.output = outputs.map { name in .with { $0.name = name } }
  }

  mutating func add(
    _ opType: String, _ inputs: [String], _ outputs: [String],
    domain: String = "finn.custom_op.fpgadataflow.hls", name: String? = nil,
    _ attributes: [ONNXAttributeProto] = []
  ) {
    graph.node.append(
      .with {
        $0.opType = opType
        $0.input = inputs
        $0.output = outputs
        $0.domain = domain
        $0.name = name ?? "\(opType)_\(graph.node.count)"
        $0.attribute = attributes
      })
  }

  mutating func addInitializer(_ name: String, _ values: [Float], shape: [Int]) {
    graph.initializer.append(
      .with {
        $0.name = name
        $0.dims = shape.map(Int64.init)
        $0.dataType = 1
        $0.floatData = values
      })
  }

  func data() throws -> Data {
    let model = ONNXModelProto.with {
      $0.graph = graph
      $0.metadataProps = metadata.map { entry in
        .with {
          $0.key = entry.key
          $0.value = entry.value
        }
      }
    }
    return try model.serializedData()
  }

  func load(_ options: ImportOptions = .init()) throws -> LoadedDesign {
    try TestFiles.withTemporaryDirectory { folder in
      let path = folder + "/model.onnx"
      try data().write(to: URL(fileURLWithPath: path))
      return try DesignFile.load(path, options: options)
    }
  }
}

func intAttribute(_ name: String, _ value: Int) -> ONNXAttributeProto {
  .with {
    $0.name = name
    $0.i = Int64(value)
    $0.type = .int
  }
}

func stringAttribute(_ name: String, _ value: String) -> ONNXAttributeProto {
  .with {
    $0.name = name
    $0.s = Data(value.utf8)
    $0.type = .string
  }
}

func intsAttribute(_ name: String, _ values: [Int]) -> ONNXAttributeProto {
  .with {
    $0.name = name
    $0.ints = values.map(Int64.init)
    $0.type = .ints
  }
}

/// The domain of nodes before specialisation, and of every node up to FINN 0.9.
let neutralDomain = "finn.custom_op.fpgadataflow"
