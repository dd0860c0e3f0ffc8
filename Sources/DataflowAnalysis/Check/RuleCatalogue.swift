/// Every rule, in the order of their codes. One line per rule.
public enum RuleCatalogue {
  /// Rules on the graph and its attributes.
  public static let graphRules: [any GraphRule.Type] = [
    ElementTypeRule.self,
    StreamWidthsRule.self,
    WindowOrderRule.self,
    WordCountRule.self,
    WideConverterRule.self,
    PartialWordRule.self,
    ThresholdCountRule.self,
    ThresholdAnnotationRule.self,
    HLSWidthRule.self,
    FIFODepthRule.self,
    DSP58Rule.self,
    WritableWeightsRule.self,
    SingleProductRule.self,
    BuildIssueRule.self,
    SquareMapRule.self,
  ]

  /// Rules on the constant arrays of one node.
  public static let parameterRules: [any ParameterRule.Type] = [
    ThresholdRangeRule.self,
    ThresholdOrderRule.self,
    ThresholdCountRule.self,
    WeightRangeRule.self,
    BipolarWeightsRule.self,
    AccumulatorWidthRule.self,
    ParameterShapeRule.self,
    RequantDecimalsRule.self,
  ]

  /// All rules, by code.
  public static var all: [any DiagnosticRule.Type] {
    // A rule may look at both, attributes and arrays.
    var seen: Set<String> = []
    return
      ((graphRules as [any DiagnosticRule.Type]) + (parameterRules as [any DiagnosticRule.Type]))
      .filter { seen.insert($0.info.code).inserted }.sorted { $0.info.code < $1.info.code }
  }
}

extension DesignFacts {
  /// What the graph and the attributes show, errors first. Takes no longer than building the blocks.
  public var graphDiagnostics: [Diagnostic] {
    Self.ordered(RuleCatalogue.graphRules.flatMap { $0.diagnostics(self) })
  }

  /// The same and what the constant arrays show. Reads every array.
  public func diagnostics(_ parameters: ParameterStore?) -> [Diagnostic] {
    guard let parameters else { return graphDiagnostics }
    let found = design.nodes.indices.flatMap { node -> [Diagnostic] in
      guard !design.nodes[node].initializers.isEmpty else { return [] }
      let facts = ParameterFacts(self, node: node, parameters)
      return RuleCatalogue.parameterRules.flatMap { $0.diagnostics(facts) }
    }
    return Self.ordered(graphDiagnostics + found)
  }

  /// Errors before warnings, else by code; what one rule found stays in the design's order.
  private static func ordered(_ found: [Diagnostic]) -> [Diagnostic] {
    found.enumerated().sorted { a, b in
      func key(_ d: (offset: Int, element: Diagnostic)) -> (Int, String, Int) {
        (d.element.severity == .error ? 0 : 1, d.element.code, d.offset)
      }
      return key(a) < key(b)
    }.map(\.element)
  }
}
