import DataflowAnalysis
import DesignFiles
import Foundation
import Testing

@Suite struct FoldingApplicationTests {
  private func config(_ text: String, _ name: String = "f.json") throws -> FoldingConfig {
    try TestFiles.withTemporaryDirectory { folder in
      let path = folder + "/" + name
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
      return try FoldingFile.read(path)
    }
  }

  private var lenet: Design {
    get throws { try Design(contentsOf: TestFiles.repository("configs/lenet.json")) }
  }

  @Test func yamlSaysWhatJSONSays() throws {
    let json = """
      {"Defaults": {"PE": [2, ["MVAU_hls"]]},
       "m": {"PE": 8, "ram_style": "auto", "inFIFODepths": [2, 3]}}
      """
    let yaml = """
      Defaults:
        PE: [2, [MVAU_hls]]
      m:
        PE: 8
        ram_style: auto
        inFIFODepths: [2, 3]
      """
    #expect(try config(yaml, "f.yaml") == config(json))
  }

  @Test func whatIsNoYAMLIsSaid() {
    #expect(inputError { _ = try config("a: [1, 2") }.contains("neither JSON nor YAML"))
    #expect(inputError { _ = try config("just words") }.contains("neither a JSON object nor"))
    // Nine aliases of nine aliases of …: short text, many values.
    let bomb =
      "a: &a [1,1,1,1,1,1,1,1,1]\n"
      + zip("bcdefgh", "abcdefg").map { name, last in
        "\(name): &\(name) [" + Array(repeating: "*\(last)", count: 9).joined(separator: ",")
          + "]\n"
      }.joined()
    #expect(inputError { _ = try config(bomb) }.contains("more than 200000 values"))
  }

  @Test func aFileOfAnotherGraphIsRefused() throws {
    var design = try lenet
    let text = inputError {
      _ = try design.apply(try config(#"{"Defaults": {}, "MVAU_9": {"PE": 1}, "Foo_1": {}}"#))
    }
    #expect(text.contains("another graph") && text.contains("Foo_1, MVAU_9"))
    #expect(try design == lenet)
  }

  @Test func oldWordsAreReadInFoldingFilesToo() throws {
    var design = Design(
      name: "d", finnGeneration: .v0_9,
      nodes: [
        Node(
          name: "MatrixVectorActivation_0", opType: "MVAU_hls",
          attributes: [
            "MW": .int(4), "MH": .int(4), "PE": .int(1), "SIMD": .int(1),
            "inputDataType": .string("INT4"), "weightDataType": .string("INT4"),
            "outputDataType": .string("INT12"), "noActivation": .int(1),
          ], inputs: ["x"], outputs: ["y"], initializers: ["weights": "w"])
      ], graphInputs: ["x"], graphOutputs: ["y"])
    let old = """
      {"Defaults": {"resType": ["lut", ["MatrixVectorActivation"]]},
       "MatrixVectorActivation_0": {"mem_mode": "const", "inFIFODepth": 8}}
      """
    #expect(try design.apply(try config(old)) == [])
    let attributes = design.nodes[0].attributes
    #expect(attributes["mem_mode"] == .string("internal_embedded"))
    #expect(attributes["resType"] == .string("lut"))
    #expect(attributes["inFIFODepths"] == .ints([8]))
    let external = #"{"Defaults": {}, "MatrixVectorActivation_0": {"mem_mode": "external"}}"#
    let notes = try design.apply(try config(external))
    #expect(notes.count == 1 && design.graphInputs == ["x", "MatrixVectorActivation_0_weights"])
    #expect(try Throughput(design).outcome == .complete)
    _ = try design.apply(try config(old))
    #expect(design.graphInputs == ["x"] && design.nodes[0].inputs == ["x"])
    // FIFOs carry the names an old FINN gives them, layers their own.
    let buffered = try design.insertingFIFOs()
    #expect(
      buffered.nodes.map(\.name) == [
        "StreamingFIFO_0", "MatrixVectorActivation_0", "StreamingFIFO_1",
      ])
  }
}
