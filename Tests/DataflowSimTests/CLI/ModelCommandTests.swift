import DataflowAnalysis
import Foundation
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
      let none = try run(
        "compare", "d.json", "--input", "y.npz", "--dump", "y.npz", "--model", model)
      #expect(none.status == 64)
      let dumped = ["compare", "d.json", "--input", "a.npz", "--dump", "y.npz"]
      for more in [["--csv"], ["--design-input", "a.npz"]] {
        let refused = try CommandLineTool.run(dumped + more, in: folder)
        #expect(refused.status == 64 && refused.errors.contains(more[0]), "\(refused.errors)")
      }
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
}
