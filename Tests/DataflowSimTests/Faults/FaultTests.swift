import DataflowAnalysis
import Foundation
import Testing

import simrun

/// Three hangs of our own making, their fixes, and what faults do.
@Suite struct FaultTests {
  private func plan(_ name: String) throws -> Plan {
    let path = TestFiles.repository("configs/ci/\(name).json")
    return try Plan(Design(json: TestFiles.data(path), file: path))
  }

  private func report(_ design: String, _ scenario: String) throws -> HangReport {
    let path = TestFiles.repository("configs/ci/\(scenario).scenario.json")
    return try HangReport(try plan(design), scenario: Scenario(contentsOf: path))
  }

  @Test func theShallowResidualHangsAndItsFixDoesNot() throws {
    let hang = try report("residual-hang", "residual")
    #expect(hang.outcome == .deadlock)
    #expect(hang.waitCycle.map(\.node).contains("AddStreams_0"))
    let depth = try #require(hang.fixes.first?.minimalDepth)
    #expect(hang.fixes.first?.isConfirmed == true)
    let fixed = try report("residual-fixed", "residual")
    #expect(fixed.outcome == .complete)
    #expect(fixed.certificate.verdict == .live)
    #expect(try plan("residual-fixed").design.depth(of: "FIFO_skip") >= depth)
  }

  @Test func theWordCountMismatchStarvesWithItsArithmetic() throws {
    let hang = try report("word-count-hang", "word-count")
    #expect(hang.outcome == .starved)
    #expect(hang.starvation.joined().contains("makes 64 words"))
    #expect(hang.starvation.joined().contains("expects 80: 16 missing"))
    #expect(try report("word-count-fixed", "word-count").certificate.verdict == .live)
  }

  /// Twice as many words as the frames have are beyond anything that comes by itself.
  @Test func aFaultThatStrikesNothingIsSaid() throws {
    let plan = try plan("residual-fixed")
    let words = try #require(plan.wordsPerFrame["skip"])
    var scenario = Scenario()
    scenario.frames = 3
    scenario.faults = [
      .delay(stream: "skip", word: 3 * words - 1, cycles: 5),
      .swap(stream: "skip", word: 6 * words - 2), .drop(stream: "skip", word: 6 * words),
      .reset(frame: 3), .stop(stream: "skip", from: 1 << 40, cycles: 1),
    ]
    #expect(
      scenario.idleFaults(in: plan) == [
        "fault 3 strikes nothing: word \(6 * words) of 'skip', which has \(3 * words) words in 3 frames",
        "fault 4 strikes nothing: frame 3 does not start in a run of 3 frames",
      ])
    scenario.faults = [.swap(stream: "skip", word: 6 * words - 1)]
    #expect(scenario.idleFaults(in: plan).count == 1)
    scenario.faults.append(.duplicate(stream: "in0", word: 0))
    #expect(scenario.idleFaults(in: plan).isEmpty)
    scenario.faults.removeLast()
    scenario.sources["in0"] = Scenario.Source(words: 1000)
    #expect(scenario.idleFaults(in: plan).isEmpty)
  }

  @Test func theDroppedWordLeaksIntoEveryFrameUntilAReset() throws {
    let hang = try report("frame-leak", "frame-leak-hang")
    #expect(
      hang.starvation.joined().hasSuffix("no more come: a fault drops word 37 of activations"))
    #expect(hang.outcome == .starved)
    #expect(hang.faultEffects.first?.effect == .never)
    #expect(hang.completedFrames == 2)
    let fixed = try report("frame-leak", "frame-leak-fixed")
    #expect(fixed.outcome == .complete)
    #expect(fixed.faultEffects.first?.effect == .heals)
    #expect(fixed.faultEffects.first?.frames == 1)
  }

  private func run(_ faults: [Fault]) throws -> HangReport {
    try HangReport(try plan("frame-leak"), scenario: Scenario(frames: 2, faults: faults))
  }

  @Test func faultsThatKeepTheCountHealOrAreMasked() throws {
    let swapped = try run([.swap(stream: "activations", word: 3)])
    #expect(swapped.outcome == .complete)
    #expect(swapped.faultEffects.first?.effect == .heals)
    let late = try run([.delay(stream: "activations", word: 3, cycles: 500)])
    let calm = try run([])
    #expect(late.outcome == .complete)
    #expect(late.faultEffects.first?.effect == .masked)
    #expect(calm.faultEffects.isEmpty)
    let twice = try run([.duplicate(stream: "activations", word: 3)])
    #expect(twice.faultEffects.first?.effect == .never)
    let flipped = try run([.corrupt(stream: "sums", word: 70, mask: "01")])
    #expect(flipped.faultEffects.first?.firstFrame == 1)
    let held = try run([.holdDMA(node: "DMA_out", from: 10, cycles: 1000)])
    #expect(held.outcome == .complete)
  }

  /// With parameters the values themselves are compared.
  @Test func faultsChangeTheValuesTheyStrike() throws {
    let path = TestFiles.repository("configs/tfc-w2a2.json")
    let design = try Design(json: TestFiles.data(path), file: path)
    let file = TestFiles.repository("configs/tfc-w2a2.npz")
    let parameters = ParameterStore(try NPZ(contentsOf: file))
    let plan = try Plan(design)
    func effect(_ faults: [Fault]) throws -> FaultEffect {
      try #require(
        try FaultMeasurement(
          plan, parameters: parameters, scenario: Scenario(frames: 4, faults: faults)
        ).effects().first)
    }
    let input = try #require(plan.design.graphInputs.first)
    let late = try effect([.delay(stream: input, word: 3, cycles: 9)])
    #expect(late.effect == .masked && late.isMeasured && late.missingFrames == 0)
    // A corrupted word touches its own frame at most.
    let flipped = try effect([.corrupt(stream: input, word: 1, mask: "ffffffffffff")])
    #expect(flipped.effect != .never)
    #expect(flipped.firstFrame ?? 0 == 0)
    // A lost word loses the last frame, unless the design is reset.
    #expect(try effect([.drop(stream: input, word: 0)]).missingFrames == 1)
    let reset = try effect([.drop(stream: input, word: 0), .reset(frame: 1)])
    #expect(reset.missingFrames == 1 && reset.effect == .heals && reset.frames == 1)
  }

  /// Every kind of fault with each effect it can have, compared word by word, twice with the same result.
  @Test func everyKindHasItsEffects() throws {
    var design = ResetTests.window(stride: 1, of: 4)
    design.nodes.insert(
      Node(
        name: "dma", opType: "IODMA_hls",
        attributes: [
          "NumChannels": .int(2), "dataType": .string("INT4"), "streamWidth": .int(8),
          "intfWidth": .int(8), "direction": .string("in"), "numInputVectors": .ints([1, 4, 4]),
        ], inputs: ["in0"], outputs: ["loaded"]), at: 0)
    design.nodes[1].inputs = ["loaded"]
    let plan = try Plan(design)
    func effect(_ fault: Fault) throws -> (RunResult.Outcome, FaultEffect) {
      let scenario = Scenario(frames: 4, faults: [fault])
      func once() throws -> HangReport {
        var report = try HangReport(plan, scenario: scenario)
        try report.measureFaults(plan, parameters: nil, scenario: scenario)
        return report
      }
      let report = try once()
      #expect(try once() == report)
      let effect = try #require(report.faultEffects.first)
      #expect(effect.isMeasured)
      return (report.outcome, effect)
    }
    func expect(
      _ fault: Fault, _ kind: FaultEffect.Kind, first: Int?, frames: Int? = nil, missing: Int = 0,
      sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
      let (outcome, seen) = try effect(fault)
      #expect(
        seen.effect == kind && seen.firstFrame == first && seen.frames == frames
          && seen.missingFrames == missing, "\(fault): \(seen)", sourceLocation: sourceLocation)
      #expect((outcome == .complete) == (missing == 0), sourceLocation: sourceLocation)
    }
    // 16 words a frame. A lost word is missing in the end: the design hangs. A surplus word shifts all.
    try expect(.drop(stream: "held", word: 20), .never, first: 1, missing: 1)
    try expect(.drop(stream: "held", word: 64), .masked, first: nil)
    try expect(.duplicate(stream: "held", word: 20), .never, first: 1)
    try expect(.duplicate(stream: "held", word: 63), .masked, first: nil)
    try expect(.swap(stream: "held", word: 20), .heals, first: 1, frames: 1)
    // Two words that change places over the border of two frames.
    try expect(.swap(stream: "held", word: 31), .heals, first: 1, frames: 2)
    try expect(.swap(stream: "held", word: 64), .masked, first: nil)
    try expect(.corrupt(stream: "held", word: 20, mask: "10"), .heals, first: 1, frames: 1)
    try expect(.corrupt(stream: "held", word: 20, mask: "00"), .masked, first: nil)
    try expect(.delay(stream: "held", word: 20, cycles: 999), .masked, first: nil)
    try expect(.stop(stream: "out0", from: 30, cycles: 999), .masked, first: nil)
    try expect(.holdDMA(node: "dma", from: 3, cycles: 999), .masked, first: nil)
    try expect(.burstOrder(node: "dma", burst: 2, beats: 8), .heals, first: 1, frames: 1)
    try expect(.burstOrder(node: "dma", burst: 9, beats: 8), .masked, first: nil)
  }

  @Test func faultsMoveHandshakesExactly() throws {
    let plan = try plan("frame-leak")
    func ends(_ faults: [Fault]) throws -> [Int] {
      try Simulation(plan, scenario: Scenario(frames: 2, faults: faults)).run().frameEnds["out0"]!
    }
    let calm = try ends([])
    // A stop after the last word changes nothing; one before the first moves everything.
    #expect(try ends([.stop(stream: "out0", from: calm[1] + 1, cycles: 50)]) == calm)
    #expect(
      try ends([.stop(stream: "in0", from: 0, cycles: 1000)]) == calm.map { $0 + 1000 })
    #expect(try ends([.delay(stream: "in0", word: 0, cycles: 7)]) == calm.map { $0 + 7 })
  }

  @Test func wrongFaultsAreNamed() throws {
    let plan = try plan("frame-leak")
    func problem(_ fault: Fault) -> String {
      inputError { _ = try HangReport(plan, scenario: Scenario(faults: [fault])) }
    }
    #expect(problem(.drop(stream: "activation", word: 1)).contains("did you mean 'activations'?"))
    #expect(problem(.holdDMA(node: "MVAU_0", from: 0, cycles: 1)).contains("DMA_out"))
    let text = #"{"format": "simrun-scenario", "version": 1, "faults": [{"kind": "dropp"}]}"#
    #expect(
      inputError { _ = try Scenario(json: Data(text.utf8), file: "s") }.contains("\"drop\""))
  }

  @Test func checkWritesWhatContinuousIntegrationReads() throws {
    let names = ["residual-hang", "residual-fixed", "word-count-hang"]
    let checks = names.map { name in
      DesignCheck(file: "\(name).json") { (try plan(name).design, nil, .calibrated) }
    }
    #expect(checks.map(\.hasFailed) == [true, false, true])
    #expect(DesignCheck.exitCode(checks) == 2)
    let formats = CheckFormats(checks)
    #expect(formats.junit.contains("<failure message=\"deadlock: AddStreams_0"))
    #expect(String(decoding: try formats.sarif(), as: UTF8.self).contains("\"ruleId\" : \"live\""))
    #expect(formats.summary.contains("residual-fixed.json: passed"))
    #expect(formats.annotations.count <= 10)
    #expect(formats.annotations.first?.hasPrefix("::error file=residual-hang.json") == true)
    let broken = DesignCheck(file: "x.json") { throw InputError("bad") }
    #expect(DesignCheck.exitCode([broken]) == 65)
    let slow = DesignCheck(file: "s", limits: CheckLimits(minFPS: 1e12)) {
      (try plan("residual-fixed").design, nil, Costing(nil))
    }
    #expect(DesignCheck.exitCode([slow]) == 3)
  }
}

extension Design {
  fileprivate func depth(of fifo: String) -> Int {
    if case .int(let depth)? = nodes.first(where: { $0.name == fifo })?.attributes["depth"] {
      depth
    } else {
      0
    }
  }
}
