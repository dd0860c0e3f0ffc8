import DataflowAnalysis
import Foundation
import Testing

private let small = """
  {
    "format": "simrun-design", "version": 1, "name": "small", "part": "xc7z020clg400-1",
    "clock_mhz": 187.5, "parameters": "small.npz",
    "nodes": [
      {"name": "a", "op_type": "MVAU_rtl",
       "attributes": {"PE": 4, "numInputVectors": [1, 2], "mem_mode": "external", "f": 0.5,
         "fs": [1, 2.5], "ss": ["x", "y"], "none": [], "big": 9007199254740993, "on": true},
       "inputs": ["x", "w"], "outputs": ["y"], "initializers": {"weights": "a.w"}}
    ],
    "streams": {"y": {"depth": 32, "shape": [1, 8], "data_type": "INT8"}},
    "graph_inputs": ["x", "w"], "graph_outputs": ["y"]
  }
  """

private func design(_ text: String) throws -> Design {
  try Design(json: Data(text.utf8), file: "d.json")
}

private func problem(replacing old: String, with new: String) -> String {
  let text = small.replacingOccurrences(of: old, with: new)
  #expect(text != small, "nothing replaced")
  return inputError { _ = try design(text) }
}

@Suite struct DesignJSONTests {
  @Test func readsEveryField() throws {
    let d = try design(small)
    #expect(d.name == "small" && d.part == "xc7z020clg400-1" && d.clockMHz == 187.5)
    #expect(d.parametersFile == "small.npz")
    #expect(d.streams["y"] == StreamSettings(depth: 32, shape: [1, 8], dataType: "INT8"))
    let node = try #require(d.nodes.first)
    #expect(node.inputs == ["x", "w"] && node.initializers == ["weights": "a.w"])
    #expect(node.attributes["PE"] == .int(4) && node.attributes["on"] == .int(1))
    #expect(node.attributes["big"] == .int(9_007_199_254_740_993))
    #expect(node.attributes["fs"] == .floats([1, 2.5]) && node.attributes["none"] == .ints([]))
    #expect(node.attributes["f"] == .float(0.5) && node.attributes["ss"] == .strings(["x", "y"]))
  }

  @Test func whatIsWrittenReadsBackEqual() throws {
    let d = try design(small)
    let text = try d.json()
    #expect(try Design(json: text, file: "again") == d)
    #expect(try Design(json: text, file: "again").json() == text)
  }

  @Test func theGenerationIsStatedOnce() throws {
    let d = try design(small)
    let text = String(decoding: try d.json(), as: UTF8.self)
    #expect(d.finnGeneration == .v0_10 && !text.contains("finn"))
    var old = d
    old.finnGeneration = .v0_7
    #expect(try Design(json: old.json(), file: "f") == old)
    let wrong = problem(
      replacing: "\"clock_mhz\": 187.5", with: "\"clock_mhz\": 1, \"finn_generation\": \"1.0\"")
    #expect(wrong.contains("finn_generation") && wrong.contains("0.10, 2026-04"))
    #expect(FINNGeneration.v0_9 < .v0_10 && FINNGeneration.v0_10 < .dev2026_04)
    #expect(inputError { _ = try FINNGeneration(named: "0.4") }.contains("0.5, 0.6"))
  }

  @Test func odditiesOfTextSurvive() throws {
    let name = "é \"q\" \\ 🦊"
    let d = Design(name: name, nodes: [Node(name: "n", opType: "o", outputs: [name])])
    #expect(try Design(json: d.json(), file: "f") == d)
  }

  /// What a terminal or a CI log would obey is shown instead, from the moment a name is read.
  @Test func namesAreShownAndNotObeyed() throws {
    let d = Design(name: "d", nodes: [Node(name: "a\n\u{1}", opType: "o", outputs: ["::error::x"])])
    let read = try Design(json: d.json(), file: "f")
    #expect(read.nodes[0].name == #"a\u{a}\u{1}"#)
    #expect(read.nodes[0].outputs == [#"\u{3a}:error::x"#])
  }

  @Test func anUnwritableNumberIsRefused() {
    let d = Design(
      name: "d", nodes: [Node(name: "n", opType: "o", attributes: ["a": .float(.nan)])])
    #expect(inputError { _ = try d.json() }.contains("node 'n', attribute 'a'"))
  }

  @Test func errorsNamePathValueAndNearestKey() {
    #expect(
      problem(replacing: "\"op_type\"", with: "\"optype\"").contains("did you mean \"op_type\""))
    #expect(
      problem(replacing: "\"PE\": 4", with: "\"PE\": null").contains("nodes[0].attributes.PE"))
    #expect(problem(replacing: "\"PE\": 4", with: "\"PE\": {}").contains("nodes[0].attributes.PE"))
    #expect(
      problem(replacing: "[\"x\", \"w\"], \"outputs\"", with: "\"x\", \"outputs\"").contains(
        "nodes[0].inputs"))
    #expect(
      problem(replacing: "\"depth\": 32", with: "\"depth\": -1").contains("streams.y.depth: -1"))
    #expect(problem(replacing: "\"depth\": 32", with: "\"depth\": 2.5").contains("a whole number"))
    #expect(problem(replacing: "\"version\": 1", with: "\"version\": 2").contains("known: 1"))
    #expect(problem(replacing: "187.5", with: "0").contains("clock_mhz"))
    #expect(problem(replacing: "[1, 8]", with: "[100000, 100000]").contains("too large"))
    #expect(problem(replacing: "simrun-design", with: "simrun-scenario").contains("format"))
  }

  @Test func duplicateNodeNamesAreRefused() {
    let second = "\"nodes\": [{\"name\": \"a\", \"op_type\": \"o\"},"
    let text = problem(replacing: "\"nodes\": [", with: second)
    #expect(text.contains("nodes[1].name") && text.contains("nodes[0]"))
  }

  @Test func brokenTextNamesLineAndColumn() {
    #expect(inputError { _ = try design("{\n  \"a\": NaN}") }.contains("line 2, column"))
    #expect(inputError { _ = try design("") }.contains("is empty"))
    #expect(inputError { _ = try design("[1]") }.contains("expected an object"))
    #expect(inputError { _ = try design("{\"a\": 1e999}") }.contains("d.json"))
    let deep = String(repeating: "[", count: 200_000)
    #expect(inputError { _ = try design(deep) }.contains("d.json"))
  }

  @Test func filesThatAreNoneAreNamed() throws {
    try TestFiles.withTemporaryDirectory { folder in
      #expect(inputError { _ = try Design(contentsOf: folder) }.contains("is a directory"))
      try Data().write(to: URL(fileURLWithPath: folder + "/empty.json"))
      #expect(inputError { _ = try Design(contentsOf: folder + "/empty.json") }.contains("empty"))
      let near = inputError { _ = try Design(contentsOf: folder + "/empti.json") }
      #expect(near.contains("no such file") && near.contains("empty.json"))
    }
  }

  @Test(.timeLimit(.minutes(2))) func damagedDesignsNeverCrash() {
    fuzz(Data(small.utf8)) { data in
      let design = try Design(json: data, file: "f")
      _ = try DesignGraph(design)
      #expect(try Design(json: design.json(), file: "again") == design)
    }
  }
}
