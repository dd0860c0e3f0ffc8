import DataflowAnalysis
import DesignFiles

/// What `simrun compare --model` says, as JSON and text: every layer judged by itself.
struct ModelComparisonReport: ResultDocument {
  static let kind = "compare-model"
  static let summary = "Every tensor against a model, each layer judged by itself."

  /// A layer that is wrong although everything in front of it is right.
  struct Wrong: Codable {
    var stream: String
    var node: String
    var differing: Int
    var elements: Int
    var index: [Int]
    var expected: Double
    var actual: Double
    /// As bits of an element of the stream, two's complement.
    var expectedBits: String
    var actualBits: String
    var diagnosis: String

    init(_ layer: TensorComparison, _ type: DataType) {
      stream = layer.stream
      node = layer.node
      differing = layer.differing
      elements = layer.elements
      index = layer.first?.index ?? []
      expected = layer.first?.expected ?? 0
      actual = layer.first?.actual ?? 0
      expectedBits = Self.bits(expected, type)
      actualBits = Self.bits(actual, type)
      diagnosis = (layer.diagnosis ?? .unexplained).description
    }

    private static func bits(_ value: Double, _ type: DataType) -> String {
      guard let whole = Int(exactly: value.rounded()), type.bits <= 62 else { return "" }
      let code = type.kind == .bipolar ? (whole > 0 ? 1 : 0) : whole & ((1 << type.bits) - 1)
      let digits = String(code, radix: 16, uppercase: true)
      return "0x" + String(repeating: "0", count: max(0, (type.bits + 3) / 4 - digits.count))
        + digits
    }
  }

  /// As without `--model`.
  var comparison: ComparisonReport
  /// In dataflow order.
  var wrong: [Wrong]
  /// Layers whose weights or thresholds are not the model's, found without data.
  var verdicts: [LayerVerdict]

  init(comparison: ComparisonReport, wrong: [Wrong], verdicts: [LayerVerdict]) {
    self.comparison = comparison
    self.wrong = wrong
    self.verdicts = verdicts
  }

  var text: String {
    let lines = wrong.map { layer -> String in
      let verdict = verdicts.first { $0.node == layer.node }
      let head =
        "\(layer.node.isEmpty ? layer.stream : layer.node): \(layer.differing) of \(layer.elements) "
        + "values differ, first at \(layer.index): expected \(number(layer.expected)) "
        + "(\(layer.expectedBits)), got \(number(layer.actual)) (\(layer.actualBits))"
      guard let verdict else { return head + "\n  \(layer.diagnosis)" }
      return head + "\n  \(verdict.finding)\n  \(verdict.advice)"
    }
    let others = verdicts.filter { verdict in !wrong.contains { $0.node == verdict.node } }
      .map { "\($0.node): \($0.finding); no value of these data shows it\n  \($0.advice)" }
    let title = wrong.isEmpty ? [] : ["Wrong by themselves, each with the model's codes in front:"]
    return ([comparison.text] + (title + lines + others)).joined(separator: "\n\n")
  }

  private func number(_ x: Double) -> String {
    x == x.rounded() && abs(x) < 1e15 ? String(Int(x)) : String(x)
  }
}
