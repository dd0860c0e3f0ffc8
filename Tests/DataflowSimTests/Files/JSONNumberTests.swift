import DataflowAnalysis
import Testing

struct JSONNumberTests {
  private struct Numbers: Codable {
    var single: Float
    var double: Double?
  }

  /// Numbers of either precision are written as they are, and have a shape.
  @Test func numbersOfBothPrecisionsAreNumbers() throws {
    let text = try JSONText(encoding: Numbers(single: 0.1, double: 2)).indented
    #expect(text.contains("\"single\": 0.1") && text.contains("\"double\": 2"), "\(text)")
    #expect(
      try JSONShape(of: Numbers.self)
        == .object(["single": .number, "double": .nullable(.number)]))
    #expect(throws: EncodingError.self) { try JSONText(encoding: [Float.nan]) }
  }
}
