import DataflowAnalysis
import DesignFiles
import Testing

struct FoldingSearchTests {
  /// At the rate of FINN's own folding the default costs no more and is no slower.
  @Test(arguments: ["lenet", "tfc-w1a1"]) func isNoWorseThanFINN(name: String) throws {
    var design = try FIFOSizingTests.design(name)
    design.part = design.part ?? "xc7z020clg400-1"
    let device = try Device.named(design.part!)
    let search = try FoldingSearch(design, goal: .framesPerSecond(2000), device: device)
    let finn = try #require(search.baseline)
    #expect(search.meetsGoal)
    #expect(search.chosen.framesPerSecond >= 2000)
    #expect(
      try Throughput(search.chosen.design).cyclesPerFrame == search.chosen.period.cyclesPerFrame)
    if finn.framesPerSecond >= 2000 {
      func share(_ r: Resources) -> Double {
        Double(r.lut) / Double(device.total.lut) + Double(r.bram18) / Double(device.total.bram18)
          + Double(r.dsp) / Double(device.total.dsp)
      }
      #expect(share(search.chosen.resources) <= share(finn.resources) * 1.0001)
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
    if let finn = search.baseline { #expect(search.chosen.period <= finn.period) }
  }
}
