import DataflowAnalysis
import Testing

import simrun

@Suite struct ProgressLineTests {
  private func line(_ step: WorkStep, _ seconds: Double, _ columns: Int) -> String {
    ProgressLine.text(step, seconds: seconds, columns: columns)
  }

  @Test func theLineNeverLeavesTheTerminal() {
    let steps = [
      WorkStep(phase: "simulating"),
      WorkStep(phase: "deepening FIFOs where a stretch is too slow", done: 4, total: 9),
      WorkStep(phase: "points", done: 123_456, total: 999_999, best: "123456.7 frames/s"),
      WorkStep(phase: String(repeating: "long ", count: 60), done: 1, total: 2, best: "x"),
    ]
    for columns in 5...200 {
      for step in steps {
        for seconds in [0, 3.5, 5000] {
          let text = line(step, seconds, columns)
          #expect(text.count < max(columns, 11), "\(columns): \(text)")
          #expect(!text.contains("\n"))
        }
      }
    }
  }

  @Test func theLineSaysShareRateTimeLeftAndTheBest() {
    let step = WorkStep(phase: "points", done: 25, total: 100, best: "312.5 frames/s")
    #expect(
      line(step, 10, 100)
        == "points [#####...............] 25/100, 30 s left, best 312.5 frames/s, 2.5/s")
    // What matters less goes first.
    #expect(line(step, 10, 60) == "points 25/100, 30 s left, best 312.5 frames/s, 2.5/s")
    #expect(line(step, 10, 30) == "points 25/100, 30 s left")
    #expect(line(step, 10, 24) == "points 25/100, 2.5/s")
    #expect(line(WorkStep(phase: "simulating"), 4, 80) == "simulating, 4 s")
    // What has not moved yet shows that time passes.
    let first = WorkStep(phase: "frames", done: 0, total: 2)
    #expect(line(first, 5, 80) == "frames [....................] 0/2, 5 s")
  }

  @Test func aPartIsToldAsAPart() {
    final class Heard: @unchecked Sendable { var steps: [WorkStep] = [] }
    let heard = Heard()
    WorkProgress.listening({ heard.steps.append($0) }) {
      WorkProgress.tell("outer", 1, of: 2)
      WorkProgress.part("folding 2", best: "9") { WorkProgress.tell("FIFOs", 3, of: 4) }
    }
    WorkProgress.tell("nobody hears")
    #expect(
      heard.steps == [
        WorkStep(phase: "outer", done: 1, total: 2),
        WorkStep(phase: "folding 2: FIFOs", done: 3, total: 4, best: "9"),
      ])
  }
}
