/// `docs/diagnostics.md`, from the rules themselves.
public enum RuleDocumentation {
  /// The whole page.
  public static var page: String {
    let rows = RuleCatalogue.all.map { rule -> String in
      let info = rule.info
      return
        "| [\(info.code)](#\(anchor(info))) | \(info.name) | \(info.severity.rawValue) | \(info.summary) |"
    }
    return ([head] + ["| code | rule | severity | |", "|---|---|---|---|"] + rows).joined(
      separator: "\n") + "\n\n"
      + RuleCatalogue.all.map(section).joined(separator: "\n")
  }

  private static let head = """
    # Diagnostics

    What `simrun check` finds without running a design. Every other command prints the first error of \
    the graph rules on standard error and goes on. Codes are stable: `SR1…` is about the two ends of a \
    stream, `SR2…` about constant arrays, `SR3…` about what can be built.

    `check --json` lists each finding with code, severity, node, place, numbers, what is allowed and what \
    to do; `--sarif` carries this text for each rule. This page is generated from the rules \
    (`Check/Rules/`); a test holds it to them.


    """

  private static func anchor(_ info: RuleInfo) -> String {
    "\(info.code) \(info.name)".lowercased().replacing(" ", with: "-")
  }

  /// One rule as Markdown: why, an example, what simrun says, what mends it.
  static func section(_ rule: any DiagnosticRule.Type) -> String {
    let info = rule.info
    var lines = ["## \(info.code) \(info.name)", "", info.reason, "", "```"]
    lines += nodes(rule.bad)
    lines += ["```", ""]
    if let found = rule.example.first {
      lines += ["> \(found.sentence)" + (found.help.map { "  \n> \($0)" } ?? ""), ""]
    }
    lines += ["Mended: " + mended(rule.bad, rule.good), ""]
    return lines.joined(separator: "\n")
  }

  private static func nodes(_ example: RuleExample) -> [String] {
    let part = example.design.part.map { ["part \($0)"] } ?? []
    let nodes = example.design.nodes.map { node -> String in
      let attributes = node.attributes.sorted { $0.key < $1.key }
        .map { "\($0.key) \($0.value.text.replacing("\"", with: ""))" }.joined(separator: ", ")
      return "\(node.name): \(node.opType) \(attributes)"
    }
    let arrays = example.arrays.sorted { $0.key < $1.key }.map { name, tensor in
      "\(name): \(tensor.asDoubles().map(\.legible).joined(separator: " ")), shape \(tensor.shape)"
    }
    return part + nodes + arrays
  }

  private static func mended(_ bad: RuleExample, _ good: RuleExample) -> String {
    var changes: [String] = []
    if bad.design.part != good.design.part { changes.append("part \(good.design.part ?? "")") }
    for (before, after) in zip(bad.design.nodes, good.design.nodes) {
      for (name, value) in after.attributes.sorted(by: { $0.key < $1.key })
      where before.attributes[name] != value {
        changes.append("`\(after.name)` with \(name) \(value.text)")
      }
    }
    for (name, tensor) in good.arrays.sorted(by: { $0.key < $1.key })
    where bad.arrays[name] != tensor {
      changes.append(
        "`\(name)` = \(tensor.asDoubles().map(\.legible).joined(separator: " "))")
    }
    return changes.joined(separator: ", ") + "."
  }
}

extension DiagnosticRule {
  /// What the rule says of its bad example.
  static var example: [Diagnostic] { found(in: bad) }

  /// What this rule alone finds in an example.
  public static func found(in example: RuleExample) -> [Diagnostic] {
    let facts = try? DesignFacts(example.design)
    return facts?.diagnostics(example.parameters).filter { $0.code == info.code } ?? []
  }
}
