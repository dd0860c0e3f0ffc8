import Foundation

extension CheckFormats {
  /// SARIF 2.1.0 with one result per problem, and what every rule is about.
  ///
  /// Files are named from `folder`, the root of the sources for whoever reads this; those outside of it whole.
  public func sarif(from folder: String = FileManager.default.currentDirectoryPath) throws -> Data {
    let results = problems.map { finding -> [String: Any] in
      var place: [String: Any] = ["artifactLocation": Self.artifact(finding.file, from: folder)]
      if let line = line(of: finding) { place["region"] = ["startLine": line] }
      var location: [String: Any] = ["physicalLocation": place]
      if let node = finding.node {
        location["logicalLocations"] = [["name": node, "kind": "object"]]
      }
      return [
        "ruleId": finding.ruleID,
        "level": finding.level == .failed ? "error" : "warning",
        "message": ["text": finding.message],
        "locations": [location],
      ]
    }
    let driver: [String: Any] = [
      "name": "simrun", "semanticVersion": SimrunVersion.current, "rules": Self.sarifRules,
    ]
    let document: [String: Any] = [
      "$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0",
      "runs": [
        ["tool": ["driver": driver], "columnKind": "unicodeCodePoints", "results": results]
      ],
    ]
    return try JSONSerialization.data(
      withJSONObject: document, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
  }

  /// A file below `folder` as a relative reference, which code scanning finds in the repository.
  private static func artifact(_ file: String, from folder: String) -> [String: Any] {
    let root = URL(fileURLWithPath: folder, isDirectory: true).standardizedFileURL
    let whole = URL(fileURLWithPath: file, relativeTo: root).standardizedFileURL
    guard whole.path.hasPrefix(root.path == "/" ? "/" : root.path + "/") else {
      return ["uri": whole.absoluteString]
    }
    let path = whole.path.dropFirst(root.path.count).drop { $0 == "/" }
    let allowed = CharacterSet.urlPathAllowed.subtracting(CharacterSet(charactersIn: ":"))
    let uri = path.addingPercentEncoding(withAllowedCharacters: allowed) ?? String(path)
    return ["uri": uri, "uriBaseId": "%SRCROOT%"]
  }

  private static var sarifRules: [[String: Any]] {
    let steps = CheckSteps.all.map { step -> [String: Any] in
      [
        "id": step.rule.rawValue, "shortDescription": ["text": step.summary],
        "help": ["text": step.advice, "markdown": "\(step.summary)\n\n\(step.advice)"],
      ]
    }
    let rules = RuleCatalogue.all.map { rule -> [String: Any] in
      let info = rule.info
      return [
        "id": info.code, "name": info.name, "shortDescription": ["text": info.summary],
        "fullDescription": ["text": info.reason],
        "help": ["text": info.reason, "markdown": RuleDocumentation.section(rule)],
        "defaultConfiguration": ["level": info.severity.rawValue],
      ]
    }
    return steps + rules
  }
}

extension CheckFinding {
  /// What a rule's code or a step's name is in reports.
  fileprivate var ruleID: String { diagnostic?.code ?? rule.rawValue }
}
