import DataflowAnalysis
import DesignFiles
import Foundation
import OriginalModel
import Testing

/// QLinear operations: run to the integer, and lowered like any other model.
@Suite struct QuantizedOperatorTests {
  private static let uint8: Int32 = 2
  private static let int8: Int32 = 3
  private static let int32: Int32 = 6

  /// 8-bit pixels, a convolution with a scale per channel and a bias, a residual sum, an average and a product.
  private func network() -> ModelBuilder {
    var model = ModelBuilder(input: [1, 2, 4, 4])
    model.graph.input[0].type.tensorType.elemType = Self.uint8
    func scalar(_ name: String, _ value: Int, _ kind: Int32) {
      model.constant(name, integers: [value], kind: kind)
      model.graph.initializer[model.graph.initializer.count - 1].dims = []
    }
    for (name, scale) in [("sx", Float(0.02)), ("sy", 0.5), ("sa", 0.3), ("sg", 0.2), ("sm", 0.7)] {
      model.constant(name, [scale])
    }
    for (name, zero) in [("zx", 128), ("zy", 100), ("za", 90), ("zg", 77), ("zm", 60)] {
      scalar(name, zero, Self.uint8)
    }
    model.constant("w", integers: (0..<36).map { ($0 * 29) % 201 - 100 }, kind: Self.int8)
    model.graph.initializer[model.graph.initializer.count - 1].dims = [2, 2, 3, 3]
    model.constant("sw", [0.01, 0.013], [2])
    model.constant("zw", integers: [0, 0], kind: Self.int8)
    model.constant("bias", integers: [300, -500], kind: Self.int32)
    model.add(
      "QLinearConv", ["x", "sx", "zx", "w", "sw", "zw", "sy", "zy", "bias"], ["c"],
      ints: ["kernel_shape": [3, 3], "pads": [1, 1, 1, 1]])
    model.add(
      "QLinearAdd", ["c", "sy", "zy", "x", "sx", "zx", "sa", "za"], ["a"], domain: "com.microsoft")
    model.add(
      "QLinearGlobalAveragePool", ["a", "sa", "za", "sg", "zg"], ["g"], domain: "com.microsoft",
      numbers: ["channels_last": 0])
    model.add("Flatten", ["g"], ["f"], numbers: ["axis": 1])
    model.constant("v", integers: [50, -70, 90, 30, -20, 10], kind: Self.int8)
    model.graph.initializer[model.graph.initializer.count - 1].dims = [2, 3]
    model.constant("sv", [0.05])
    scalar("zv", 0, Self.int8)
    model.add("QLinearMatMul", ["f", "sg", "zg", "v", "sv", "zv", "sm", "zm"], ["y"])
    return model
  }

  @Test func aConvolutionIsItsDefinition() throws {
    let reference = try Reference(network().model())
    let data = try reference.frames(of: reference.randomFrames(1), file: "made up")
    let values = try reference.run(data.frame(0), keep: .all)
    let (x, y) = (values["x"]!.integers!, values["c"]!.integers!)
    let w = (0..<36).map { ($0 * 29) % 201 - 100 }
    for o in 0..<2 {
      let factor = Float(0.02) * [Float(0.01), 0.013][o] / 0.5
      for row in 0..<4 {
        for column in 0..<4 {
          var sum = [300, -500][o]
          for c in 0..<2 {
            for (i, j) in (0..<9).map({ ($0 / 3, $0 % 3) }) {
              let (r, s) = (row + i - 1, column + j - 1)
              guard (0..<4).contains(r), (0..<4).contains(s) else { continue }
              sum += w[((o * 2 + c) * 3 + i) * 3 + j] * (x[(c * 4 + r) * 4 + s] - 128)
            }
          }
          let code = Int((Float(sum) * factor).rounded(.toNearestOrEven)) + 100
          #expect(y[(o * 4 + row) * 4 + column] == min(max(code, 0), 255))
        }
      }
    }
    #expect(values["y"]?.kind == .uint8)
  }

  /// What is no such operation stays as the file has it, and is refused where it would run.
  @Test(arguments: [[], [3]]) func oddOperandsAreLeftAlone(zeros: [Int]) throws {
    for weights in [[], [Int.min], [1, 2]] {
      var model = ModelBuilder(input: [1, 2, 4, 4])
      model.graph.input[0].type.tensorType.elemType = Self.uint8
      model.constant("w", integers: weights, kind: 7)
      if weights.count == 1 {
        model.graph.initializer[model.graph.initializer.count - 1].dims = []
      }
      model.constant("zx", integers: [0], kind: Self.uint8)
      model.constant("zw", integers: zeros, kind: Self.int8)
      model.add("ConvInteger", ["x", "w", "zx", "zw"], ["y"])
      let isKept = weights.count < 2 || zeros.isEmpty
      #expect(try model.model().nodes.contains { $0.opType == "ConvInteger" } == isKept)
    }
  }

  @Test func aNetworkOfThemIsLowered() throws {
    let lowered = try expectLoweredEqually(network())
    #expect(lowered.codes.map(\.tensor).contains("y"))
    let thresholds = lowered.loaded.design.nodes.filter { $0.initializers["thresholds"] != nil }
    #expect(thresholds.count == 4)
  }

  /// Sums that float32 holds: the same layers, with the scales as operations of their own.
  @Test func integerConvolutionsAreLowered() throws {
    var model = ModelBuilder(input: [1, 2, 4, 4])
    model.graph.input[0].type.tensorType.elemType = Self.uint8
    model.constant("zx", integers: [10], kind: Self.uint8)
    model.constant("w", integers: [3, -4, 5, 6], kind: Self.int8)
    model.graph.initializer[model.graph.initializer.count - 1].dims = [2, 2, 1, 1]
    model.add("ConvInteger", ["x", "w", "zx"], ["c"], ints: ["kernel_shape": [1, 1]])
    model.add("Cast", ["c"], ["f"], numbers: ["to": 1])
    model.constant("s", [0.01])
    model.add("Mul", ["f", "s"], ["m"])
    model.quantiser("m", "y", scale: 1.5)
    try expectLoweredEqually(model)
  }

  /// Codes that are repeated before anybody takes them for numbers, then a softmax of codes, which is the host's.
  @Test func codesThatAreMovedAreAStream() throws {
    var model = ModelBuilder(input: [1, 2, 4, 4])
    model.graph.input[0].type.tensorType.elemType = Self.uint8
    for (name, scale) in [("sx", Float(0.02)), ("sw", 0.01), ("sy", 0.1), ("sp", 1 / 256)] {
      model.constant(name, [scale])
    }
    model.constant("zx", integers: [128], kind: Self.uint8)
    model.constant("zy", integers: [7], kind: Self.uint8)
    model.constant("zp", integers: [0], kind: Self.uint8)
    model.constant("zw", integers: [0], kind: Self.int8)
    for name in ["u", "v"] {
      model.constant("w\(name)", integers: (0..<4).map { $0 * 31 - 40 }, kind: Self.int8)
      model.graph.initializer[model.graph.initializer.count - 1].dims = [2, 2, 1, 1]
    }
    model.add("QLinearConv", ["x", "sx", "zx", "wu", "sw", "zw", "sy", "zy"], ["c"])
    model.constant("scales", [1, 1, 2, 2], [4])
    model.add(
      "Resize", ["c", "", "scales"], ["r"],
      strings: [
        "mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor",
      ])
    model.add("QLinearConv", ["r", "sy", "zy", "wv", "sw", "zw", "sx", "zx"], ["y"])
    try expectLoweredEqually(model)
    model.add(
      "QLinearSoftmax", ["y", "sx", "zx", "sp", "zp"], ["p"], domain: "com.microsoft",
      numbers: ["axis": 1, "opset": 13])
    model.graph.output = [.with { $0.name = "p" }]
    let lowered = try LoweredModel(Reference(model.model()), name: "m")
    #expect(lowered.loaded.design.nodes.contains { $0.opType.hasPrefix("Upsample") })
  }

  @Test func aBiasThatFloat32DoesNotHoldIsRefusedByName() throws {
    func model(_ bias: Int) throws -> Reference {
      var model = ModelBuilder(input: [1, 1, 2, 2])
      model.graph.input[0].type.tensorType.elemType = Self.uint8
      model.constant("s", [0.5])
      model.constant("t", [0x1p20])
      model.constant("zx", integers: [0], kind: Self.uint8)
      model.constant("zw", integers: [0], kind: Self.int8)
      model.constant("w", integers: [3, -2], kind: Self.int8)
      model.graph.initializer[model.graph.initializer.count - 1].dims = [2, 1, 1, 1]
      model.constant("b", integers: [5, bias], kind: Self.int32)
      model.add("QLinearConv", ["x", "s", "zx", "w", "s", "zw", "t", "zx", "b"], ["y"])
      return try Reference(model.model())
    }
    _ = try LoweredModel(model(1 << 26), name: "m")
    #expect {
      _ = try LoweredModel(model((1 << 26) + 1), name: "m")
    } throws: { error in
      "\(error)".contains("bias of channel 1, 67108865") || "\(error)".contains("channel 1")
    }
  }
}
