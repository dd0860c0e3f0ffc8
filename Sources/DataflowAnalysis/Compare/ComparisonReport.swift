import Foundation

/// The result of `simrun compare` as JSON, CSV and text.
public struct ComparisonReport: ResultDocument {
  public static let kind = "compare"
  public static let summary = "Every tensor against a reference, and the first that differs."

  /// One tensor against its reference.
  public struct Layer: Codable, Sendable {
    /// The stream that carries it.
    public var stream: String
    /// The node that writes the stream; empty for a graph input.
    public var node: String
    /// The array it was compared with.
    public var reference: String
    /// Values compared.
    public var elements: Int
    /// Values that differ.
    public var differing: Int
    /// In a run under a scenario: words that never come, and the first of them, counted from the
    /// first frame; nil when all come.
    public var missingWords: Int?
    /// Counted from the first frame.
    public var firstMissingWord: Int?
    /// Largest difference, in the stream's integers.
    public var maximumError: Double
    /// Mean absolute difference.
    public var meanError: Double
    /// In dB; nil when nothing differs.
    public var sqnr: Double?
    /// In dB; nil when nothing differs.
    public var psnr: Double?
  }

  /// The first value that differs.
  public struct First: Codable, Sendable {
    /// The stream that carries it.
    public var stream: String
    /// The node that writes the stream; empty for a graph input.
    public var node: String
    /// From 0.
    public var frame: Int
    /// Of the value in the tensor.
    public var index: [Int]
    /// From 0, as are fold, word and lane.
    public var channel: Int
    /// Channel fold: which word of its pixel.
    public var fold: Int
    /// Word of the stream within the frame.
    public var word: Int
    /// Element of the word, 0 the least significant.
    public var lane: Int
    /// What the reference has there.
    public var expected: Double
    /// What the design gives.
    public var actual: Double
    /// What explains every difference of the tensor, in words.
    public var diagnosis: String
    /// Nodes between it and the compared streams in front, in dataflow order: the fault may be theirs;
    /// nil where there are none.
    public var uncompared: [String]?
    /// In a run under a scenario: the hazard or fault that struck, and where.
    public var origin: WordOrigin?
  }

  /// The design's name.
  public var design: String
  /// Whether every tensor agrees, rounding ties aside.
  public var agrees: Bool
  /// In dataflow order.
  public var layers: [Layer]
  /// nil when all agree.
  public var firstDivergence: First?
  /// Tensors whose only differences are values on a rounding boundary.
  public var ties: [String]
  /// Tensors whose only differences are what another order of float32 sums gives; nil when there are none.
  public var insideErrorZone: [String]?
  /// What to type next; nil from the library, and where all agrees.
  public var next: NextStep?
  /// An interruption ended it: what is missing was not looked at.
  public var interrupted = false

  /// The document of finished comparisons, in dataflow order.
  public init(_ design: String, _ comparisons: [TensorComparison]) {
    self.design = design
    agrees = comparisons.allSatisfy(\.isFine)
    layers = comparisons.map {
      Layer(
        stream: $0.stream, node: $0.node, reference: $0.reference, elements: $0.elements,
        differing: $0.differing, missingWords: $0.missingWords > 0 ? $0.missingWords : nil,
        firstMissingWord: $0.firstMissingWord, maximumError: $0.maximumError,
        meanError: $0.meanError,
        sqnr: $0.sqnr.isFinite ? $0.sqnr : nil, psnr: $0.psnr.isFinite ? $0.psnr : nil)
    }
    let excused = comparisons.filter { $0.isFine && $0.differing > 0 }
    func isZone(_ comparison: TensorComparison) -> Bool {
      if case .insideErrorZone? = comparison.diagnosis { true } else { false }
    }
    ties = excused.filter { !isZone($0) }.map(\.stream)
    let zone = excused.filter(isZone).map(\.stream)
    insideErrorZone = zone.isEmpty ? nil : zone
    if let wrong = comparisons.first(where: { !$0.isFine }), let first = wrong.first {
      firstDivergence = First(
        stream: wrong.stream, node: wrong.node, frame: first.frame, index: first.index,
        channel: first.channel, fold: first.fold, word: first.word, lane: first.lane,
        expected: first.expected, actual: first.actual,
        diagnosis: (wrong.diagnosis ?? .unexplained).description,
        uncompared: wrong.uncompared.isEmpty ? nil : wrong.uncompared, origin: wrong.origin)
    }
  }
}

extension ComparisonReport {
  private static let columns = [
    "stream", "node", "elements", "differing", "missing words", "max error", "mean error",
    "SQNR dB", "PSNR dB",
  ]

  private func cells(_ layer: Layer) -> [String] {
    func decibel(_ x: Double?) -> String { x.map { String(format: "%.1f", $0) } ?? "-" }
    func error(_ x: Double) -> String { x == 0 ? "0" : String(format: "%.4g", x) }
    return [
      layer.stream, layer.node, String(layer.elements), String(layer.differing),
      String(layer.missingWords ?? 0), error(layer.maximumError), error(layer.meanError),
      decibel(layer.sqnr), decibel(layer.psnr),
    ]
  }

  /// One row per tensor, RFC 4180.
  public var csv: String {
    ([Self.columns] + layers.map(cells)).map { row in
      row.map { $0.contains(where: { ",\"\n".contains($0) }) ? "\"\($0)\"" : $0 }
        .joined(separator: ",")
    }.joined(separator: "\n")
  }

  /// The table and the verdict, for a person.
  public var text: String { text(leftOut: []) }

  /// The same beside outputs and nodes that nothing was said of.
  package func text(leftOut: [String]) -> String {
    let isShort = firstShort != nil
    let rows = ([Self.columns] + layers.map(cells)).map { row in
      row.enumerated().filter { isShort || Self.columns[$0.offset] != "missing words" }.map(
        \.element)
    }
    let widths = rows[0].indices.map { c in rows.map { $0[c].count }.max() ?? 0 }
    let table = rows.map { row in
      row.enumerated().map { c, cell in
        let space = String(repeating: " ", count: widths[c] - cell.count)
        return c < 2 ? cell + space : space + cell
      }.joined(separator: "  ")
    }.joined(separator: "\n")
    let gaps =
      leftOut.isEmpty
      ? "" : "\nNot compared, so that nothing is known of them: \(leftOut.listed(atMost: 6))."
    return table + "\n\n" + verdict(isAll: leftOut.isEmpty) + gaps
  }

  /// The verdict in one line.
  public var summary: String {
    guard let first = firstDivergence else {
      if let short = firstShort { return "first divergence at \(missing(short))" }
      return layers.count == 1
        ? "1 tensor agrees with the reference"
        : "\(layers.count) tensors agree with the reference"
    }
    return "first divergence at '\(first.stream)'"
      + (first.node.isEmpty ? "" : ", written by \(first.node)")
      + ", frame \(first.frame), index \(first.index), word \(first.word): expected "
      + "\(first.expected.legible), got \(first.actual.legible); diagnosis: \(first.diagnosis)"
  }

  private func verdict(isAll: Bool) -> String {
    let tied =
      (ties.isEmpty
        ? ""
        : "\nOnly values exactly on a rounding boundary differ in \(ties.joined(separator: ", ")).")
      + (insideErrorZone.map {
        "\nOnly values inside the float error zone differ in \($0.joined(separator: ", "))."
      } ?? "")
    guard let first = firstDivergence else {
      if let short = firstShort { return "First divergence: \(missing(short))\(tied)" }
      return interrupted
        ? "The tensors compared until the interruption agree.\(tied)"
        : "\(isAll ? "All compared tensors" : "The tensors that could be compared") agree.\(tied)"
    }
    return """
      First divergence: stream '\(first.stream)'\(first.node.isEmpty ? "" : ", written by \(first.node)"), \
      frame \(first.frame), index \(first.index): expected \(first.expected.legible), \
      got \(first.actual.legible)
        channel \(first.channel), fold \(first.fold), stream word \(first.word), element \(first.lane)
        diagnosis: \(first.diagnosis)\(gap(first))\(origin(first))\(shortage(of: first.stream))\(tied)
      """
  }

  private var firstShort: Layer? { layers.first { $0.missingWords != nil } }

  private func missing(_ layer: Layer) -> String {
    "stream '\(layer.stream)'" + (layer.node.isEmpty ? "" : ", written by \(layer.node)")
      + ": \(layer.missingWords ?? 0) words never come, word \(layer.firstMissingWord ?? 0) is the "
      + "first; all words before it agree"
  }

  private func shortage(of stream: String) -> String {
    guard let layer = layers.first(where: { $0.stream == stream }),
      let words = layer.missingWords, let first = layer.firstMissingWord
    else { return "" }
    return "\n  \(words) word\(words == 1 ? "" : "s") never come, from word \(first) of the run on"
  }

  private func gap(_ first: First) -> String {
    first.uncompared.map { nodes in
      "\n  not compared in front of it: \(nodes.listed(atMost: 4)); the fault may be theirs"
    } ?? ""
  }

  private func origin(_ first: First) -> String {
    first.origin.map { origin in
      "\n  struck by \(origin.cause): \(origin.place) (\(origin.event))"
    } ?? ""
  }
}
