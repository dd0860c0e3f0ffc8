import DataflowSim
import Foundation

/// Times one design: cycles per second, nanoseconds per firing.
func seconds(_ body: () throws -> Void) rethrows -> Double {
  let start = cpuTime()
  try body()
  return cpuTime() - start
}

/// Processor time of this process: other load on the machine does not count.
func cpuTime() -> Double {
  var t = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t)
  return Double(t.tv_sec) + Double(t.tv_nsec) * 1e-9
}

let path = CommandLine.arguments[1]
let frames = CommandLine.arguments.count > 2 ? Int(CommandLine.arguments[2])! : 20
var design = try Design(contentsOf: path)
var plan: Plan!
let build = try seconds { plan = try Plan(design) }
let firings = 55812636
print("plan \(build*1e3)")
var act = 0
for _ in 0..<5 {
  var result: RunResult!
  let t = try seconds {
    let s = try Simulation(plan, scenario: Scenario(frames: frames)); result = s.run();
    act = s.activations
  }
  let cycles = result.frameEnds.values.first?.last ?? 0
  print(
    "\(frames) frames, \(result.outcome) \(cycles) cycles, \(t * 1e3) ms, \(Double(cycles) / t / 1e6) Mcycles/s, \(t * 1e9 / Double(firings * frames)) ns/firing, \(t*1e3/Double(frames)) ms/frame, \(act) activations"
  )
}
