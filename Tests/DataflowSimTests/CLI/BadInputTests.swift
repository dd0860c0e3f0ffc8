import DataflowAnalysis
import Foundation
import Testing

/// What a person reads when a file is wrong: exit code 65, one message, nothing on standard output.
@Suite struct BadInputTests {
  /// Runs `simrun FILE --fps` on `contents` and expects every text in the message.
  private func refuse(
    _ contents: Data, name: String = "d.json", _ texts: String...,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try TestFiles.withTemporaryDirectory { folder in
      try contents.write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
      let result = try CommandLineTool.run(name, "--fps", "--json", in: folder)
      #expect(result.status == 65 && result.output == "", sourceLocation: sourceLocation)
      for text in ["error: \(name): "] + texts where text != "" {
        #expect(
          result.errors.contains(text), "\(text) in: \(result.errors)",
          sourceLocation: sourceLocation)
      }
    }
  }

  /// The same for tfc-w1a1 with a change; its first MVAU is node 3.
  private func refuse(
    _ text: String, _ hint: String = "", sourceLocation: SourceLocation = #_sourceLocation,
    change: (inout Design) -> Void
  ) throws {
    var design = try Design(contentsOf: TestFiles.repository("configs/tfc-w1a1.json"))
    design.parametersFile = nil
    change(&design)
    try refuse(try design.json(), text, hint, sourceLocation: sourceLocation)
  }

  private let mvau = "node 'MVAU_hls_0' (MVAU_hls), "

  @Test func wrongAttributes() throws {
    try refuse(mvau + "attribute 'SMID': MVAU_hls has no such attribute", "mean 'SIMD'?") {
      $0.nodes[3].attributes["SMID"] = .int(1)
    }
    try refuse(mvau + "attribute 'PE': 3 ", "MH") { $0.nodes[3].attributes["PE"] = .int(3) }
    try refuse(mvau + "attribute 'PE'", "integer") {
      $0.nodes[3].attributes["PE"] = .string("four")
    }
    try refuse(mvau + "attribute 'inputDataType': unknown data type 'UNIT8'", "mean 'UINT8'?") {
      $0.nodes[3].attributes["inputDataType"] = .string("UNIT8")
    }
    try refuse(mvau + "attribute 'MW': required and missing") {
      $0.nodes[3].attributes["MW"] = nil
    }
    try refuse("unknown op type 'MVUA_hls'", "mean 'MVAU_hls'?") {
      $0.nodes[3].opType = "MVUA_hls"
    }
  }

  @Test func wrongGraphs() throws {
    try refuse("stream 'MVAU_hls_0_out0': has two writers") {
      $0.nodes[4].outputs = ["MVAU_hls_0_out0"]
    }
    try refuse("nothing reads it", "graph_outputs") { $0.graphOutputs = [] }
    try refuse("the graph has a cycle") {
      $0.nodes[3].inputs = ["StreamingFIFO_rtl_2_out0"]
      $0.nodes[5].inputs = ["StreamingFIFO_rtl_1_out0"]
    }
    try refuse("nodes[4].name: the name 'MVAU_hls_0' is already that of nodes[3]") {
      $0.nodes[4].name = "MVAU_hls_0"
    }
    try refuse("stream 'other': is read by node 'MVAU_hls_0', but nothing writes it") {
      $0.nodes[3].inputs.append("other")
    }
  }

  @Test func absurdSizes() throws {
    try refuse("tensor of shape [1, 100000, 100000, 784] is too large") {
      $0.nodes[1].attributes["numInputVectors"] = .ints([1, 100_000, 100_000])
    }
    try refuse("1073741824 words are more than simrun buffers", "2^26") {
      $0.nodes[0].attributes["depth"] = .int(1 << 30)
    }
    try refuse("cycles per frame are more than simrun simulates", "PE, SIMD") {
      $0.nodes[3].attributes["MW"] = .int(1 << 20)
      $0.nodes[3].attributes["MH"] = .int(1 << 20)
      $0.nodes[3].attributes["PE"] = .int(1)
      $0.nodes[3].attributes["SIMD"] = .int(1)
    }
  }

  /// Timing needs no part, so one that is not known is a warning; what is demanded of it is an error.
  @Test func wrongParts() throws {
    let result = try CommandLineTool.run("configs/tfc-w1a1.json", "--part", "pynqz3", "--json")
    #expect(result.status == 0 && result.errors.hasPrefix("warning: unknown part 'pynqz3'"))
    #expect(result.errors.contains("did you mean 'Pynq-Z1'?"))
    #expect(result.output.contains("\"utilisation\": null"))
    let fits = try CommandLineTool.run("check", "configs/tfc-w1a1.json", "--fits", "pynqz3")
    #expect(fits.status == 65 && fits.errors.contains("unknown part or board 'pynqz3'"))
  }

  @Test func aBudgetStandsForAPart() throws {
    let design = "configs/tfc-w1a1.json"
    let tight = try CommandLineTool.run(design, "--budget", "LUT=1000,DSP=10")
    #expect(tight.status == 0 && tight.output.contains("does not fit the budget"))
    #expect(try CommandLineTool.run("check", design, "--budget", "LUT=1000").status == 3)
    #expect(try CommandLineTool.run("check", design, "--budget", "LUT=100000").status == 0)
    for wrong in ["LUT", "LUT=x", "LUT=1,LUT=2", "CLB=5", "LUT=-1"] {
      #expect(try CommandLineTool.run(design, "--budget", wrong).status == 64)
    }
  }

  @Test func wrongFiles() throws {
    let json = try TestFiles.data(TestFiles.repository("configs/tfc-w1a1.json"))
    try refuse(Data(), "is empty")
    try refuse(json.prefix(json.count / 2), "JSON")
    try refuse(Data("[]".utf8), "object")
    try refuse(Data("{\"format\": \"simrun-desing\"}".utf8), "simrun-design")
    let misspelt = String(decoding: json, as: UTF8.self)
      .replacingOccurrences(of: "\"clock_mhz\"", with: "\"clock_mzh\"")
    try refuse(Data(misspelt.utf8), "clock_mzh", "did you mean \"clock_mhz\"?")
    let model = try TestFiles.data(TestFiles.resource("cnv-w1a1-fifo.onnx"))
    for length in [1, 100, model.count / 2, model.count - 1] {
      try refuse(model.prefix(length), name: "m.onnx", "")
    }
    try refuse(Data("hello".utf8), name: "m.onnx", "")
  }

  @Test func whatIsNoFile() throws {
    let missing = try CommandLineTool.run("configs/tfc-w1a.json", "--fps")
    #expect(missing.status == 65 && missing.errors.contains("did you mean 'tfc-w1a1.json'?"))
    let directory = try CommandLineTool.run("configs", "--fps")
    #expect(directory.status == 65 && directory.errors.contains("is a directory"))
  }

  @Test func importLeavesNothingBehind() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let model = try TestFiles.data(TestFiles.resource("cnv-w1a1-fifo.onnx"))
      try model.prefix(20_000).write(to: URL(fileURLWithPath: folder + "/m.onnx"))
      let result = try CommandLineTool.run("import", "m.onnx", "-o", "d.json", in: folder)
      #expect(result.status == 65)
      try model.write(to: URL(fileURLWithPath: folder + "/m.onnx"))
      for place in ["/dev/full", ".", "no/d.json"] {
        let refused = try CommandLineTool.run("import", "m.onnx", "-o", place, in: folder)
        #expect(refused.status == 65 && refused.errors.contains("cannot be written"))
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["m.onnx"])
    }
  }
}
