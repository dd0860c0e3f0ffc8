import DataflowAnalysis
import DesignFiles
import Testing

struct FoldingSearchTests {
  /// At the rate that FINN's own folding reaches the default costs no more and is no slower.
  @Test(arguments: ["lenet", "tfc-w1a1"]) func isNoWorseThanFINN(name: String) throws {
    var design = try FIFOSizingTests.design(name)
    design.part = design.part ?? "xc7z020clg400-1"
    let device = try Device.named(design.part!)
    var options = FoldingSearch.Options()
    options.algorithm = .finn
    let finn = try FoldingSearch(
      design, goal: .framesPerSecond(2000), device: device, options: options
    ).chosen
    let search = try FoldingSearch(
      design, goal: .framesPerSecond(finn.framesPerSecond), device: device)
    let mine = search.chosen
    #expect(search.meetsGoal)
    #expect(mine.period <= finn.period)
    #expect(try Throughput(mine.design).cyclesPerFrame == mine.period.cyclesPerFrame)
    func share(_ r: Resources) -> Double {
      Double(r.lut) / Double(device.total.lut) + Double(r.bram18) / Double(device.total.bram18)
        + Double(r.dsp) / Double(device.total.dsp)
    }
    #expect(share(mine.resources) <= share(finn.resources) * 1.0001)
  }

  /// Deep FIFOs are written as Vivado's, which answer later than shift registers do.
  @Test func theLatencyIsThatOfTheDesignThatIsWritten() throws {
    var design = try FIFOSizingTests.design("resnet-small")
    design.part = "xc7z020clg400-1"
    let search = try FoldingSearch(
      design, goal: .framesPerSecond(3000), device: try Device.named(design.part!))
    for candidate in [search.chosen, try #require(search.baseline)] {
      let deep = candidate.design.nodes.filter { $0.attributes["impl_style"] == .string("vivado") }
      #expect(!deep.isEmpty)
      let run = try Simulation(Plan(candidate.design), scenario: Scenario(frames: 1)).run()
      #expect(candidate.latency == run.frameEnds.values.compactMap(\.first).max().map { $0 + 1 })
    }
  }

  @Test func fillsThePart() throws {
    var design = try FIFOSizingTests.design("lenet")
    design.part = "xc7z020clg400-1"
    var options = FoldingSearch.Options()
    options.reserve = 0.5
    let search = try FoldingSearch(
      design, goal: .highest, device: try Device.named(design.part!), options: options)
    #expect(search.meetsGoal)
    #expect(search.chosen.resources.lut <= 26600 && search.chosen.resources.bram18 <= 140)
    let finn = try #require(search.baseline)
    #expect(search.chosen.period <= finn.period)
  }

  /// FINN folds until a layer takes fewer cycles than the target, so a layer that takes just as many is folded on.
  @Test func theRuleOfFINNStopsBelowItsTarget() throws {
    let layer = Node(
      name: "Layer", opType: "MVAU_rtl",
      attributes: [
        "MW": .int(64), "MH": .int(4), "PE": .int(1), "SIMD": .int(1),
        "inputDataType": .string("INT4"), "weightDataType": .string("INT4"),
        "outputDataType": .string("INT16"), "noActivation": .int(1),
      ], inputs: ["in"], outputs: ["out"])
    let design = Design(
      name: "one", part: "xczu7ev-ffvc1156-2-e", nodes: [layer], graphInputs: ["in"],
      graphOutputs: ["out"])
    var options = FoldingSearch.Options()
    options.algorithm = .finn
    // 100 MHz over 64 cycles.
    let search = try FoldingSearch(
      design, goal: .framesPerSecond(1_562_500), device: nil, options: options)
    let folded = try #require(search.chosen.design.nodes.first { $0.name == "Layer" })
    #expect(try design.block(of: folded).expectedCycles < 64)
    var rule = try SetFolding(targetCycles: 64).folded(design).nodes[0]
    rule.name = "Layer"
    #expect(folded.attributes["SIMD"] == rule.attributes["SIMD"])
    #expect(folded.attributes["PE"] == rule.attributes["PE"])
  }

  /// FINN's rule gives a VVAU_hls several channels of SIMD, which FINN's code generation refuses: such a folding is
  /// not chosen while there is another.
  @Test func whatCannotBeBuiltIsNotChosen() throws {
    let window = Node(
      name: "Window", opType: "ConvolutionInputGenerator_rtl",
      attributes: [
        "ConvKernelDim": .ints([3, 3]), "IFMChannels": .int(4), "IFMDim": .ints([6, 6]),
        "OFMDim": .ints([4, 4]), "SIMD": .int(1), "Stride": .ints([1, 1]),
        "Dilation": .ints([1, 1]), "inputDataType": .string("INT4"),
        "outputDataType": .string("INT4"), "depthwise": .int(1),
      ], inputs: ["in"], outputs: ["w"])
    let layer = Node(
      name: "Layer", opType: "VVAU_hls",
      attributes: [
        "Channels": .int(4), "Kernel": .ints([3, 3]), "Dim": .ints([4, 4]), "PE": .int(1),
        "SIMD": .int(1), "inputDataType": .string("INT4"), "weightDataType": .string("INT4"),
        "accDataType": .string("INT12"), "outputDataType": .string("INT12"),
        "noActivation": .int(1),
      ], inputs: ["w"], outputs: ["out"])
    let design = Design(
      name: "two", part: "xczu7ev-ffvc1156-2-e", nodes: [window, layer], graphInputs: ["in"],
      graphOutputs: ["out"])
    let device = try Device.named("xczu7ev-ffvc1156-2-e")
    for target in [40.0, 60, 120, 200, 400] {
      let search = try FoldingSearch(
        design, goal: .framesPerSecond(100e6 / target), device: device)
      let found = try DesignFacts(search.chosen.design).graphDiagnostics
      #expect(!found.contains { $0.code == "SR306" }, "\(target): \(found.map(\.message))")
    }
  }

  /// What cannot be reached is said, with the fastest there is.
  @Test func aGoalBeyondEveryFoldingIsMissed() throws {
    let search = try FoldingSearch(
      FIFOSizingTests.design("lenet"), goal: .framesPerSecond(90e6), device: nil)
    #expect(!search.meetsGoal)
    #expect(search.fasterFolding == nil)
    #expect(search.chain.first?.cycles ?? 0 > 1)
  }

  /// An attribute that folds other blocks is named with the reason, and stays.
  @Test func whatCannotBeFoldedIsSaid() throws {
    let design = try FIFOSizingTests.design("lenet")
    let search = try FoldingSearch(design, goal: .framesPerSecond(1000), device: nil)
    let pools = design.nodes.filter { $0.opType == "StreamingMaxPool_hls" }
    #expect(!pools.isEmpty)
    for pool in pools {
      let fixed = try #require(search.fixed.first { $0.node == pool.name })
      #expect(fixed.attribute == "PE" && fixed.reason.contains("whole pixels"))
      let now = try #require(search.chosen.design.nodes.first { $0.name == pool.name })
      #expect(now.attributes["PE"] == pool.attributes["PE"])
    }
    #expect(
      Set(search.fixed.map(\.node)).isDisjoint(with: search.layers.filter(\.isChanged).map(\.node)))
  }

  /// Whoever is interrupted has FINN's folding at least.
  @Test func candidatesOfFINNAreTold() throws {
    final class Told: @unchecked Sendable { var candidates: [FoldingSearch.Candidate] = [] }
    let told = Told()
    var options = FoldingSearch.Options()
    options.algorithm = .finn
    options.improved = { told.candidates.append($0) }
    let search = try FoldingSearch(
      FIFOSizingTests.design("tfc-w1a1"), goal: .framesPerSecond(1000), device: nil,
      options: options)
    #expect(told.candidates.last?.period == search.chosen.period)
    #expect(told.candidates.allSatisfy { $0.algorithm == .finn })
  }

  @Test(arguments: [0, -1, 1e9]) func goalsNobodyMeansAreRefused(fps: Double) throws {
    let design = try FIFOSizingTests.design("tfc-w1a1")
    #expect(throws: InputError.self) {
      try FoldingSearch(design, goal: .framesPerSecond(fps), device: nil)
    }
  }

  @Test func theHighestRateNeedsAPart() throws {
    let design = try FIFOSizingTests.design("tfc-w1a1")
    let error = #expect(throws: InputError.self) {
      try FoldingSearch(design, goal: .highest, device: nil)
    }
    #expect(error?.hint?.contains("--part") == true)
  }
}
