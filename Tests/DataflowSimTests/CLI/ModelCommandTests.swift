import DataflowAnalysis
import DesignFiles
import Foundation
import OriginalModel
import Testing

/// Original models at the command line.
@Suite struct ModelCommandTests {
  private func path(_ name: String) -> String { TestFiles.repository("configs/models/\(name)") }

  @Test func weightsAreComparedWithoutData() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let wrong = try CommandLineTool.run(
        ["compare", path("super-resolution-bias.onnx"), "--model", path("super-resolution.onnx")],
        in: folder)
      #expect(wrong.status == 1 && wrong.errors.contains("made-up frames"))
      #expect(wrong.output.contains("the bias comes in with another scale"))
      let right = try CommandLineTool.run(
        ["compare", path("pose.onnx"), "--model", path("pose.onnx"), "--json"], in: folder)
      #expect(right.status == 0, "\(right.output)")
      #expect((right.json["wrong"] as? [Any])?.isEmpty == true)
    }
  }

  /// The data of a model run its hardware; the dump of what comes out is right, and told when it is not.
  @Test func aBoardsDumpIsJudged() throws {
    try TestFiles.withTemporaryDirectory { folder in
      func run(_ arguments: String...) throws -> CommandLineTool.Outcome {
        try CommandLineTool.run(arguments, in: folder)
      }
      let model = path("average-pool.onnx")
      let data = path("average-pool-input.npy")
      let lowered = try run(
        "run", model, "--lowered", "--input", data, "--outputs", "y.npz", "--activations", "a.npz")
      #expect(lowered.status == 0, "\(lowered.errors)")
      #expect(try run("import", model, "-o", "d.json").status == 0)
      let same = try run("compare", "d.json", "--input", "a.npz", "--dump", "y.npz")
      #expect(same.status == 0 && same.output.contains("are what the design computes"), "\(same)")
      let output = try #require(try TensorFile.read(folder + "/y.npz").values.first)
      let values = try output.asIntegers(name: "y")
      try TensorFile.write(
        [("y", try Tensor(values.dropFirst(3) + [0, 0, 0], shape: output.shape))],
        to: folder + "/late.npy")
      let late = try run("compare", "d.json", "--input", "a.npz", "--dump", "late.npy")
      #expect(late.status == 1 && late.output.contains("3 words dropped"), "\(late)")
      let fed = try run("compare", "d.json", "--model", model, "--input", data, "--dump", "y.npz")
      #expect(fed.status == 0 && fed.output.contains("are what the design computes"), "\(fed)")
      let none = try run(
        "compare", "d.json", "--input", "a.npz", "--dump", "y.npz", "--golden", "y.npz")
      #expect(none.status == 64)
      let dumped = ["compare", "d.json", "--input", "a.npz", "--dump", "y.npz"]
      for more in [["--csv"], ["--design-input", "a.npz"]] {
        let refused = try CommandLineTool.run(dumped + more, in: folder)
        #expect(refused.status == 64 && refused.errors.contains(more[0]), "\(refused.errors)")
      }
    }
  }

  /// The data of a model is the model's, whether its design is run by frames, by cycles or checked.
  @Test func aModelsDataIsTheModelsInEveryCommand() throws {
    try TestFiles.withTemporaryDirectory { folder in
      func run(_ arguments: String...) throws -> CommandLineTool.Outcome {
        let told = try CommandLineTool.run(arguments, in: folder)
        #expect(told.status == 0, "\(arguments): \(told.output)\(told.errors)")
        return told
      }
      func integers(_ file: String) throws -> [Int] {
        try #require(try TensorFile.read("\(folder)/\(file)").values.first)
          .asIntegers(name: file)
      }
      // A quantiser of scale 0.25 on numbers that would be codes as well.
      var model = ModelBuilder(input: [1, 4])
      model.quantise("x", "q")
      model.constant("w", [1, -1, 0, 0, 1, -1, 1, 0, 1, -1, 1, 1], [4, 3])
      model.add("MatMul", ["q", "w"], ["m"])
      model.quantise("m", "y", scale: 0.5)
      try model.data().write(to: URL(filePath: "\(folder)/m.onnx"))
      try TensorFile.write(
        [("x", try Tensor([0, 1, 2, 3, 3, 2, 1, 1, 2, 0, 3, 1], shape: [3, 4]))],
        to: "\(folder)/x.npy")
      _ = try run(
        "run", "m.onnx", "--lowered", "--input", "x.npy", "--outputs", "a.npy", "--activations",
        "a.npz")
      _ = try run(
        "run", "m.onnx", "--input", "x.npy", "--max-cycles", "100000", "--outputs", "b.npy")
      #expect(try integers("a.npy") == integers("b.npy"))
      #expect(try Set(integers("a.npy")).count > 1)
      _ = try run("run", "m.onnx", "--input", "x.npy", "--repeat", "2")
      let piped = try CommandLineTool.shell(
        "cat \(folder)/m.onnx | ./simrun run - --lowered --input \(folder)/x.npy --outputs \(folder)/c.npy"
      )
      #expect(piped.status == 0, "\(piped.errors)")
      #expect(try integers("a.npy") == integers("c.npy"))
      _ = try run("compare", "m.onnx", "--input", "x.npy", "--golden", "a.npz")
      _ = try run("check", "m.onnx", "--input", "x.npy", "--golden", "a.npz")
    }
  }

  /// An integer input with a DequantizeLinear behind it enters the accelerator as it is: its scale is none of the
  /// input's.
  @Test func integersEnterWhateverTheirScaleIs() throws {
    try TestFiles.withTemporaryDirectory { folder in
      var model = ModelBuilder(input: [1, 4])
      model.graph.input[0].type.tensorType.elemType = 2
      model.constant("s", [2])
      model.constant("z", integers: [0], kind: 2)
      model.graph.initializer[model.graph.initializer.count - 1].dims = []
      model.add("DequantizeLinear", ["x", "s", "z"], ["q"])
      model.constant("w", [1, -1, 0, 0, 1, -1, 1, 0, 1, -1, 1, 1], [4, 3])
      model.add("MatMul", ["q", "w"], ["m"])
      model.quantiser("m", "y", scale: 8, bits: 8)
      try model.data().write(to: URL(filePath: "\(folder)/m.onnx"))
      try TensorFile.write(
        [("x", try Tensor([0, 1, 2, 3, 30, 255, 100, 7, 200, 9, 3, 90], shape: [3, 4]))],
        to: "\(folder)/x.npy")
      func outputs(_ arguments: String...) throws -> [Int] {
        let told = try CommandLineTool.run(
          ["run"] + arguments + ["--input", "x.npy", "--outputs", "o.npy"], in: folder)
        #expect(told.status == 0, "\(told.output)\(told.errors)")
        return try #require(try TensorFile.read("\(folder)/o.npy").values.first)
          .asDoubles().map { Int($0) }
      }
      let design = try CommandLineTool.run(["import", "m.onnx", "-o", "d.json"], in: folder)
      #expect(design.status == 0, "\(design.errors)")
      let lowered = try outputs("m.onnx", "--lowered")
      #expect(try lowered == outputs("d.json"))
      #expect(Set(lowered).count > 4)
    }
  }

  /// However many values differ, float sums are asked about each of them: two channels on 50 × 50 pixels whose large
  /// products cancel, one threshold of each an integer off.
  @Test(arguments: [(110, true), (0, false)])
  func ofManyDifferencesEachIsJudged(_ large: Int, _ isFine: Bool) throws {
    let (step, weightStep): (Float, Float) = (0.037, 0.013)
    var model = ModelBuilder(input: [1, 65, 50, 50])
    model.quantiser("x", "q", scale: step, bits: 8)
    let row = (0..<62).map { $0 % 2 == 0 ? 120 : -120 } + [127, 1]
    model.constant("w", ((row + [0]) + (row + [-1])).map { Float($0) * weightStep }, [2, 65, 1, 1])
    model.quantiser("w", "wq", scale: weightStep, bits: 8, isNarrow: true)
    model.add("Conv", ["q", "wq"], ["m"], ints: ["kernel_shape": [1, 1]])
    model.quantiser("m", "y", scale: 1.7, bits: 4)
    var loaded = try LoweredModel(Reference(model.model()), name: "m").loaded
    let node = try #require(loaded.design.nodes.first { $0.initializers["thresholds"] != nil })
    let name = try #require(node.initializers["thresholds"])
    let middle = try #require(try loaded.parameters?.tensor(name).asIntegers(name: name)[9])
    try loaded.change(node.name, "thresholds") { channel, column, value in
      column == 9 ? value + (channel == 0 ? 1 : -1) : value
    }
    // Sums that are the threshold of the one channel, and one less in the other.
    let codes = Array(repeating: large, count: 62) + [middle / 127, middle % 127, 1]
    let pixels = codes.flatMap { Array(repeating: Float($0) * step, count: 2500) }
    try TestFiles.withTemporaryDirectory { folder in
      try model.data().write(to: URL(filePath: "\(folder)/m.onnx"))
      try TensorFile.write(
        [("x", try Tensor(pixels, shape: [1, 65, 50, 50]))], to: "\(folder)/x.npy")
      _ = try loaded.write(to: "\(folder)/d.json", withParameters: true)
      let told = try CommandLineTool.run(
        ["compare", "d.json", "--model", "m.onnx", "--input", "x.npy", "--json"], in: folder)
      #expect(told.status == (isFine ? 0 : 1), "\(told.output)\(told.errors)")
      let excused = try #require(told.json["excused"] as? [[String: Any]])
      #expect(excused.map { $0["differing"] as? Int } == (isFine ? [5000] : []))
    }
  }

  /// What `--apply` writes of a model computes: its weights are beside it.
  @Test(arguments: [
    ["fold", "--part", "ZCU104", "--target-fps", "1000"], ["fifo", "--quick", "--no-margin"],
  ])
  func anAppliedDesignHasTheModelsWeights(_ arguments: [String]) throws {
    try TestFiles.withTemporaryDirectory { folder in
      let model = path("residual.onnx")
      let made = try CommandLineTool.run(
        [arguments[0], model] + arguments.dropFirst() + ["--apply", "d.json"], in: folder)
      #expect(made.status == 0, "\(made.output)\(made.errors)")
      let told = try CommandLineTool.run(
        ["compare", "d.json", "--model", model, "--input", path("residual-input.npy")], in: folder)
      #expect(told.status == 0, "\(told.output)\(told.errors)")
      #expect(told.output.contains("All compared tensors agree."), "\(told.output)")
      // Nothing that is read is written over.
      let refused = try CommandLineTool.run(
        [arguments[0], model] + arguments.dropFirst() + [
          "--parameters", "d.npz", "--apply", "d.json",
        ], in: folder)
      #expect(refused.status == 65 && refused.errors.contains("d.npz"), "\(refused.errors)")
    }
  }

  /// Codes of a model with a zero point and what enters the design are not the same numbers.
  @Test func aZeroPointIsSaid() throws {
    try TestFiles.withTemporaryDirectory { folder in
      var model = ModelBuilder(input: [1, 4])
      model.constant("s", [0.5])
      model.constant("z", integers: [113], kind: 2)
      model.add("QuantizeLinear", ["x", "s", "z"], ["k"])
      model.add("DequantizeLinear", ["k", "s", "z"], ["q"])
      model.constant("w", [1, -1, 0, 0, 1, -1, 1, 0, 1, -1, 1, 1], [4, 3])
      model.add("MatMul", ["q", "w"], ["m"])
      model.quantise("m", "y", scale: 0.5)
      try model.data().write(to: URL(filePath: "\(folder)/m.onnx"))
      let told = try CommandLineTool.run(["import", "m.onnx", "-o", "d.json"], in: folder)
      #expect(told.status == 0)
      #expect(
        told.errors.contains(
          "its codes less the zero point 113 (-113 to 142) are the accelerator's input"),
        "\(told.errors)")
    }
  }

  /// Padding in front of a frame that never comes is put out all the same.
  @Test func wordsOfAnUnfinishedFrameAreSaid() throws {
    try TestFiles.withTemporaryDirectory { folder in
      var model = ModelBuilder(input: [1, 1, 4, 4])
      model.quantise("x", "q")
      model.constant("w", [3], [1, 1, 1, 1])
      model.add("Conv", ["q", "w"], ["c"], ints: ["kernel_shape": [1, 1], "pads": [1, 1, 0, 0]])
      model.quantise("c", "y")
      try model.data().write(to: URL(filePath: "\(folder)/m.onnx"))
      try TensorFile.write(
        [("x", try Tensor((0..<32).map { $0 % 4 }, shape: [2, 1, 4, 4]))], to: "\(folder)/x.npy")
      let told = try CommandLineTool.run(
        ["run", "m.onnx", "--input", "x.npy", "--max-cycles", "10000", "--outputs", "y.npy"],
        in: folder)
      #expect(told.status == 0)
      let words = try #require(try TensorFile.read("\(folder)/y.npy").values.first).shape
      // A border row of a third frame.
      #expect(words.first.map { $0 > 50 } == true, "\(words)")
      #expect(told.errors.contains("of a frame that never came whole"), "\(told.errors)")
    }
  }

  /// What a design is made of is not asked of a design.
  @Test func optionsOfModelsSayThatADesignHasNoUseForThem() throws {
    let told = try CommandLineTool.run(
      TestFiles.repository("configs/lenet.json"), "--fps", "--input-type", "x=UINT8")
    #expect(told.status == 0)
    #expect(told.errors.contains("warning: --input-type speaks of an original model"), "\(told)")
  }

  @Test func labelsInAnotherFormAreExplained() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let model = path("average-pool.onnx")
      let data = path("average-pool-input.npy")
      try TensorFile.write(
        [("l", try Tensor([0, 1, 1, 0], shape: [2, 2]))], to: folder + "/l.npy")
      try Data("0,1\n1,0\n".utf8).write(to: URL(filePath: folder + "/l.csv"))
      for (arguments, status, text) in [
        (["--labels", "l.npy"], 65, "l.npy: has shape [2, 2]; one whole number per frame"),
        (["--labels", "l.csv"], 65, "l.csv: is neither .npy nor .npz"),
        (["--targets", "l.npy", "--peak", "0"], 64, "--peak must be a number above 0"),
      ] {
        let told = try CommandLineTool.run(
          ["accuracy", model, "--input", data] + arguments, in: folder)
        #expect(told.status == Int32(status) && told.errors.contains(text), "\(told.errors)")
      }
    }
  }

  /// A fault on a stream is named beside what is wrong with the layers, which is nothing here.
  @Test func aFaultUnderAScenarioIsNamed() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let model = path("average-pool.onnx")
      let scenario = """
        {"format": "simrun-scenario", "version": 1,
         "faults": [{"kind": "drop", "stream": "MVAU_hls_0_out0", "word": 17}]}
        """
      try Data(scenario.utf8).write(to: URL(filePath: folder + "/s.json"))
      let compared = [
        "compare", model, "--model", model, "--input", path("average-pool-input.npy"),
      ]
      let found = try CommandLineTool.run(compared + ["--scenario", "s.json"], in: folder)
      #expect(found.status == 1, "\(found.errors)")
      #expect(
        found.output.contains("fault drop of the scenario strikes word 17 of MVAU_hls_0_out0"))
      #expect(!found.output.contains("Wrong by themselves"))
      try Data(#"{"format": "simrun-scenario", "version": 1}"#.utf8).write(
        to: URL(filePath: folder + "/calm.json"))
      let calm = try CommandLineTool.run(compared + ["--scenario", "calm.json"], in: folder)
      #expect(calm.status == 0, "\(calm.output)\(calm.errors)")
    }
  }

  @Test func whatAModelLeavesOpenCanBeSaidToImport() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let wrong = try CommandLineTool.run(
        ["import", path("pose.onnx"), "-o", "d.json", "--input-type", "nothing=UINT8"], in: folder)
      #expect(wrong.status == 65 && wrong.errors.contains("nothing"))
      #expect(!FileManager.default.fileExists(atPath: folder + "/d.json"))
    }
  }

  /// One file of images and one of labels for a model and the designs made of it: numbers in front of the quantiser,
  /// integers behind it.
  @Test func aModelAndItsDesignsAreMeasuredSideBySide() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let model = path("average-pool.onnx")
      let data = path("average-pool-input.npy")
      #expect(try CommandLineTool.run(["import", model, "-o", "d.json"], in: folder).status == 0)
      let ran = try CommandLineTool.run(
        ["run", model, "--input", data, "--outputs", "y.npz"], in: folder)
      #expect(ran.status == 0)
      let trained = try #require(try TensorFile.read(folder + "/y.npz").values.first)
      let frames = try #require(trained.shape.first)
      let values = trained.asDoubles()
      let size = values.count / frames
      let labels = (0..<frames).map { frame in
        let row = Array(values[frame * size..<(frame + 1) * size])
        return row.firstIndex(of: row.max()!)!
      }
      try TensorFile.write([("l", try Tensor(labels, shape: [frames]))], to: folder + "/l.npy")
      let both = try CommandLineTool.run(
        ["accuracy", model, "d.json", "--input", data, "--labels", "l.npy", "--json"], in: folder)
      #expect(both.status == 0, "\(both.errors)")
      let results = try #require(both.json["results"] as? [[String: Any]])
      #expect(results.compactMap { $0["correct"] as? Int } == [frames, frames, frames])
      #expect(both.errors.contains("'d.json' is fed "))
      let alone = try CommandLineTool.run(
        ["accuracy", "d.json", "--input", data, "--labels", "l.npy", "--design-input", data],
        in: folder)
      #expect(alone.status == 64 && alone.errors.contains("--design-input"), "\(alone.errors)")
    }
  }

  /// A design that quantises raw numbers itself gets whole ones where there is no data.
  @Test func madeUpDataIsWhatTheDesignTakes() throws {
    for name in ["lenet-readme", "tfc-w2a2", "conv1d-audio"] {
      guard let design = TestFiles.shared("models/\(name)/dataflow.onnx"),
        let model = TestFiles.shared("models/\(name)/qonnx.onnx")
      else { return }
      let told = try CommandLineTool.run("compare", design, "--model", model)
      #expect(told.status == 0, "\(name): \(told.output)")
    }
  }
}
