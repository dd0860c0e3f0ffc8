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

  /// The same with FIFOs made by Vivado among them, which accept nothing before cycle 8: they are one stage
  /// with their neighbours all the same.
  @Test func fifosThatStartLateAgreeToo() throws {
    var late = 0
    for seed in 1...UInt64(600 * searchFactor) {
      let random = DesignGrower.make(seed: 50_000 + seed).withLateFIFOs(seed: seed)
      late += random.lateFIFOs
      let difference = try random.difference()
      #expect(difference == nil, "seed \(seed)\n\(smallest(random))")
      if difference != nil { return }
    }
    #expect(late > 300)
  }

  /// The smallest design like `random` that still differs, and in what.
  private func smallest(_ random: RandomCase) -> String {
    func difference(_ random: RandomCase) -> String? { (try? random.difference()) ?? nil }
    let small = random.shrunk { difference($0) != nil }
    return "smallest: \(difference(small) ?? "")\n\(small.summary)"
  }
}

extension RandomCase {
  /// The same with some of its FIFOs made by Vivado.
  func withLateFIFOs(seed: UInt64) -> RandomCase {
    var random = self
    var generator = SeededGenerator(seed: seed)
    for i in design.nodes.indices where design.nodes[i].isFIFO {
      guard Bool.random(using: &generator) else { continue }
      let depth = 1 << max(1, design.nodes[i].int("depth").ceilLog2)
      random.design.nodes[i].attributes["depth"] = .int(depth)
      random.design.nodes[i].attributes["impl_style"] = .string("vivado")
    }
    return random
  }

  var lateFIFOs: Int {
    design.nodes.count { $0.attributes["impl_style"] == .string("vivado") }
  }
}
