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
      expectedBits = elementBits(expected, type)
      actualBits = elementBits(actual, type)
      diagnosis = (layer.diagnosis ?? .unexplained).description
    }
  }

  /// A layer whose differences another order of float32 sums gives too, and the first of them.
  struct Excused: Codable {
    struct Value: Codable {
      var frame: Int
      var index: [Int]
      var channel: Int
      var expected: Double
      var actual: Double
      var expectedBits: String
      var actualBits: String
    }
    var stream: String
    var node: String
    var differing: Int
    /// The first 4096 at most.
    var values: [Value]

    init(_ layer: JudgedLayer, _ type: DataType) {
      stream = layer.result.stream
      node = layer.result.node
      differing = layer.result.differing
      values = layer.result.differences.map {
        Value(
          frame: $0.frame, index: $0.index, channel: $0.channel, expected: $0.expected,
          actual: $0.actual, expectedBits: elementBits($0.expected, type),
          actualBits: elementBits($0.actual, type))
      }
    }
  }

  /// As without `--model`.
  var comparison: ComparisonReport
  /// In dataflow order.
  var wrong: [Wrong]
  /// Layers with values on a rounding boundary or inside the float error zone, which are no fault.
  var excused: [Excused]
  /// Layers whose weights or thresholds are not the model's, found without data.
  var verdicts: [LayerVerdict]
  /// Outputs of the design that carry nothing of the model, and nodes with weights or thresholds that no compared
  /// stream tells anything of; nil where there are none.
  var notCompared: [String]?
  /// What to type next; nil where nothing is wrong.
  var next: NextStep?

  init(
    comparison: ComparisonReport, wrong: [Wrong], excused: [Excused], verdicts: [LayerVerdict],
    notCompared: (outputs: [String], nodes: [String]) = ([], [])
  ) {
    let left = notCompared.outputs.map { "output '\($0)'" } + notCompared.nodes
    self.notCompared = left.isEmpty ? nil : left
    self.comparison = comparison
    self.wrong = wrong
    self.excused = excused
    self.verdicts = verdicts
    // Arrays that are not the model's are better evidence than what the values look like.
    if let first = comparison.firstDivergence, first.origin == nil,
      let found = verdicts.first(where: { ($0.within ?? $0.node) == first.node })
    {
      self.comparison.firstDivergence?.diagnosis = found.place(for: first.node) + found.finding
      self.comparison.firstDivergence?.uncompared = nil
    }
  }

  /// Values that differ and are not excused, or weights and thresholds that are not the model's.
  var isWrong: Bool {
    !comparison.agrees || !wrong.isEmpty || verdicts.contains(where: \.isCertain)
  }

  var text: String {
    let lines = wrong.map { layer -> String in
      let found = verdicts.filter { $0.node == layer.node || $0.within == layer.node }
      let head =
        "\(layer.node.isEmpty ? layer.stream : layer.node): \(layer.differing) of \(layer.elements) "
        + "values differ, first at \(layer.index): expected \(layer.expected.legible) "
        + "(\(layer.expectedBits)), got \(layer.actual.legible) (\(layer.actualBits))"
      guard !found.isEmpty else { return head + "\n  \(layer.diagnosis)" }
      let reasons = found.map { verdict in
        "\n  \(verdict.place(for: layer.node))\(verdict.finding)\n  \(verdict.advice)"
      }
      return head + reasons.joined()
    }
    let others = verdicts.filter { verdict in
      !wrong.contains { $0.node == verdict.node || $0.node == verdict.within }
    }
    .map {
      "\($0.node): \($0.finding)"
        + (isUnseen($0) ? "; no value of these data shows it" : "") + "\n  \($0.advice)"
    }
    let title = wrong.isEmpty ? [] : ["Wrong by themselves, each with the model's codes in front:"]
    return
      ([comparison.text(leftOut: notCompared ?? [])] + (title + lines + others + excused.map(text)))
      .joined(separator: "\n\n")
  }

  /// Whether the layer that a verdict is about was compared, and agrees.
  private func isUnseen(_ verdict: LayerVerdict) -> Bool {
    let rows = comparison.layers.filter { $0.node == verdict.within ?? verdict.node }
    return !verdict.quantiser.isEmpty && !rows.isEmpty && rows.allSatisfy { $0.differing == 0 }
  }

  /// Values that are listed at most; the JSON has more.
  private static let most = 16

  private func text(_ layer: Excused) -> String {
    let values = layer.values.prefix(Self.most).map { value in
      "  frame \(value.frame) \(value.index), channel \(value.channel): expected \(value.expected.legible) "
        + "(\(value.expectedBits)), got \(value.actual.legible) (\(value.actualBits))"
    }
    let more =
      layer.differing > values.count
      ? ["  and \(layer.differing - values.count) more (--json)"] : []
    let title =
      "\(layer.node.isEmpty ? layer.stream : layer.node): \(layer.differing) of its values \(layer.differing == 1 ? "lies" : "lie") on a "
      + "rounding boundary, within the error of float32 sums; no fault:"
    return ([title] + values + more).joined(separator: "\n")
  }
}

extension LayerVerdict {
  /// Where it is, as told of the layer that `node` writes.
  fileprivate func place(for node: String) -> String {
    self.node == node ? "" : "\(self.node) in front of it: "
  }
}

/// A value as the bits of an element, two's complement.
private func elementBits(_ value: Double, _ type: DataType) -> String {
  guard let whole = Int(exactly: value.rounded()), type.bits <= 62 else { return "" }
  let code = type.kind == .bipolar ? (whole > 0 ? 1 : 0) : whole & ((1 << type.bits) - 1)
  let digits = String(code, radix: 16, uppercase: true)
  return "0x" + String(repeating: "0", count: max(0, (type.bits + 3) / 4 - digits.count)) + digits
}
