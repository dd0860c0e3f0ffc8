import DataflowAnalysis
import Foundation
import Testing

/// Hangs that were measured on the RTL: explained, with the depth that was measured to free them.
@Suite struct GoldenHangTests {
  private static func composites() throws -> [GoldenCase] { try GoldenCase.load("composite") }

  /// Smallest bypass depth that runs; docs/reference/rtl-rules.md#composition.
  private static let smallest = ["res1": 19, "res2": 11, "res2d": 11, "rate3": 12]

  @Test func everyShallowBypassGetsTheMeasuredDepth() throws {
    var options = HangOptions()
    options.certifies = false
    var checked = 0
    for golden in try Self.composites() {
      let family = String(golden.name.prefix { $0 != "_" })
      guard let depth = Self.smallest[family] else { continue }
      for (name, run) in golden.runs where run.fields["outcome"]?.string == "deadlock" {
        let report = try HangReport(
          try Plan(golden.design), scenario: run.scenario, options: options)
        #expect(report.outcome == .deadlock, "\(golden.name)/\(name)")
        let fix = report.fixes.first { $0.fifo == "bypass" }
        #expect(fix?.minimalDepth == depth, "\(golden.name)/\(name)")
        #expect(fix?.isConfirmed == true, "\(golden.name)/\(name)")
        #expect(report.minimalTotal?.depths == ["bypass": depth], "\(golden.name)/\(name)")
        checked += 1
      }
    }
    #expect(checked > 60)
  }

  @Test func everyMeasuredDeadlockIsExplained() throws {
    for golden in try Self.composites() {
      let plan = try Plan(golden.design)
      for (name, run) in golden.runs where run.fields["outcome"]?.string == "deadlock" {
        let report = try HangReport(plan, scenario: run.scenario)
        let label = "\(golden.name)/\(name)"
        #expect(report.outcome == .deadlock, "\(label)")
        #expect(report.cycle == run.fields["last_handshake_cycle"]?.int, "\(label)")
        #expect(report.waitCycle.count >= 2, "\(label)")
        #expect(report.waitCycle.contains { $0.waitsFor == .room }, "\(label)")
        #expect(report.waitCycle.contains { $0.waitsFor == .word }, "\(label)")
        #expect(report.firstBlocked != nil, "\(label)")
        #expect(report.minimalTotal != nil, "\(label): \(report.chain ?? "")")
        if name == "a" {
          #expect(
            report.fixes.contains { $0.minimalDepth != nil }, "\(label): \(report.chain ?? "")")
        }
      }
    }
  }

  /// No certificate for a design that was seen to hang; and wherever one is given, no recorded run
  /// hangs.
  @Test func noDesignThatHangsIsCertified() throws {
    var verdicts: [String: Int] = [:]
    for golden in try Self.composites() {
      let certificate = try Certificate(try Plan(golden.design))
      verdicts[certificate.verdict.rawValue, default: 0] += 1
      if golden.runs.contains(where: { $0.run.fields["outcome"]?.string == "deadlock" }) {
        #expect(certificate.verdict != .live, "\(golden.name)")
      } else if ProcessInfo.processInfo.environment["SIMRUN_VERBOSE"] != nil,
        certificate.verdict != .live
      {
        print(golden.name, certificate.verdict, certificate.reason)
      }
    }
    #expect(verdicts["live", default: 0] > 100, "\(verdicts)")
  }

  @Test func theExplanationReadsAsAChain() throws {
    let golden = try #require(try Self.composites().first { $0.name == "res1_D18" })
    let report = try HangReport(try Plan(golden.design), scenario: golden.runs[0].run.scenario)
    #expect(
      report.chain
        == "join waits for a word on f_a1.o (empty) ← c0_mvu waits for a word on c0_fs.o (empty) ← "
        + "c0_swg waits for a word on c0_fp.o (empty) ← c0_pad waits for a word on f_a0.o (empty) ← "
        + "fork waits for room on fork.b (full, 18/18) ← join")
    #expect(report.firstBlocked?.word == 18)
    #expect(report.firstBlocked?.stream == "fork.b")
    #expect(report.cycle == 49)
  }

  /// A bypass of two FIFOs with a thresholding between them: its words lie in both.
  @Test func whereTheWordsAreIsSaid() throws {
    var design = try #require(try Self.composites().first { $0.name == "res1_D18" }).design
    let bypass = try #require(design.nodes.firstIndex { $0.name == "bypass" })
    var behind = design.nodes[bypass]
    behind.name = "behind"
    behind.inputs = ["between"]
    design.nodes[bypass].outputs = ["before"]
    let between = Node(
      name: "thr", opType: "Thresholding_rtl",
      attributes: [
        "NumChannels": .int(4), "PE": .int(2), "numInputVectors": .ints([1, 8, 8]),
        "numSteps": .int(15), "inputDataType": .string("UINT4"), "weightDataType": .string("UINT4"),
        "outputDataType": .string("UINT4"), "ActVal": .int(0),
      ], inputs: ["before"], outputs: ["between"])
    design.nodes.insert(contentsOf: [between, behind], at: bypass + 1)
    for fifo in [bypass, bypass + 2] { design.nodes[fifo].attributes["depth"] = .int(2) }
    let report = try HangReport(Plan(design))
    let room = try #require(report.waitCycle.first { $0.waitsFor == .room })
    #expect(room.fifos == ["bypass", "behind"])
    #expect(room.through == ["thr"])
    #expect(
      room.sentence
        == "fork waits for room on fork.b (full, 4/4 in bypass, behind, with thr between)")
  }

  /// However long a run would be, no more of it is looked at than tells what happens.
  @Test func longRunsCostNothing() throws {
    let golden = try Self.composites()
    let hanging = try #require(golden.first { $0.name == "res1_D18" })
    let running = try #require(golden.first { $0.name == "res1_D20" })
    var endless = Scenario(maxCycles: 1_000_000_000_000)
    endless.sources[running.design.graphInputs[0]] = Scenario.Source(endless: true)
    let many = Scenario(frames: 1_000_000_000)
    for scenario in [endless, many] {
      let stuck = try HangReport(Plan(hanging.design), scenario: scenario)
      #expect(stuck.outcome == .deadlock && stuck.cycle == 49)
      let sound = try HangReport(Plan(running.design), scenario: scenario)
      #expect(sound.outcome == .complete && sound.completedFrames == sound.frames)
    }
    #expect(
      try Stress(Plan(running.design), base: endless, frames: 2).run(4).finding == nil)
  }

  /// FIFOs made by Vivado are powers of two and hold two words more. The depth that is named is one of these, and what
  /// is said of it holds for the design that is built with it.
  @Test func depthsOfVivadoFIFOsCanBeBuilt() throws {
    var checked = 0
    for golden in try Self.composites() where golden.name.hasPrefix("res") {
      var design = golden.design
      guard let bypass = design.nodes.firstIndex(where: { $0.name == "bypass" }) else { continue }
      design.nodes[bypass].attributes["impl_style"] = .string("vivado")
      func built(_ depth: Int) throws -> Throughput {
        var built = design
        built.nodes[bypass].attributes["depth"] = .int(depth)
        return try Throughput(built)
      }
      for depth in [2, 3, 4, 5] {
        design.nodes[bypass].attributes["depth"] = .int(depth)
        let report = try HangReport(Plan(design))
        guard report.outcome == .deadlock,
          let fix = report.fixes.first(where: { $0.fifo == "bypass" }), let least = fix.minimalDepth
        else { continue }
        let label = "\(golden.name), depth \(depth): \(least)"
        #expect(fix.depth == depth, "\(label)")
        #expect(least & (least - 1) == 0, "\(label)")
        let now = try built(least)
        #expect(now.outcome == .complete, "\(label)")
        #expect(fix.cyclesPerFrame == now.cyclesPerFrame, "\(label)")
        #expect(try built(least / 2).outcome == .deadlock, "\(label)")
        if let joint = report.minimalTotal, joint.depths == ["bypass": least] {
          #expect(joint.addedWords == least - [2, 4, 4, 8][depth - 2], "\(label)")
        }
        checked += 1
      }
    }
    #expect(checked > 20, "\(checked)")
  }
}
