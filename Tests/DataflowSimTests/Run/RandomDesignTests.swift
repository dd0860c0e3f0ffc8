import DataflowAnalysis
import Foundation
import Testing

/// Random networks: the engine agrees with the cycle stepper on every handshake of every stream.
@Suite struct RandomDesignTests {
  @Test(arguments: 0..<4)
  func engineAgreesWithTheCycleStepper(part: Int) throws {
    let first = ProcessInfo.processInfo.environment["SIMRUN_SEED"].flatMap { UInt64($0) } ?? 1
    for i in 0..<UInt64(500 * searchFactor) {
      let seed = first + 4 * i + UInt64(part)
      let random = DesignGrower.make(seed: seed)
      let difference = try random.difference()
      #expect(difference == nil, "seed \(seed)\n\(smallest(random))")
      if difference != nil { return }
    }
  }

  /// The smallest design like `random` that still differs, and in what.
  private func smallest(_ random: RandomCase) -> String {
    func difference(_ random: RandomCase) -> String? { (try? random.difference()) ?? nil }
    let small = random.shrunk { difference($0) != nil }
    return "smallest: \(difference(small) ?? "")\n\(small.summary)"
  }
}
