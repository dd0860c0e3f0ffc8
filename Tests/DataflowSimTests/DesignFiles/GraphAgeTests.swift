import DesignFiles
import DataflowAnalysis
import Foundation
import ONNXFormat
import Testing

@Suite struct GraphAgeTests {
  private func age(
    _ opType: String, _ attributes: [ONNXAttributeProto] = [], domain: String = neutralDomain,
    options: ImportOptions = .init()
  ) throws -> FINNGeneration {
    var model = TestModel()
    model.add(opType, ["in"], ["out"], domain: domain, attributes)
    return try model.load(options).design.finnGeneration
  }

  @Test func namesTellTheRelease() throws {
    #expect(try age("StreamingFCLayer_Batch") == .v0_7)
    #expect(try age("LabelSelect_Batch") == .v0_9)
    #expect(try age("MatrixVectorActivation") == .v0_9)
    #expect(try age("MatrixVectorActivation", [intAttribute("inFIFODepth", 2)]) == .v0_8)
    #expect(try age("FMPadding_rtl") == .v0_9)
    #expect(try age("FMPadding_rtl", domain: neutralDomain + ".rtl") == .v0_10)
    #expect(try age("FMPadding") == .v0_10)
    #expect(try age("ConvolutionInputGenerator", [intAttribute("ConvKernelDim", 3)]) == .v0_5)
    #expect(try age("Requant_rtl", domain: neutralDomain + ".rtl") == .dev2026_04)
    #expect(try age("AddCLSToken_rtl", domain: neutralDomain + ".rtl") == .dev2026_08)
  }

  @Test func theOptionWins() throws {
    #expect(try age("FMPadding", options: ImportOptions(finnGeneration: .v0_7)) == .v0_7)
  }
}
