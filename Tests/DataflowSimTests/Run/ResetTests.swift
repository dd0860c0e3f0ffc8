import DataflowAnalysis
import Foundation
import Testing

/// Blocks that are reset between frames, and blocks that a reset fails to reach.
@Suite struct ResetTests {
  private func run(_ plan: Plan, _ frames: Int, _ faults: [Fault]) throws -> RunResult {
    try Simulation(
      plan, scenario: Scenario(frames: frames, faults: faults), observing: Observation(times: true)
    ).run()
  }

  /// A reset of everything is the beginning of time: the frames behind it come as if they were the
  /// first.
  @Test func aResetDesignStartsAsIfItWereNew() throws {
    var compared = 0
    for seed in 0..<60 as Range<UInt64> {
      let random = DesignGrower.make(
        seed: seed, style: RandomStyle(hasPatterns: false, frames: 3...3))
      let plan = try Plan(random.design)
      let fresh = try run(plan, 2, [])
      let reset = try run(plan, 3, [.reset(frame: 1)])
      let record = try #require(reset.resets.first)
      for (stream, times) in fresh.streams {
        let behind = reset.streams[stream, default: []].dropFirst(record.moved[stream] ?? 0)
        #expect(behind.map { $0 - record.cycle } == times, "seed \(seed), \(stream)")
      }
      // Naming every node is the same while nothing is lost on the way.
      let named = try run(plan, 3, [.reset(frame: 1, scope: .only(plan.design.nodes.map(\.name)))])
      if fresh.outcome == .complete { #expect(named.streams == reset.streams, "seed \(seed)") }
      compared += 1
    }
    #expect(compared == 60)
  }

  /// Padding puts out the border of the next image early; a window that uses no last row keeps it.
  static func window(stride: Int, of size: Int) -> Design {
    let padded = size + 2
    let out = (padded - 3) / stride + 1
    var design = Design(name: "border", part: "xczu7ev-ffvc1156-2-e")
    design.nodes = [
      Node(
        name: "fifo", opType: "StreamingFIFO_rtl",
        attributes: [
          "depth": .int(8), "folded_shape": .ints([1, size, size, 1, 2]),
          "dataType": .string("INT4"),
        ], inputs: ["in0"], outputs: ["held"]),
      Node(
        name: "pad", opType: "FMPadding_rtl",
        attributes: [
          "ImgDim": .ints([size, size]), "Padding": .ints([1, 1, 1, 1]), "NumChannels": .int(2),
          "SIMD": .int(2), "inputDataType": .string("INT4"), "numInputVectors": .int(1),
        ], inputs: ["held"], outputs: ["padded"]),
      Node(
        name: "window", opType: "ConvolutionInputGenerator_rtl",
        attributes: [
          "ConvKernelDim": .ints([3, 3]), "IFMDim": .ints([padded, padded]),
          "OFMDim": .ints([out, out]), "IFMChannels": .int(2), "SIMD": .int(2),
          "Stride": .ints([stride, stride]), "Dilation": .ints([1, 1]),
          "inputDataType": .string("INT4"), "outputDataType": .string("INT4"),
          "depthwise": .int(0), "parallel_window": .int(0), "is1D": .int(0),
        ], inputs: ["padded"], outputs: ["out0"]),
    ]
    design.graphInputs = ["in0"]
    design.graphOutputs = ["out0"]
    return design
  }

  private func effect(_ faults: [Fault], frames: Int = 4, stride: Int = 1) throws -> (
    report: HangReport, effect: FaultEffect
  ) {
    let plan = try Plan(Self.window(stride: stride, of: 4))
    let scenario = Scenario(frames: frames, faults: faults)
    var report = try HangReport(plan, scenario: scenario)
    let guess = try #require(report.faultEffects.first)
    try report.measureFaults(plan, parameters: nil, scenario: scenario)
    let effect = try #require(report.faultEffects.first)
    #expect(effect.isMeasured && !guess.isMeasured)
    // What is not touched is right; what is wrong was said to be in danger.
    if guess.effect == .masked { #expect(effect.effect == .masked) }
    if let first = effect.firstFrame { #expect(first >= guess.firstFrame ?? .max) }
    return (report, effect)
  }

  @Test func anEmptyBlockForgetsNothing() throws {
    let (report, effect) = try effect([.reset(frame: 2, scope: .only(["fifo"]))])
    #expect(report.outcome == .complete && effect.effect == .masked && effect.missingFrames == 0)
  }

  @Test func aBlockThatIsAheadShiftsEveryLaterFrame() throws {
    // The early border comes twice: every window behind it is stale, and none heals.
    let (report, effect) = try effect([.reset(frame: 2, scope: .only(["pad"]))])
    #expect(report.outcome == .complete)
    #expect(effect.effect == .never && effect.firstFrame == 2, "\(effect)")
    // A reset of everything heals it.
    let healed = try self.effect([.reset(frame: 1, scope: .only(["pad"])), .reset(frame: 2)])
    #expect(healed.effect.effect == .heals && healed.effect.frames == 1)
    #expect(healed.effect.firstFrame == 1)
  }

  @Test func aBlockThatFailsToBeResetLacksWhatItHadGiven() throws {
    // It has put out a border that all others forget; the border of the next image takes its place.
    let (report, effect) = try effect([.reset(frame: 2, scope: .except(["pad"]))])
    #expect(report.outcome == .complete, "\(report.outcome)")
    #expect(
      effect.missingFrames == 0 && effect.firstFrame == 2 && effect.effect == .never, "\(effect)")
    let clean = try self.effect([.reset(frame: 2, scope: .except(["fifo"]))])
    #expect(clean.report.outcome == .complete && clean.effect.effect == .masked)
  }

  @Test func leftOverWordsOfALostFrameComeOut() throws {
    // After a lost word the window holds most of an image. The reset does not reach it.
    let lost = Fault.drop(stream: "held", word: 3)
    let all = try effect([lost, .reset(frame: 1)])
    #expect(all.effect.missingFrames == 1 && all.report.outcome == .complete)
    let stale = try effect([lost, .reset(frame: 1, scope: .except(["window"]))])
    #expect(stale.effect.effect == .never && stale.effect.firstFrame == 0)
  }

  @Test func resetsAreReadAndWritten() throws {
    let faults: [Fault] = [
      .reset(frame: 1), .reset(frame: 2, scope: .only(["a"])),
      .reset(frame: 3, scope: .except(["a", "b"])),
    ]
    let scenario = Scenario(frames: 4, faults: faults)
    #expect(try Scenario(json: scenario.json(), file: "s") == scenario)
    let both =
      #"{"format": "simrun-scenario", "version": 1, "faults": [{"kind": "reset", "frame": 1,"#
      + #" "only": ["a"], "except": ["b"]}]}"#
    #expect(
      inputError { _ = try Scenario(json: Data(both.utf8), file: "s") }.contains("contradict"))
    let plan = try Plan(Self.window(stride: 1, of: 4))
    let wrong = inputError {
      _ = try HangReport(
        plan, scenario: Scenario(faults: [.reset(frame: 1, scope: .only(["pads"]))]))
    }
    #expect(wrong.contains("did you mean 'pad'?"))
  }
}
