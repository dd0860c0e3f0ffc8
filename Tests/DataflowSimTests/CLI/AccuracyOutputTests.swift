import DataflowAnalysis
import DesignFiles
import Foundation
import OriginalModel
import Testing

/// A model with several outputs: which is measured is said, and can be told.
@Suite struct AccuracyOutputTests {
  private func model() -> ModelBuilder {
    var m = ModelBuilder(input: [1, 4], outputs: ["q", "y"])
    m.quantiser("x", "q", scale: 1, bits: 4)
    m.constant("w", [0, 0, 1, 0, 1, 0, 1, 0, 0, 0, 0, 0], [4, 3])
    m.add("MatMul", ["q", "w"], ["s"])
    m.quantiser("s", "y", scale: 1, bits: 6)
    return m
  }

  @Test func theOutputThatIsMeasuredIsToldAndChosen() throws {
    try TestFiles.withTemporaryDirectory { folder in
      try model().data().write(to: URL(filePath: folder + "/m.onnx"))
      let inputs: [Float] = [3, 1, 0, 0, 0, 5, 1, 0, 1, 2, 6, 0]
      try TensorFile.write([("x", try Tensor(inputs, shape: [3, 4]))], to: folder + "/x.npy")
      // The largest of (x[2], x[1], x[0]).
      try TensorFile.write([("l", try Tensor([2, 1, 0], shape: [3]))], to: folder + "/l.npy")
      func accuracy(_ more: [String]) throws -> CommandLineTool.Result {
        try CommandLineTool.run(
          ["accuracy", "m.onnx", "--input", "x.npy", "--labels", "l.npy", "--json"] + more,
          in: folder)
      }
      func correct(_ result: CommandLineTool.Result) -> [Int] {
        (result.json["results"] as? [[String: Any]])?.compactMap { $0["correct"] as? Int } ?? []
      }
      let first = try accuracy([])
      #expect(first.errors.contains("2 outputs; measured is 'q', --output takes another ('y')"))
      #expect(!correct(first).contains(3))
      let second = try accuracy(["--output", "y"])
      #expect(correct(second) == [3, 3], "\(second.output) \(second.errors)")
      #expect(!second.errors.contains("--output"))
      // What the host makes of the input is no row of the hardware's.
      var host = model()
      host.constant("half", [0.5])
      host.add("Mul", ["x", "half"], ["h"])
      host.graph.output[0].name = "h"
      try host.data().write(to: URL(filePath: folder + "/m.onnx"))
      let alone = try accuracy([])
      #expect(correct(alone).count == 1, "\(alone.output)")
      #expect(alone.errors.contains("hardware has no part in its output 'h'"), "\(alone.errors)")
      let unknown = try accuracy(["--output", "z"])
      #expect(unknown.status == 65 && unknown.errors.contains("the model has no output 'z'"))
    }
  }

  /// A design that chooses the best of three classes.
  private static func best(_ count: Int) -> String {
    """
    {"format": "simrun-design", "version": 1, "name": "best", "graph_inputs": ["a"], "graph_outputs": ["b"],
     "nodes": [{"name": "best", "op_type": "LabelSelect_hls", "inputs": ["a"], "outputs": ["b"],
      "attributes": {"Labels": 3, "PE": 1, "K": \(count), "inputDataType": "INT8"}}]}
    """
  }

  /// Two labels of three classes: the first counts, and how often the right one is among them.
  @Test func severalLabelsAreToldApart() throws {
    try TestFiles.withTemporaryDirectory { folder in
      try Self.best(2).write(toFile: folder + "/d.json", atomically: true, encoding: .utf8)
      try TensorFile.write(
        [("x", try Tensor([5, 1, 0, 0, 7, 3, 4, 2, 3], shape: [3, 3]))], to: folder + "/x.npy")
      try TensorFile.write([("l", try Tensor([0, 2, 1], shape: [3]))], to: folder + "/l.npy")
      let told = try CommandLineTool.run(
        ["accuracy", "d.json", "--input", "x.npy", "--labels", "l.npy"], in: folder)
      #expect(
        told.output.contains("1 of 3 right, 33.33 %; among the first 2: 2, 66.67 %"),
        "\(told.output) \(told.errors)")
    }
  }

  /// A design that ends in labels has a number of classes, and labels are among them.
  @Test func labelsThatCannotBeAreRefused() throws {
    try TestFiles.withTemporaryDirectory { folder in
      try Self.best(1).write(toFile: folder + "/d.json", atomically: true, encoding: .utf8)
      try TensorFile.write(
        [("x", try Tensor([5, 1, 0, 0, 7, 0, 1, 2, 3], shape: [3, 3]))], to: folder + "/x.npy")
      func told(_ labels: Tensor) throws -> CommandLineTool.Result {
        try TensorFile.write([("l", labels)], to: folder + "/l.npy")
        return try CommandLineTool.run(
          ["accuracy", "d.json", "--input", "x.npy", "--labels", "l.npy"], in: folder)
      }
      let right = try told(Tensor([0, 1, 2], shape: [3]))
      #expect(right.status == 0 && right.output.contains("3 of 3 right"), "\(right.errors)")
      for (values, shape, text) in [
        (
          [0, 1, 99], [3],
          "l.npy: holds 99 for frame 2, but there are 3 classes, 0 to 2\n  hint: labels count from 0\n"
        ),
        ([-1, 1, 2], [3], "l.npy: holds -1 for frame 0, but there are 3 classes, 0 to 2"),
        (
          [1, 2, 3], [3],
          "holds 3 for frame 2, but there are 3 classes, 0 to 2\n  hint: labels count from 0 here; subtract 1"
        ),
        ([0, 1], [2], "l.npy: holds 2 labels, but there are 3 frames of data"),
        (
          [2, 1, 0], [1, 3],
          "l.npy: has shape [1, 3]; one whole number per frame is needed\n  hint: numpy.ravel(labels)"
        ),
        ([0, 1, 0], [1, 3], "hint: of one-hot rows, numpy.argmax(labels, axis=1)"),
      ] {
        let result = try told(Tensor(values, shape: shape))
        #expect(result.status == 65 && result.errors.contains(text), "\(result.errors)")
      }
      let flags = try told(Tensor(shape: [3], elementType: .bool, bytes: [0, 1, 1]))
      #expect(
        flags.status == 65 && flags.errors.contains("l.npy: holds booleans; one whole number"),
        "\(flags.errors)")
    }
  }
}
