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

  /// Attributes that only the development branch declares tell it, whatever their values.
  @Test(arguments: ["dynamic_input", "pumpedMemory", "mlo_max_iter"])
  func attributesTellTheBranch(_ name: String) throws {
    let attributes = [
      intAttribute("MW", 4), intAttribute("MH", 4), intAttribute("PE", 1), intAttribute("SIMD", 1),
      intAttribute(name, 0),
    ]
    let domain = neutralDomain + ".hls"
    #expect(try age("MVAU_hls", attributes, domain: domain) == .dev2026_04)
    #expect(try age("MVAU_hls", Array(attributes.dropLast()), domain: domain) == .v0_10)
  }

  /// Nothing tells: the last release, and the design says so; unless the user or the file does.
  @Test func whatNothingTellsIsAssumed() throws {
    func isAssumed(_ opType: String, _ options: ImportOptions = .init(), _ stated: String? = nil)
      throws -> Bool
    {
      var model = TestModel()
      model.add(opType, ["in"], ["out"])
      model.metadata["finn_generation"] = stated
      let design = try model.load(options).design
      #expect(stated == nil || design.finnGeneration.rawValue == stated)
      return design.isGenerationAssumed
    }
    #expect(try isAssumed("MVAU_hls"))
    #expect(try !isAssumed("MVAU_hls", ImportOptions(finnGeneration: .v0_10)))
    #expect(try !isAssumed("MVAU_hls", .init(), "2026-04"))
    #expect(try !isAssumed("AddStreams_hls"), "the branch has no such op")
    #expect(try !isAssumed("LayerNorm_hls"), "no release has such an op")
    #expect(
      inputError { _ = try isAssumed("MVAU_hls", .init(), "1999") }
        .contains("metadata 'finn_generation': '1999' is no FINN generation"))
  }

  @Test func theOptionWins() throws {
    #expect(try age("FMPadding", options: ImportOptions(finnGeneration: .v0_7)) == .v0_7)
  }
}
