import Foundation
import ONNXFormat
import OriginalModel
import SimModel
import Testing

/// What is wrong with somebody's model is said with its place and what to do.
@Suite struct ModelErrorTests {
  private func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  @Test func anUnknownOperationIsNamedWithItsQuantisedNeighbours() throws {
    var model = ModelBuilder()
    model.quantise("x", "a")
    model.add("GridSample", ["a"], ["b"])
    model.quantise("b", "y")
    let text = message { _ = try Reference(model.model()) }
    #expect(text.contains("node 'GridSample_1' (GridSample)"))
    #expect(text.contains("is not supported"))
    #expect(text.contains("the quantiser in front is 'Quant_0', the one behind is 'Quant_2'"))
  }

  @Test func anInputThatIsListedTwiceIsRefused() throws {
    var model = ModelBuilder()
    model.add("Relu", ["x"], ["y"])
    var proto = try ONNXModelProto(serializedBytes: model.data())
    proto.graph.input.append(proto.graph.input[0])
    let data: Data = try proto.serializedBytes()
    let text = message { _ = try ModelGraph(data, file: "twice.onnx") }
    #expect(text.hasPrefix("twice.onnx: lists the graph input 'x' twice"), "\(text)")
  }

  @Test func anOpenDimensionIsNamedAndCanBeStated() throws {
    var model = ModelBuilder(input: [1, 2, nil, 4])
    model.add("Relu", ["x"], ["y"])
    let text = message { _ = try Reference(model.model()) }
    #expect(text.contains("dimension 2 of shape [1,2,?,4]"))
    #expect(text.contains("--shape x=1,2,32,4"))
    let reference = try Reference(model.model(ModelOptions(shapes: ["x": [1, 2, 5, 4]])))
    #expect(reference.inputShapes["x"] == [1, 2, 5, 4])
    let wrong = message { _ = try model.model(ModelOptions(shapes: ["xx": [1]])) }
    #expect(wrong.contains("did you mean 'x'?"))
  }

  @Test func dataInAnotherLayoutOrRangeAreRefused() throws {
    var model = ModelBuilder(input: [1, 3, 6, 5])
    model.add("Relu", ["x"], ["y"])
    let reference = try Reference(model.model(ModelOptions(inputTypes: ["x": "UINT8"])))
    let last = try Tensor([Float](repeating: 0, count: 90), shape: [1, 6, 5, 3])
    #expect(
      message { _ = try reference.frames(of: ["x": last], file: "d.npy") }
        .contains("x.transpose(0, 3, 1, 2)"))
    let wide = try Tensor([Float](repeating: 300, count: 90), shape: [1, 3, 6, 5])
    let text = message { _ = try reference.frames(of: ["x": wide], file: "d.npy") }
    #expect(text.contains("element 0 is 300.0, which is no UINT8"))
    #expect(text.contains("0..255"))
    let right = try Tensor([Float](repeating: 255, count: 90), shape: [3, 6, 5])
    #expect(try reference.frames(of: ["x": right], file: "d.npy").count == 1)
  }

  @Test func externalDataStayBelowTheModel() throws {
    try TestFiles.withTemporaryDirectory { folder in
      func write(_ location: String, offset: String = "0") throws -> String {
        var model = ModelBuilder(input: [1, 2])
        model.graph.initializer.append(
          .with {
            $0.name = "w"
            $0.dataType = 1
            $0.dims = [2]
            $0.dataLocation = .external
            $0.externalData = [("location", location), ("offset", offset), ("length", "8")].map {
              pair in
              .with {
                $0.key = pair.0
                $0.value = pair.1
              }
            }
          })
        model.add("Add", ["x", "w"], ["y"])
        let path = folder + "/models/m.onnx"
        try model.data().write(to: URL(fileURLWithPath: path))
        return path
      }
      try FileManager.default.createDirectory(
        atPath: folder + "/models", withIntermediateDirectories: true)
      let bytes = [Float(1.5), -2].withUnsafeBytes { Data($0) }
      try bytes.write(to: URL(fileURLWithPath: folder + "/models/w.bin"))
      try bytes.write(to: URL(fileURLWithPath: folder + "/secret.bin"))
      let graph = try ModelGraph(contentsOf: write("w.bin"))
      #expect(graph.constants["w"] == Value([1.5, -2] as [Float], shape: [2]))
      for outside in ["../secret.bin", folder + "/secret.bin"] {
        let path = try write(outside)
        #expect(
          message { _ = try ModelGraph(contentsOf: path) }.contains("outside the model's folder"))
      }
      let missing = try write("gone.bin")
      #expect(
        message { _ = try ModelGraph(contentsOf: missing) }.contains("is not beside the model"))
      let short = try write("w.bin", offset: "4")
      #expect(message { _ = try ModelGraph(contentsOf: short) }.contains("said to end at byte 12"))
    }
  }

  @Test func cyclesAndMissingTensorsAreNamed() throws {
    var cycle = ModelBuilder()
    cycle.add("Add", ["x", "b"], ["a"])
    cycle.add("Relu", ["a"], ["b"])
    cycle.add("Relu", ["b"], ["y"])
    #expect(message { _ = try Reference(cycle.model()) }.contains("depends on itself"))
    var missing = ModelBuilder()
    missing.add("Add", ["x", "weight"], ["y"])
    #expect(
      message { _ = try Reference(missing.model()) }.contains("nothing makes its input 'weight'"))
  }

  @Test func sizesNobodyMeansAreRefused() throws {
    var model = ModelBuilder(input: [1, 1])
    model.constant("shape", integers: [1 << 40, 1 << 40])
    model.add("Expand", ["x", "shape"], ["y"])
    let reference = try Reference(model.model())
    let one = try Tensor([Float(1)], shape: [1, 1])
    let text = message {
      _ = try reference.run(reference.frames(of: ["x": one], file: "x.npy"))
    }
    #expect(text.contains("is not plausible"))
  }

  @Test func damagedFilesEndInAnError() throws {
    let data = try TestFiles.data(OriginalFixture.path("bn-residual", "model.onnx"))
    for cut in stride(from: 0, to: data.count, by: data.count / 40 + 1) {
      let part = data.prefix(cut)
      #expect(throws: InputError.self) {
        _ = try Reference(ModelGraph(Data(part), file: "m.onnx"))
      }
    }
    for flip in stride(from: 3, to: data.count, by: data.count / 60 + 1) {
      var changed = data
      changed[flip] ^= 0x2B
      // An error or a model; never a trap.
      _ = try? Reference(ModelGraph(changed, file: "m.onnx"))
    }
  }

  @Test func scalesOfNothingAreNamed() throws {
    for (scale, said) in [
      ([Float(0)], "element 0"), ([1, .nan], "element 1"), ([1, -.infinity], "element 1"),
    ] {
      var model = ModelBuilder(input: [1, 2, 3])
      model.constant("s", scale, scale.count == 1 ? [] : [1, 2, 1])
      for (name, value) in [("z", Float(0)), ("b", 4)] { model.constant(name, [value]) }
      model.add(
        "Quant", ["x", "s", "z", "b"], ["y"], domain: "qonnx.custom_op.general",
        strings: ["rounding_mode": "ROUND"], numbers: ["signed": 1, "narrow": 0])
      let text = message { _ = try Reference(model.model()) }
      #expect(text.contains("\(said) of its scale 's' is"), "\(text)")
    }
  }

  @Test func bitWidthsThatDependOnTheDataAreNamed() throws {
    var model = ModelBuilder(input: [1, 2])
    model.constant("s", [1])
    model.constant("z", [0])
    model.add("ReduceMax", ["x"], ["b"], numbers: ["keepdims": 0])
    model.add("Quant", ["x", "s", "z", "b"], ["y"], domain: "qonnx.custom_op.general")
    let text = message { _ = try Reference(model.model()) }
    #expect(text.contains("its bit width 'b' is not constant"), "\(text)")
  }

  @Test func dataThatAreNoNumbersAreNamed() throws {
    var model = ModelBuilder(input: [1, 3])
    model.add("Relu", ["x"], ["y"])
    let reference = try Reference(model.model())
    let data = try Tensor([Float(1), .nan, 2], shape: [1, 3])
    let text = message { _ = try reference.frames(of: ["x": data], file: "d.npy") }
    #expect(text.contains("d.npy") && text.contains("element 1 is nan"), "\(text)")
    let wide = try Tensor([Float(1), .infinity, 2], shape: [1, 3])
    #expect(try reference.frames(of: ["x": wide], file: "d.npy").count == 1)
  }
}
