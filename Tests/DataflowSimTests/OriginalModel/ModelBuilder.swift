import Foundation
import ONNXFormat
import OriginalModel
import SimModel
import SwiftProtobuf

/// A small model in memory.
struct ModelBuilder {
  var graph = ONNXGraphProto()
  var opset: Int64 = 13

  init(input: [Int?] = [1, 2, 4, 4], outputs: [String] = ["y"]) {
    graph.input = [
      .with {
        $0.name = "x"
        $0.type.tensorType.elemType = 1
        $0.type.tensorType.shape.dim = input.map { size in
          .with { if let size { $0.dimValue = Int64(size) } else { $0.dimParam = "n" } }
        }
      }
    ]
    graph.output = outputs.map { name in .with { $0.name = name } }
  }

  mutating func add(
    _ op: String, _ inputs: [String], _ outputs: [String], domain: String = "",
    ints: [String: [Int]] = [:], strings: [String: String] = [:], numbers: [String: Int] = [:],
    floats: [String: Float] = [:]
  ) {
    graph.node.append(
      .with {
        $0.opType = op
        $0.name = "\(op)_\(graph.node.count)"
        $0.input = inputs
        $0.output = outputs
        $0.domain = domain
        for (name, list) in ints.sorted(by: { $0.key < $1.key }) {
          $0.attribute.append(
            .with {
              $0.name = name
              $0.type = .ints
              $0.ints = list.map { Int64($0) }
            })
        }
        for (name, text) in strings {
          $0.attribute.append(
            .with {
              $0.name = name
              $0.type = .string
              $0.s = Data(text.utf8)
            })
        }
        for (name, value) in numbers {
          $0.attribute.append(
            .with {
              $0.name = name
              $0.type = .int
              $0.i = Int64(value)
            })
        }
        for (name, value) in floats {
          $0.attribute.append(
            .with {
              $0.name = name
              $0.type = .float
              $0.f = value
            })
        }
      })
  }

  mutating func constant(_ name: String, _ values: [Float], _ shape: [Int] = []) {
    graph.initializer.append(
      .with {
        $0.name = name
        $0.dataType = 1
        $0.dims = shape.map { Int64($0) }
        $0.floatData = values
      })
  }

  mutating func constant(_ name: String, integers: [Int], kind: Int32 = 7) {
    graph.initializer.append(
      .with {
        $0.name = name
        $0.dataType = kind
        $0.dims = [Int64(integers.count)]
        if kind == 7 {
          $0.int64Data = integers.map { Int64($0) }
        } else {
          $0.int32Data = integers.map { Int32($0) }
        }
      })
  }

  /// A 4-bit unsigned quantiser of scale 0.25.
  mutating func quantise(_ input: String, _ output: String, scale: Float = 0.25, bits: Float = 4) {
    constant("s_\(output)", [scale])
    constant("z_\(output)", [0])
    constant("b_\(output)", [bits])
    add(
      "Quant", [input, "s_\(output)", "z_\(output)", "b_\(output)"], [output],
      domain: "qonnx.custom_op.general", strings: ["rounding_mode": "ROUND"],
      numbers: ["signed": 0, "narrow": 0])
  }

  func data() throws -> Data {
    try ONNXModelProto.with {
      $0.graph = graph
      $0.opsetImport = [.with { $0.version = opset }]
    }.serializedData()
  }

  func model(_ options: ModelOptions = ModelOptions()) throws -> ModelGraph {
    try ModelGraph(data(), file: "model.onnx", options: options)
  }
}
