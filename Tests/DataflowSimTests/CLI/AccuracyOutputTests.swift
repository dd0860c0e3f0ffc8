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
}
