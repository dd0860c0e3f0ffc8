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
