import DataflowAnalysis
import Foundation
import Testing

/// What a certificate promises, tried against stall patterns. `SIMRUN_FUZZ` makes the search longer.
@Suite struct CertificateTests {
  /// No stall pattern stops a certified design: measured residual designs around their critical depth.
  @Test func noPatternStopsACertifiedGoldenDesign() throws {
    var certified = 0
    for golden in try GoldenCase.load("composite") where golden.design.nodes.count < 24 {
      let depth = golden.name.split(separator: "_").last.flatMap { Int($0.dropFirst()) } ?? 0
      guard depth <= 20 else { continue }
      let plan = try Plan(golden.design)
      guard try Certificate(plan, budget: Self.proofAlone).verdict == .live else { continue }
      certified += 1
      try expectLive(plan, golden.name, patterns: 2, seed: UInt64(certified))
    }
    #expect(certified > 40)
  }

  @Test func noPatternStopsACertifiedBranch() throws {
    var verdicts: [Certificate.Verdict: Int] = [:]
    var random = SeededGenerator(seed: 7)
    for index in 0..<70 * searchFactor {
      let plan = try Plan(RandomBranches.design(&random))
      var budget = CertificateBudget()
      budget.patterns = 12
      budget.seed = UInt64(index)
      let certificate = try Certificate(plan, budget: budget)
      verdicts[certificate.verdict, default: 0] += 1
      switch certificate.verdict {
      case .live: try expectLive(plan, "branch \(index)", patterns: 4, seed: UInt64(index))
      case .fragile:
        let witness = try #require(certificate.witness)
        #expect(try Simulation(plan, scenario: witness).run().outcome != .complete)
      case .none: break
      }
      // The depths that are said to make it certain do.
      guard certificate.verdict != .live, !certificate.certainDepths.isEmpty else { continue }
      let certain = plan.replacingFIFODepths { certificate.certainDepths[$0] ?? $1 }
      #expect(try Certificate(certain, budget: Self.proofAlone).verdict == .live, "branch \(index)")
    }
    #expect(verdicts[.live, default: 0] > 10, "\(verdicts)")
    #expect(verdicts[.fragile, default: 0] > 2, "\(verdicts)")
  }

  /// Designs of any blocks: what hangs under its own stimulus is refused, what is certified runs.
  @Test func noPatternStopsACertifiedRandomDesign() throws {
    var (live, hanging) = (0, 0)
    for seed in 0..<UInt64(300 * searchFactor) {
      let random = DesignGrower.make(seed: 9_000 + seed)
      let plan = try Plan(random.design)
      var scenario = random.scenario
      scenario.maxCycles = nil
      for name in scenario.sources.keys { scenario.sources[name]?.words = nil }
      let isFair =
        !scenario.sources.values.contains { $0.pattern.isNever }
        && !scenario.sinks.values.contains { $0.pattern.isNever }
      let outcome = try Simulation(plan, scenario: scenario).run().outcome
      let verdict = try Certificate(plan, budget: Self.proofAlone).verdict
      if verdict == .live {
        live += 1
        #expect(outcome == .complete || !isFair, "seed \(seed)")
        try expectLive(plan, "seed \(seed)", patterns: 2, seed: seed)
      } else if outcome != .complete {
        hanging += 1
      }
    }
    #expect(live > 100 && hanging > 10, "\(live) live, \(hanging) hang")
  }

  /// Enough to tell whether there is a proof.
  private static let proofAlone: CertificateBudget = {
    var budget = CertificateBudget()
    budget.patterns = 0
    return budget
  }()

  /// Tries `patterns` patterns, one of them aimed at what the FIFOs do.
  private func expectLive(_ plan: Plan, _ name: String, patterns: Int, seed: UInt64) throws {
    let stalls = StallPatterns(plan.design, frames: 3, seed: seed)
    let aimed = try AimedStalls(plan, base: Scenario(frames: 3), seed: seed)
    for index in 0..<patterns * searchFactor {
      // The kinds of blind patterns take turns over the designs.
      let scenario =
        try index % patterns == 0 ? aimed.scenario(index) : stalls[index + Int(seed % 6)]
      let outcome = try Simulation(plan, scenario: scenario).run().outcome
      #expect(outcome == .complete, "\(name), seed \(seed), pattern \(index)")
    }
  }
}

/// Fork-join designs with random blocks and depths, many of them at the edge of a deadlock.
private enum RandomBranches {
  static func design(_ random: inout SeededGenerator) -> Design {
    let size = Int.random(in: 4...6, using: &random)
    var builder = Builder(size: size)
    let bypass = Int.random(in: 1...18, using: &random)
    builder.add("Fork", [:], from: ["in0"], to: ["a0", "b0"])
    var branch = "a0"
    builder.add(
      "FMPadding_rtl",
      [
        "ImgDim": .ints([size, size]), "Padding": .ints([1, 1, 1, 1]), "NumChannels": .int(2),
        "SIMD": .int(2), "inputDataType": .string("INT4"), "numInputVectors": .int(1),
      ], from: [branch], to: ["a1"])
    builder.add(
      "ConvolutionInputGenerator_rtl",
      [
        "ConvKernelDim": .ints([3, 3]), "IFMDim": .ints([size + 2, size + 2]),
        "OFMDim": .ints([size, size]), "IFMChannels": .int(2), "SIMD": .int(2),
        "Stride": .ints([1, 1]), "Dilation": .ints([1, 1]), "inputDataType": .string("INT4"),
        "outputDataType": .string("INT4"), "depthwise": .int(0), "parallel_window": .int(0),
        "is1D": .int(0),
      ], from: ["a1"], to: ["a2"])
    branch = builder.core(rows: 18, simd: 2, columns: 2, pe: 2, from: "a2")
    var skip = "b0"
    if Bool.random(using: &random) { skip = builder.fifo(bypass, from: skip) }
    for _ in 0..<Int.random(in: 0...2, using: &random) {
      let simd = Bool.random(using: &random) ? 2 : 1
      if simd == 1 { skip = builder.converter(8, 4, from: skip) }
      let pe = simd
      skip = builder.core(rows: 2, simd: simd, columns: 2, pe: pe, from: skip)
      if pe == 1 { skip = builder.converter(4, 8, from: skip) }
    }
    skip = builder.fifo(max(2, bypass / 2), from: skip)
    builder.add("Join", [:], from: [branch, skip], to: ["out0"])
    var design = builder.design
    design.graphInputs = ["in0"]
    design.graphOutputs = ["out0"]
    return design
  }

  private struct Builder {
    let size: Int
    var design = Design(name: "random", part: "xczu7ev-ffvc1156-2-e")
    private var streams = 0

    init(size: Int) { self.size = size }

    mutating func add(
      _ op: String, _ attributes: [String: AttributeValue], from inputs: [String],
      to outputs: [String]
    ) {
      design.nodes.append(
        Node(
          name: "n\(design.nodes.count)", opType: op, attributes: attributes, inputs: inputs,
          outputs: outputs))
    }

    private mutating func stream() -> String {
      streams += 1
      return "s\(streams)"
    }

    mutating func fifo(_ depth: Int, from input: String) -> String {
      let output = stream()
      add(
        "StreamingFIFO_rtl",
        [
          "depth": .int(max(2, depth)), "folded_shape": .ints([1, size, size, 1, 2]),
          "normal_shape": .ints([1, size, size, 2]), "dataType": .string("INT4"),
        ], from: [input], to: [output])
      return output
    }

    mutating func converter(_ from: Int, _ to: Int, from input: String) -> String {
      let output = stream()
      add(
        "StreamingDataWidthConverter_rtl",
        [
          "shape": .ints([1, size, size, 2]), "inWidth": .int(from), "outWidth": .int(to),
          "dataType": .string("INT4"),
        ], from: [input], to: [output])
      return output
    }

    mutating func core(rows: Int, simd: Int, columns: Int, pe: Int, from input: String) -> String {
      let output = stream()
      add(
        "MVAU_rtl",
        [
          "PE": .int(pe), "SIMD": .int(simd), "MW": .int(rows), "MH": .int(columns),
          "inputDataType": .string("INT4"), "weightDataType": .string("INT4"),
          "outputDataType": .string("INT4"), "accDataType": .string("INT16"),
          "noActivation": .int(1), "mem_mode": .string("internal_decoupled"),
          "weight_stream": .string("always"), "numInputVectors": .ints([1, size, size]),
        ], from: [input], to: [output])
      return output
    }
  }
}
