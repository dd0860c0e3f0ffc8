import DataflowAnalysis
import Foundation
import Testing

/// Words that nobody gives: told apart from a deadlock, with the arithmetic.
@Suite struct StarvationTests {
  private func design(_ nodes: [Node], inputs: [String] = ["in0"]) -> Design {
    var design = Design(name: "counts", part: "xczu7ev-ffvc1156-2-e")
    design.nodes = nodes
    design.graphInputs = inputs
    design.graphOutputs = ["out0"]
    return design
  }

  /// 16 vectors of 8 elements, 4 at a time; 8 outputs, 2 at a time: 2 × 4 weight words a vector.
  private func core(weights: String?) -> Node {
    Node(
      name: "MVAU_0", opType: "MVAU_rtl",
      attributes: [
        "PE": .int(2), "SIMD": .int(4), "MW": .int(8), "MH": .int(8),
        "inputDataType": .string("INT4"), "weightDataType": .string("INT4"),
        "outputDataType": .string("INT16"), "accDataType": .string("INT16"),
        "noActivation": .int(1), "numInputVectors": .ints([1, 4, 4]),
        "mem_mode": .string(weights == nil ? "internal_decoupled" : "external"),
      ], inputs: ["in0"] + [weights].compactMap(\.self), outputs: ["sums"])
  }

  private func marker(_ words: Int) -> Node {
    Node(
      name: "TLastMarker_0", opType: "TLastMarker_hls",
      attributes: ["NumIters": .int(words), "StreamWidth": .int(32), "ElemWidth": .int(16)],
      inputs: ["sums"], outputs: ["out0"])
  }

  private func report(_ design: Design, _ scenario: Scenario = Scenario()) throws -> HangReport {
    let report = try HangReport(Plan(design), scenario: scenario)
    #expect(report.outcome == .starved && report.waitCycle.isEmpty && report.fixes.isEmpty)
    #expect(report.certificate.verdict == .none)
    return report
  }

  @Test func externalWeightsOnceForSeveralVectors() throws {
    // A weight memory that gives each weight once per frame.
    let memory = Node(
      name: "IODMA_w", opType: "IODMA_hls",
      attributes: [
        "NumChannels": .int(64), "dataType": .string("INT4"), "streamWidth": .int(32),
        "intfWidth": .int(32), "direction": .string("in"), "burstMode": .string("wrap"),
        "numInputVectors": .ints([1]),
      ], inputs: ["memory"], outputs: ["weights"])
    let report = try report(
      design([memory, core(weights: "weights"), marker(64)], inputs: ["in0", "memory"]))
    let text = report.starvation.joined()
    #expect(text.contains("IODMA_w (IODMA_hls) makes 8 words of 'weights' per frame"), "\(text)")
    #expect(text.contains("MVAU_0 (MVAU_rtl) expects 128: 120 missing"))
    #expect(
      text.contains("reads its 8 weight words once for each of 16 vectors per frame: 8 × 16 = 128"))
    #expect(report.waits.contains { $0.node == "MVAU_0" && $0.stream == "weights" })
  }

  @Test func aWeightSourceThatIsTooShort() throws {
    var scenario = Scenario(frames: 1)
    scenario.sources["weights"] = Scenario.Source(words: 8)
    let text = try report(
      design([core(weights: "weights"), marker(64)], inputs: ["in0", "weights"]), scenario
    ).starvation.joined()
    #expect(text.contains("offers 8 words = 0 frames of 128 and 8 words of another: 120 missing"))
    #expect(text.contains("8 × 16 = 128"))
  }

  @Test func theMarkOfTheLastWordNeverComes() throws {
    let text = try report(design([core(weights: nil), marker(80)])).starvation.joined()
    #expect(text.contains("makes 64 words of 'sums' per frame"), "\(text)")
    #expect(text.contains("TLastMarker_0 (TLastMarker_hls) expects 80: 16 missing"))
    #expect(text.contains("TLAST comes every 80 words, not at the end of a frame"))
  }

  /// Blocks that are nothing but stages have frames too; a FIFO has only what it is given.
  @Test func wordsOfPlainStagesAreCounted() throws {
    func thresholding(_ name: String, rows: Int, _ input: String, _ output: String) -> Node {
      Node(
        name: name, opType: "Thresholding_rtl",
        attributes: [
          "NumChannels": .int(1), "PE": .int(1), "numSteps": .int(3),
          "inputDataType": .string("INT8"),
          "weightDataType": .string("INT8"), "outputDataType": .string("UINT2"),
          "numInputVectors": .ints([1, rows, 8]),
        ], inputs: [input], outputs: [output])
    }
    let fifo = Node(
      name: "FIFO_0", opType: "StreamingFIFO_rtl",
      attributes: [
        "depth": .int(2), "folded_shape": .ints([1, 5, 1]), "dataType": .string("UINT2"),
      ], inputs: ["made"], outputs: ["held"])
    func found(_ rows: Int) throws -> [WordCounts.Mismatch] {
      try WordCounts(
        plan: Plan(
          Design(
            name: "d",
            nodes: [
              thresholding("T_0", rows: 4, "in0", "made"), fifo,
              thresholding("T_1", rows: rows, "held", "out0"),
            ], graphInputs: ["in0"], graphOutputs: ["out0"]))
      ).found
    }
    #expect(try found(4).isEmpty)
    let mismatch = try #require(try found(3).first)
    #expect(mismatch.stream == "held" && mismatch.made == 32 && mismatch.expected == 24)
    #expect(mismatch.sentence.contains("T_0 (Thresholding_rtl) makes 32 words"))
  }

  @Test func aConverterWithLeftovers() throws {
    let converter = Node(
      name: "DWC_0", opType: "StreamingDataWidthConverter_rtl",
      attributes: [
        "shape": .ints([1, 1, 12]), "inWidth": .int(8), "outWidth": .int(24),
        "dataType": .string("INT4"),
      ], inputs: ["held"], outputs: ["out0"])
    let fifo = Node(
      name: "FIFO_0", opType: "StreamingFIFO_rtl",
      attributes: [
        "depth": .int(2), "folded_shape": .ints([1, 1, 7, 2]), "dataType": .string("INT4"),
      ], inputs: ["in0"], outputs: ["held"])
    // 7 words of 8 bits fill two words of 24 bits and leave 8 bits.
    let text = WordCountsText.of(try Plan(design([fifo, converter])))
    #expect(text.contains("56 = 2 × 24 + 8 bits"), "\(text)")
  }

  @Test func sinksAndSourcesThatNeverMove() throws {
    var scenario = Scenario()
    scenario.sinks["out0"] = Scenario.Sink(pattern: .never)
    let plan = try Plan(design([core(weights: nil), marker(64)]))
    let blocked = try HangReport(plan, scenario: scenario)
    #expect(blocked.outcome == .starved)
    #expect(blocked.starvation == ["the sink of 'out0' is never ready"])
    scenario = Scenario()
    scenario.sources["in0"] = Scenario.Source(pattern: .never)
    let silent = try HangReport(plan, scenario: scenario)
    #expect(silent.outcome == .starved && silent.cycle == nil)
    #expect(silent.starvation == ["the source of 'in0' never offers a word"])
  }
}

private enum WordCountsText {
  static func of(_ plan: Plan) -> String {
    DesignCheck(file: "d") { (plan.design, nil, .calibrated) }.findings.filter {
      $0.rule.rawValue == "partial-word"
    }
    .map(\.message).joined(separator: "\n")
  }
}
