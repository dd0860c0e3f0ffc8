import DataflowAnalysis
import DesignFiles
import OriginalModel
import Testing

/// Types of a lowered design hold what their inputs' types hold, as FINN's `minimize_bit_width` has it.
@Suite struct LoweredTypeTests {
  /// Codes of a narrow quantiser are fewer than its type holds: the accumulator has room for all the same.
  @Test(arguments: [true, false]) func accumulatorsGoByTheTypeOfTheirInputs(quantised: Bool) throws
  {
    var m = ModelBuilder(input: [1, 15])
    m.constant("s", [1])
    m.constant("zero", [0])
    m.constant("bits", [2])
    m.add(
      "Quant", ["x", "s", "zero", "bits"], ["q"], domain: "qonnx.custom_op.general",
      strings: ["rounding_mode": "ROUND"], numbers: ["signed": 1, "narrow": 1])
    m.constant("w", Array(repeating: 1, count: 30), [15, 2])
    m.add("MatMul", ["q", "w"], [quantised ? "c" : "y"])
    if quantised { m.quantiser("c", "y", scale: 2, bits: 4) }
    let design = try expectLoweredEqually(m).loaded
    // −1 to 1 make −15 to 15, five bits; INT2 holds −2 too.
    let type = design.design.nodes.last?.attributes["accDataType"]
    #expect(type == .string("INT6"), "\(String(describing: type))")
    let found = try DesignFacts(design.design).diagnostics(design.parameters)
    #expect(found.isEmpty, "\(found.map(\.code))")
  }

  /// Codes that are added to wider ones have the wider type: nothing is missing.
  @Test func thresholdsOfAWiderTypeThatIsSharedAreRight() throws {
    var m = ModelBuilder(input: [1, 4])
    m.quantiser("x", "q", scale: 1, bits: 4)
    for (name, bits) in [("a", Float(3)), ("b", 6)] {
      m.constant("w\(name)", (0..<16).map { Float($0 % 5 - 2) }, [4, 4])
      m.add("MatMul", ["q", "w\(name)"], ["s\(name)"])
      m.quantiser("s\(name)", name, scale: 1, bits: bits)
    }
    m.add("Add", ["a", "b"], ["sum"])
    m.quantiser("sum", "y", scale: 1, bits: 4)
    let design = try expectLoweredEqually(m).loaded
    let found = try DesignFacts(design.design).diagnostics(design.parameters)
    #expect(!found.contains { $0.code == "SR203" }, "\(found)")
  }
}
