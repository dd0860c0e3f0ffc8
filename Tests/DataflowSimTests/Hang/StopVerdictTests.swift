import DataflowAnalysis
import Foundation
import Testing

/// One verdict and one cause, whoever is asked.
@Suite struct StopVerdictTests {
  private static func padding(_ name: String, _ type: String, from: String, to: String) -> Node {
    Node(
      name: name, opType: "FMPadding_rtl",
      attributes: [
        "ImgDim": .ints([4, 4]), "Padding": .ints([1, 1, 1, 1]), "NumChannels": .int(8),
        "SIMD": .int(type == "UINT8" ? 2 : 4), "inputDataType": .string(type),
      ], inputs: [from], outputs: [to])
  }

  /// A frame of UINT4 read as UINT8: words of equal width, half as many as are due.
  private static var otherTypes: Design {
    var reader = padding("Reader", "UINT8", from: "s", to: "y")
    reader.attributes["ImgDim"] = .ints([6, 6])
    return Design(
      name: "types", nodes: [padding("Writer", "UINT4", from: "x", to: "s"), reader],
      graphInputs: ["x"], graphOutputs: ["y"])
  }

  /// External weights that are sent once, of a layer that reads them once per vector.
  private static var weights: Design {
    Design(
      name: "weights",
      nodes: [
        Node(
          name: "DMA", opType: "IODMA_hls",
          attributes: [
            "NumChannels": .int(4), "dataType": .string("INT8"), "streamWidth": .int(32),
            "intfWidth": .int(32), "numInputVectors": .ints([16]), "burstMode": .string("wrap"),
          ], inputs: ["memory"], outputs: ["ws"]),
        Node(
          name: "Layer", opType: "MVAU_rtl",
          attributes: [
            "MW": .int(8), "MH": .int(8), "PE": .int(2), "SIMD": .int(2),
            "inputDataType": .string("INT8"), "weightDataType": .string("INT8"),
            "outputDataType": .string("INT32"), "noActivation": .int(1),
            "numInputVectors": .ints([9]), "mem_mode": .string("external"),
          ], inputs: ["x", "ws"], outputs: ["y"]),
      ], graphInputs: ["x", "memory"], graphOutputs: ["y"])
  }

  @Test func theCauseNamesBothTypes() throws {
    let plan = try Plan(Self.otherTypes)
    let verdict = try #require(try StopVerdict(plan))
    #expect(verdict.outcome == .starved)
    #expect(
      verdict.cause.contains(
        "72 missing, because it writes UINT4 and the reader takes UINT8: a word of 16 bits holds 4 "
          + "elements for one and 2 for the other"), "\(verdict.cause)")
  }

  @Test(arguments: ["types", "weights"])
  func everybodySaysTheSame(name: String) throws {
    let design = name == "types" ? Self.otherTypes : Self.weights
    let plan = try Plan(design)
    let verdict = try #require(try StopVerdict(plan))
    let throughput = try Throughput(design)
    #expect(throughput.outcome == verdict.outcome && throughput.cause == verdict.cause)
    let hang = try HangReport(plan)
    #expect(hang.outcome == verdict.outcome && hang.cause == verdict.cause)
    let check = DesignCheck(file: "d") { (design, nil, .calibrated) }
    #expect(check.findings.contains { $0.rule == .live && $0.message.contains(verdict.cause) })
    #expect(check.findings.contains { $0.diagnostic?.code == "SR104" })
  }

  /// A word that waits behind a starving block closes no ring.
  @Test func waitingBehindAStarvingBlockIsNoDeadlock() throws {
    let plan = try Plan(Self.weights)
    let verdict = try #require(try StopVerdict(plan))
    #expect(verdict.outcome == .starved)
    #expect(verdict.cause.contains("16 × 9 = 144"), "\(verdict.cause)")
    let run = try Simulation(plan, scenario: Scenario(frames: 2)).run()
    #expect(run.outcome == .deadlock, "what a run sees by itself: a word that waits for room")
  }

  @Test func commandsSayTheSame() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let path = folder + "/w.json"
      try Self.weights.json().write(to: URL(fileURLWithPath: path))
      for arguments in [["fps", path], ["run", path], ["hang", path]] {
        let told = try CommandLineTool.run(arguments)
        #expect(told.status == 2)
        #expect(told.output.lowercased().contains("starv"), "\(told.output)")
        #expect(!told.output.lowercased().contains("deadlock"))
        #expect(told.output.contains("16 × 9 = 144"))
        #expect(told.errors.contains("SR104"))
      }
    }
  }

  @Test func aRingOfWaitsIsADeadlock() throws {
    let path = TestFiles.repository("configs/ci/residual-hang.json")
    let plan = try Plan(Design(json: try TestFiles.data(path), file: path))
    let verdict = try #require(try StopVerdict(plan))
    #expect(verdict.outcome == .deadlock && verdict.cause.contains("AddStreams_0 waits for a word"))
    #expect(try HangReport(plan).cause == verdict.cause)
    let sound = TestFiles.repository("configs/ci/residual-fixed.json")
    #expect(try StopVerdict(Plan(Design(json: try TestFiles.data(sound), file: sound))) == nil)
  }
}
