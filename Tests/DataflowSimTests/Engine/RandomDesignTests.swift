import DataflowSim
import Foundation
import Testing

/// How much longer than by default random tests search; the environment variable `SIMRUN_FUZZ`.
let searchFactor = ProcessInfo.processInfo.environment["SIMRUN_FUZZ"].flatMap { Int($0) } ?? 1

/// Random networks: the engine agrees with the cycle stepper on every handshake of every stream.
@Suite struct RandomDesignTests {
  @Test(arguments: 0..<4)
  func engineAgreesWithTheCycleStepper(part: Int) throws {
    let first = ProcessInfo.processInfo.environment["SIMRUN_SEED"].flatMap { UInt64($0) } ?? 1
    for i in 0..<UInt64(500 * searchFactor) {
      let seed = first + 4 * i + UInt64(part)
      let random = DesignGrower.make(seed: seed)
      guard let difference = try random.difference() else { continue }
      let small = random.shrunk { (try? $0.difference()) ?? nil != nil }
      Issue.record(
        "seed \(seed): \(difference)\nsmallest: \(try small.difference() ?? "")\n\(small.summary)")
      return
    }
  }
}
