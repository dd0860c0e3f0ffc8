import DataflowAnalysis
import Testing

/// The stepper is an oracle only if it agrees with the measured hardware itself.
@Suite struct StepperGoldenTests {
  // The whole builds are too long for it.
  @Test(
    arguments: GoldenCase.kinds.filter { $0 != "hls_networks" } + GoldenCase.developmentKinds)
  func stepperReproducesMeasuredHandshakes(kind: String) throws {
    var compared = 0
    for golden in try GoldenCase.load(kind) where golden.design.nodes.count < 60 {
      // The stepper is slow: long cases are left out, and two stimuli are enough.
      let words = try Plan(golden.design).wordsPerFrame
      for (name, run) in golden.runs.suffix(2) where run.lastCycle < 3000 {
        let sources = run.scenario.sources
        var offered: [String: Int] = [:]
        for input in golden.design.graphInputs {
          let source = sources[input]
          offered[input] =
            source?.endless == true
            ? .max : source?.words ?? words[input, default: 0] * run.scenario.frames
        }
        var scenario = run.scenario
        scenario.maxCycles = run.until ?? scenario.maxCycles
        let stepped = try CycleStepper(golden.design, scenario, words: offered).run()
        for (stream, expected) in run.handshakes {
          let got = (stepped.streams[stream] ?? []).filter { $0 < run.until ?? .max }
          let same = zip(got, expected).prefix { $0 == $1 }.count
          #expect(
            got == expected, "\(golden.name)/\(name), stream \(stream) differs from word \(same) on"
          )
          compared += expected.count
        }
      }
    }
    #expect(compared > 0)
  }
}

extension GoldenRun {
  fileprivate var lastCycle: Int { handshakes.values.compactMap(\.last).max() ?? 0 }
}
