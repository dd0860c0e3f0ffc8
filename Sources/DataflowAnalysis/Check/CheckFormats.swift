import Foundation

/// Check results in the formats that continuous integration reads.
public struct CheckFormats: Sendable {
  /// One per design.
  public let checks: [DesignCheck]
  private let lines: [String: DesignLines]

  /// Forms of what `checks` found.
  ///
  /// - Parameter lines: of the files that are text, by the names that the checks give them.
  public init(_ checks: [DesignCheck], lines: [String: DesignLines] = [:]) {
    self.checks = checks
    self.lines = lines
  }

  /// Where in its file a finding points: at its node; the first line where it names none. `nil` in a file
  /// without lines.
  func line(of finding: CheckFinding) -> Int? {
    lines[finding.file].map { lines in finding.node.flatMap { lines[$0] } ?? 1 }
  }

  var problems: [CheckFinding] {
    checks.flatMap(\.findings).filter { $0.level != .passed }
  }

  /// JUnit XML: a suite per design, a case per finding.
  public var junit: String {
    var lines = ["<?xml version=\"1.0\" encoding=\"UTF-8\"?>"]
    let all = checks.flatMap(\.findings)
    let failures = all.count { $0.level == .failed }
    lines.append(
      "<testsuites name=\"simrun check\" tests=\"\(all.count)\" failures=\"\(failures)\">")
    for check in checks {
      let failed = check.findings.count { $0.level == .failed }
      lines.append(
        "  <testsuite name=\"\(Self.xml(check.file))\" tests=\"\(check.findings.count)\" "
          + "failures=\"\(failed)\">")
      for finding in check.findings {
        let head =
          "    <testcase classname=\"\(Self.xml(check.file))\" name=\"\(Self.xml(finding.title))\""
        let text = Self.xml(finding.message)
        switch finding.level {
        case .passed: lines.append(head + "/>")
        case .warning:
          lines.append(head + "><system-out>warning: \(text)</system-out></testcase>")
        case .failed:
          lines.append(head + "><failure message=\"\(text)\">\(text)</failure></testcase>")
        }
      }
      lines.append("  </testsuite>")
    }
    return (lines + ["</testsuites>", ""]).joined(separator: "\n")
  }

  /// A Markdown table per design.
  public var summary: String {
    var lines = ["# simrun check", ""]
    for check in checks {
      lines += ["## \(Self.markdown(check.file)): \(check.hasFailed ? "failed" : "passed")", ""]
      lines += ["| check | result | |", "|---|---|---|"]
      for finding in check.findings {
        let text = Self.markdown(finding.message)
        lines.append("| \(finding.title) | \(finding.level.rawValue) | \(text) |")
      }
      lines.append("")
    }
    return lines.joined(separator: "\n")
  }

  /// Text that a table shows as it is: names make no links, images or tags.
  private static func markdown(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case "\n": result += " "
      case "|", "[", "]", "`", "*", "\\", "!": result += "\\\(character)"
      default: result.append(character)
      }
    }
    return result
  }

  /// Workflow commands that GitHub shows beside the files: the failures, then the warnings, at most ten.
  public var annotations: [String] {
    let ordered = problems.filter { $0.level == .failed } + problems.filter { $0.level == .warning }
    return ordered.prefix(10).map { finding in
      let kind = finding.level == .failed ? "error" : "warning"
      let file = Self.command(finding.file).replacingOccurrences(of: ",", with: "%2C")
        .replacingOccurrences(of: ":", with: "%3A")
      let line = line(of: finding).map { ",line=\($0)" } ?? ""
      return "::\(kind) file=\(file)\(line),title=simrun \(finding.title)::"
        + Self.command(finding.message)
    }
  }

  private static func command(_ text: String) -> String {
    text.replacingOccurrences(of: "%", with: "%25").replacingOccurrences(of: "\r", with: "%0D")
      .replacingOccurrences(of: "\n", with: "%0A")
  }

  private static func xml(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\n": result += "&#10;"
      case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF:
        result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

extension CheckFinding {
  /// `SR103 window-order`, or the step.
  fileprivate var title: String { diagnostic.map { "\($0.code) \($0.rule)" } ?? rule.rawValue }
}
