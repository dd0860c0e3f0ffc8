import DataflowAnalysis
import Foundation
import Testing

private let file = """
  {"Defaults": {"inFIFODepths": [[2], ["MVAU_hls"], [32], ["VVAU_hls"]], "slr": [-1, "all"]},
   "MVAU_hls_0": {"PE": 4, "ram_style": "auto", "inFIFODepths": [8], "PEE": 1},
   "MVAU_hls_9": {"PE": 4}}
  """

@Suite struct FoldingConfigTests {
  @Test func appliesDefaultsThenNodes() throws {
    let config = try FoldingConfig(json: Data(file.utf8), file: "f.json")
    var design = Design(
      name: "d",
      nodes: [
        Node(name: "MVAU_hls_0", opType: "MVAU_hls"), Node(name: "MVAU_hls_1", opType: "MVAU_hls"),
        Node(name: "VVAU_hls_0", opType: "VVAU_hls"),
      ])
    let warnings = config.apply(to: &design) { _ in ["PE", "ram_style", "inFIFODepths"] }
    #expect(design.nodes[0].attributes["PE"] == .int(4))
    #expect(design.nodes[0].attributes["inFIFODepths"] == .ints([8]))
    #expect(design.nodes[1].attributes == ["inFIFODepths": .ints([2])])
    #expect(design.nodes[2].attributes == ["inFIFODepths": .ints([32])])
    #expect(warnings.count == 2)
    #expect(warnings[0].contains("'PEE'") && warnings[0].contains("did you mean 'PE'?"))
    #expect(warnings[1].contains("MVAU_hls_9"))
  }

  /// A sized design's file on a graph from before its FIFOs: one sentence, names in natural order.
  @Test func saysOnceThatDepthsAreIgnored() {
    var config = FoldingConfig()
    for i in 0..<12 { config.nodes["StreamingFIFO_rtl_\(i)"] = ["depth": .int(32)] }
    var design = Design(name: "d", nodes: [Node(name: "MVAU_hls_0", opType: "MVAU_hls")])
    let warnings = config.apply(to: &design)
    #expect(warnings.count == 1)
    #expect(warnings.first?.contains("12 FIFOs") == true)
    #expect(
      warnings.first?.contains("StreamingFIFO_rtl_0, StreamingFIFO_rtl_1, StreamingFIFO_rtl_2, …")
        == true)
  }

  @Test func whatIsWrittenReadsBackEqual() throws {
    let config = try FoldingConfig(json: Data(file.utf8), file: "f.json")
    let text = config.json(order: ["MVAU_hls_9"])
    #expect(try FoldingConfig(json: text, file: "again") == config)
    let exported = String(decoding: FoldingConfig().json(), as: UTF8.self)
    #expect(exported.contains("\"Defaults\": {}"))
  }

  /// FINN looks for the op type in what stands there, so a name without a list is one.
  @Test func oneOpTypeNeedsNoList() throws {
    let text = "{\"Defaults\": {\"PE\": [1, \"MVAU_hls\"]}}"
    let config = try FoldingConfig(json: Data(text.utf8), file: "f.json")
    #expect(config.defaults.map(\.opTypes) == [["MVAU_hls"]])
  }

  @Test func oddDefaultsAreRefused() {
    let text = "{\"Defaults\": {\"PE\": [1]}}"
    let problem = inputError { _ = try FoldingConfig(json: Data(text.utf8), file: "f.json") }
    #expect(problem.contains("Defaults.PE"))
  }

  @Test(.timeLimit(.minutes(2))) func damagedFilesNeverCrash() {
    fuzz(Data(file.utf8)) { data in
      let config = try FoldingConfig(json: data, file: "f")
      #expect(try FoldingConfig(json: config.json(), file: "again") == config)
    }
  }

  /// Names that no log may obey are written another way, and then sort elsewhere: so they are sorted
  /// as they are written.
  @Test func defaultsKeepTheirOrder() throws {
    let text =
      "{\"Defaults\": {\"a\\u007f\": [2, \"all\"], \"aZ\": [1, \"all\"], \"ab\": [3, \"all\"]}}"
    let config = try FoldingConfig(json: Data(text.utf8), file: "f.json")
    #expect(config.defaults.map(\.attribute) == ["aZ", "a\\u{7f}", "ab"])
    #expect(try FoldingConfig(json: config.json(), file: "again") == config)
  }

  /// FINN's own export of a graph, applied to that graph, changes nothing it did not say already.
  @Test func realFilesApplyWithoutWarning() throws {
    for model in ["cnv-w1a1", "lenet-readme", "resnet50-w1a2"] {
      guard let path = TestFiles.shared("models/\(model)/folding_fifo.json") else { continue }
      let name = model == "lenet-readme" ? "lenet" : model
      var design = try Design(contentsOf: TestFiles.repository("configs/\(name).json"))
      #expect(try FoldingConfig(contentsOf: path).apply(to: &design) == [])
    }
  }
}
