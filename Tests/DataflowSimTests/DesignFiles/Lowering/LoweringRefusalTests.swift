import DataflowAnalysis
import DesignFiles
import Foundation
import OriginalModel
import Testing

/// What of a model cannot become hardware is said with the node, the tensor and what to change.
@Suite struct LoweringRefusalTests {
  private func refusal(_ model: ModelBuilder) throws -> String {
    let reference = try Reference(model.model())
    do {
      _ = try LoweredModel(reference, name: "refused")
      return "no error"
    } catch let error as InputError {
      return "\(error)"
    }
  }

  private func layer(_ prepare: (inout ModelBuilder) -> Void) -> ModelBuilder {
    var model = ModelBuilder(input: [1, 2, 4, 4])
    prepare(&model)
    return model
  }

  @Test func floatWeightsAreNamed() throws {
    let text = try refusal(
      layer { model in
        model.quantise("x", "q")
        model.constant("w", [0.123, -0.457, 0.0711, 0.9173], [2, 2, 1, 1])
        model.add("Conv", ["q", "w"], ["c"], ints: ["kernel_shape": [1, 1]])
        model.quantise("c", "y")
      })
    #expect(text.contains("node 'Conv_1' (Conv): its weights 'w' are not quantised"), "\(text)")
    #expect(text.contains("QuantConv2d"))
  }

  @Test func edgesThatAreNotQuantisedAreNamed() throws {
    let inner = try refusal(
      layer { model in
        model.quantise("x", "q")
        model.constant("w", [1, 2, 3, 4], [2, 2, 1, 1])
        model.add("Conv", ["q", "w"], ["c"], ints: ["kernel_shape": [1, 1]])
        model.add("Sigmoid", ["c"], ["s"])
        model.add("Conv", ["s", "w"], ["d"], ints: ["kernel_shape": [1, 1]])
        model.quantise("d", "y")
      })
    #expect(
      inner.contains("node 'Conv_3' (Conv): its input 's', made by 'Sigmoid_2' (Sigmoid)"),
      "\(inner)")
    let input = try refusal(
      layer { model in
        model.constant("w", [1, 2, 3, 4], [2, 2, 1, 1])
        model.add("Conv", ["x", "w"], ["c"], ints: ["kernel_shape": [1, 1]])
        model.quantise("c", "y")
      })
    #expect(input.contains("--input-type x=UINT8"), "\(input)")
  }

  /// The stream that is spread and its shape, not the one it is spread over.
  @Test func aStreamThatIsSpreadIsNamed() throws {
    let text = try refusal(
      layer { model in
        model.quantise("x", "q")
        model.constant("w", [1, 2, 3, 1], [2, 2, 1, 1])
        model.add("Conv", ["q", "w"], ["c"], ints: ["kernel_shape": [1, 1]])
        model.quantise("c", "a")
        model.add("GlobalMaxPool", ["a"], ["g"])
        model.add("Mul", ["a", "g"], ["p"])
        model.quantise("p", "y")
      })
    #expect(
      text.contains("spreads a stream of shape [1, 2, 1, 1] ('g') over [1, 2, 4, 4]"), "\(text)")
  }

  @Test func weightsOnTheLeftAreNoAttention() throws {
    var model = ModelBuilder(input: [1, 2, 4])
    model.quantise("x", "q")
    model.constant("w", [1, 2, 3, 4], [2, 2])
    model.add("MatMul", ["w", "q"], ["m"])
    model.quantise("m", "y")
    let text = try refusal(model)
    #expect(text.contains("has its weights ('w') on the left"), "\(text)")
    #expect(text.contains("transpose the weights"))
  }

  @Test func functionsOfTheModelCanBeWrittenOut() throws {
    var model = ModelBuilder(input: [1, 4])
    model.add("MyRelu", ["x"], ["y"], domain: "loc")
    let text = inputError { _ = try Reference(model.model()) }
    #expect(text.contains("onnx.inliner") && !text.contains("PRelu"), "\(text)")
  }

  /// A quantiser, but none of integers: no advice about pixels.
  @Test func floatingPointQuantisersAreNamed() throws {
    let text = try refusal(
      layer { model in
        for (name, value) in [
          ("s", Float(1)), ("e", 4), ("m", 3), ("i", 7), ("most", 448),
        ] { model.constant(name, [value]) }
        model.add(
          "FloatQuant", ["x", "s", "e", "m", "i", "most"], ["q"], domain: "qonnx.custom_op.general",
          strings: ["rounding_mode": "ROUND"])
        model.constant("w", [1, 2, 3, 4], [2, 2, 1, 1])
        model.add("Conv", ["q", "w"], ["c"], ints: ["kernel_shape": [1, 1]])
        model.quantise("c", "y")
      })
    #expect(
      text.contains("(FloatQuant), is not quantised to integers but to floating point"), "\(text)")
    #expect(!text.contains("--input-type"))
  }

  @Test func scalesThatDependOnTheDataAreNamed() throws {
    let text = try refusal(
      layer { model in
        model.add("ReduceMax", ["x"], ["s"], numbers: ["keepdims": 0])
        for (name, value) in [("z", Float(0)), ("b", 4)] { model.constant(name, [value]) }
        model.add(
          "Quant", ["x", "s", "z", "b"], ["q"], domain: "qonnx.custom_op.general",
          strings: ["rounding_mode": "ROUND"], numbers: ["signed": 0, "narrow": 0])
        model.constant("w", [1, 2, 3, 4], [2, 2, 1, 1])
        model.add("Conv", ["q", "w"], ["c"], ints: ["kernel_shape": [1, 1]])
        model.quantise("c", "y")
      })
    #expect(text.contains("its parameter 's' is not constant"), "\(text)")
  }

  @Test func anotherPaddingThanZeroIsNamed() throws {
    let text = try refusal(
      layer { model in
        model.quantise("x", "q", scale: 1)
        model.add("Transpose", ["q"], ["t"], ints: ["perm": [0, 2, 3, 1]])
        model.add(
          "Im2Col", ["t"], ["p"], domain: "qonnx.custom_op.general",
          ints: ["kernel_size": [3, 3], "stride": [1, 1], "pad_amount": [1, 1, 1, 1]],
          strings: ["input_shape": "(1,4,4,2)"], numbers: ["pad_value": 1])
        model.constant("w", (0..<36).map { Float($0 % 5 - 2) }, [18, 2])
        model.add("MatMul", ["p", "w"], ["c"])
        model.quantise("c", "y", scale: 1)
      })
    #expect(text.contains("node 'Im2Col_2' (Im2Col): pads with another code than 0"), "\(text)")
  }

  /// Tensors of the host may have any axes; moving them is its own affair.
  @Test func axesThatNoStreamHasAreNoTrap() throws {
    var model = ModelBuilder(input: [1, 8])
    model.constant("i", integers: [0, 1, 2])
    model.add("Gather", ["x", "i"], ["g"], numbers: ["axis": 1])
    model.constant("axes", integers: [2, 3])
    model.add("Unsqueeze", ["g", "axes"], ["u"])
    model.add("ReduceSum", ["u"], ["r"], numbers: ["keepdims": 1])
    model.add("Transpose", ["r"], ["t"], ints: ["perm": [3, 1, 2, 0]])
    model.quantise("t", "q")
    model.constant("w", [1], [1, 1, 1, 1])
    model.add("Conv", ["q", "w"], ["c"], ints: ["kernel_shape": [1, 1]])
    model.quantise("c", "y")
    _ = try? LoweredModel(Reference(model.model()), name: "axes")
  }
}
