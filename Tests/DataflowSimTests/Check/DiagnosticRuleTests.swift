import DataflowAnalysis
import Foundation
import Testing

/// Every rule finds what is wrong in its bad example and nothing in its good one, and the documentation
/// says what the rules say.
@Suite struct DiagnosticRuleTests {
  private static let codes = RuleCatalogue.all.map { $0.info.code }

  private func rule(_ code: String) throws -> any DiagnosticRule.Type {
    try #require(RuleCatalogue.all.first { $0.info.code == code })
  }

  @Test(arguments: codes)
  func theBadExampleIsFound(code: String) throws {
    let rule = try rule(code)
    let found = rule.found(in: rule.bad)
    let first = try #require(found.first, "\(code) finds nothing")
    #expect(first.code == code && first.rule == rule.info.name)
    #expect(found.contains { $0.severity == rule.info.severity })
    #expect(first.node != nil || first.place != nil)
    #expect(!first.message.isEmpty && !first.message.hasSuffix("."))
  }

  /// What mends it mends it, and breaks no other rule.
  @Test(arguments: codes)
  func theGoodExampleIsSilent(code: String) throws {
    let rule = try rule(code)
    let facts = try DesignFacts(rule.good.design)
    let found = facts.diagnostics(rule.good.parameters)
    #expect(found.filter { $0.severity == .error }.isEmpty, "\(found.map(\.text))")
    #expect(rule.found(in: rule.good).isEmpty)
  }

  @Test func codesAndNamesAreUnique() {
    #expect(Set(Self.codes).count == RuleCatalogue.all.count)
    #expect(Set(RuleCatalogue.all.map { $0.info.name }).count == RuleCatalogue.all.count)
    #expect(Self.codes.allSatisfy { $0.wholeMatch(of: /SR[1-4]\d\d/) != nil })
  }

  /// `SIMRUN_RECORD=1 swift test …` writes the page anew.
  @Test func thePageIsCurrent() throws {
    let path = TestFiles.repository("docs/diagnostics.md")
    if ProcessInfo.processInfo.environment["SIMRUN_RECORD"] != nil {
      try Data(RuleDocumentation.page.utf8).write(to: URL(fileURLWithPath: path))
    }
    let text = String(decoding: try TestFiles.data(path), as: UTF8.self)
    #expect(text == RuleDocumentation.page)
  }

  /// No example design of the repository breaks a rule that is not meant to.
  @Test(arguments: ["tfc-w1a1", "tfc-w2a2", "cnv-w1a1", "lenet", "fsrcnn", "mobilenet-small"])
  func soundDesignsHaveNoErrors(name: String) throws {
    let path = TestFiles.repository("configs/\(name).json")
    let design = try Design(json: try TestFiles.data(path), file: path)
    let found = try DesignFacts(design).graphDiagnostics.filter { $0.severity == .error }
    #expect(found.isEmpty, "\(found.map(\.text))")
  }

  // MARK: single rules

  private func node(
    _ op: String, _ attributes: [String: AttributeValue], _ arrays: [String: [[Int]]] = [:]
  ) throws -> [Diagnostic] {
    let node = Node(
      name: "N", opType: op, attributes: attributes, inputs: ["x"], outputs: ["y"],
      initializers: Dictionary(uniqueKeysWithValues: arrays.keys.map { ($0, $0) }))
    let store = ParameterStore(
      try arrays.mapValues { rows in
        try Tensor(rows.flatMap { $0 }, shape: [rows.count, rows.first?.count ?? 0])
      })
    let design = Design(name: "d", nodes: [node], graphInputs: ["x"], graphOutputs: ["y"])
    return try DesignFacts(design).diagnostics(store)
  }

  /// 2^31 is what float32 makes of the largest INT32.
  @Test func float32RoundsTheLargestThreshold() throws {
    let found = try node(
      "Thresholding_hls",
      [
        "NumChannels": .int(1), "PE": .int(1), "numSteps": .int(1),
        "inputDataType": .string("INT32"), "weightDataType": .string("INT32"),
        "outputDataType": .string("BINARY"),
      ], ["thresholds": [[1 << 31]]])
    #expect(found.map(\.code) == ["SR201"])
    #expect(found[0].help?.contains("float32 cannot hold 2147483647") == true)
  }

  /// Sums of −8·15·4 to 7·15·4 need INT10; with one weight less they fit INT9.
  @Test func accumulatorsAreProvenFromWeights() throws {
    func layer(_ weights: [[Int]], writable: Int = 0) throws -> [Diagnostic] {
      try node(
        "MVAU_hls",
        [
          "MW": .int(weights.count), "MH": .int(1), "PE": .int(1), "SIMD": .int(1),
          "inputDataType": .string("UINT4"), "weightDataType": .string("INT4"),
          "outputDataType": .string("INT9"), "noActivation": .int(1), "resType": .string("lut"),
          "runtime_writeable_weights": .int(writable),
        ], ["weights": weights])
    }
    let found = try layer([[-8], [-8], [-8], [7]])
    #expect(found.map(\.code) == ["SR206"])
    #expect(found[0].numbers == ["low": -360, "high": 105, "bits": 9, "neededBits": 10])
    #expect(try layer([[-8], [-8], [1], [7]]).isEmpty)
    // What software may write counts, not what is there.
    #expect(try layer([[1], [1], [1], [1]], writable: 1).map(\.code) == ["SR206"])
  }

  /// Equal thresholds are in order; the HLS block needs none.
  @Test func onlySearchedThresholdsNeedAnOrder() throws {
    func found(_ op: String, _ row: [Int]) throws -> [String] {
      try node(
        op,
        [
          "NumChannels": .int(1), "PE": .int(1), "numSteps": .int(3),
          "inputDataType": .string("INT8"), "weightDataType": .string("INT8"),
          "outputDataType": .string("UINT2"),
        ], ["thresholds": [row]]
      ).map(\.code)
    }
    #expect(try found("Thresholding_rtl", [1, 1, 2]).isEmpty)
    #expect(try found("Thresholding_rtl", [1, 0, 2]) == ["SR202"])
    #expect(try found("Thresholding_hls", [1, 0, 2]).isEmpty)
  }

  /// A design before InsertDWC lacks all its converters, which is no fault.
  @Test func onlyAMissingConverterAmongOthersIsAFault() throws {
    var design = StreamWidthsExample.design
    #expect(try DesignFacts(design).graphDiagnostics.map(\.code) == ["SR102"])
    design.nodes.remove(at: 1)
    design.nodes[1].inputs = design.nodes[0].outputs
    #expect(try DesignFacts(design).graphDiagnostics.isEmpty)
  }

  private enum StreamWidthsExample {
    static var design: Design {
      RuleCatalogue.all.first { $0.info.code == "SR102" }!.bad.design
    }
  }
}
