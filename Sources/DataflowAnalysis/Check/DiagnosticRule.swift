/// What a rule is about, for reports and for `docs/diagnostics.md`.
public struct RuleInfo: Sendable {
  /// `SR1…` the two ends of a stream, `SR2…` constant arrays, `SR3…` what can be built, `SR4…` flow.
  public let code: String
  public let name: String
  /// The worst the rule says.
  public let severity: Diagnostic.Severity
  /// One line.
  public let summary: String
  /// What the hardware does, and why that is wrong.
  public let reason: String

  /// What a rule says of itself.
  public init(
    _ code: String, _ name: String, _ severity: Diagnostic.Severity, summary: String, reason: String
  ) {
    self.code = code
    self.name = name
    self.severity = severity
    self.summary = summary
    self.reason = reason
  }

  /// A finding of this rule.
  func found(
    _ message: String, node: String? = nil, at place: String? = nil,
    severity: Diagnostic.Severity? = nil, numbers: [String: Int] = [:], allowed: String? = nil,
    advice: String? = nil
  ) -> Diagnostic {
    Diagnostic(
      code: code, rule: name, severity: severity ?? self.severity, node: node, place: place,
      message: message, numbers: numbers, allowed: allowed, advice: advice)
  }
}

/// One thing that can be wrong with a design and shows without running it.
///
/// A rule is a file in `Rules/` and a line in `RuleCatalogue`. It carries a design that breaks it and
/// the change that mends it; both are tests, and both are shown in the documentation.
public protocol DiagnosticRule: Sendable {
  static var info: RuleInfo { get }
  /// A design that breaks the rule.
  static var bad: RuleExample { get }
  /// The same, mended.
  static var good: RuleExample { get }
}

/// A rule that needs nothing but the graph and the attributes of its nodes.
public protocol GraphRule: DiagnosticRule {
  static func diagnostics(_ facts: DesignFacts) -> [Diagnostic]
}

/// A rule about the constant arrays of one node.
public protocol ParameterRule: DiagnosticRule {
  static func diagnostics(_ node: ParameterFacts) -> [Diagnostic]
}
