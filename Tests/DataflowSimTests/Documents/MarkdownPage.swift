import Foundation

/// A page of the repository: its headings, and where it points.
struct MarkdownPage {
  /// Path from the root of the repository.
  let path: String
  let text: String

  init(_ path: String) throws {
    self.path = path
    text = String(decoding: try TestFiles.data(TestFiles.repository(path)), as: UTF8.self)
  }

  /// Every page of the repository.
  static let paths: [String] = files(in: ["", "docs", "configs", "traces", "scripts", "Tests"]) {
    $0.hasSuffix(".md")
  }

  /// Files below `folders` (`""`: the root's own files alone), as paths from the root.
  static func files(in folders: [String], where isWanted: (String) -> Bool) -> [String] {
    let manager = FileManager.default
    return folders.flatMap { folder -> [String] in
      let root = TestFiles.repository(folder)
      let names =
        folder.isEmpty
        ? (try? manager.contentsOfDirectory(atPath: root)) ?? []
        : (manager.enumerator(atPath: root)?.compactMap { $0 as? String } ?? [])
          .map { "\(folder)/\($0)" }
      return names.filter(isWanted).sorted()
    }
  }

  /// The text without code fences and code spans, where brackets mean something else.
  private var prose: String {
    var isCode = false
    let lines = text.components(separatedBy: "\n").filter { line in
      if line.hasPrefix("```") { isCode.toggle() }
      return !isCode
    }
    return lines.joined(separator: "\n").replacing(/`[^`\n]*`/, with: "code")
  }

  /// Link targets that are not addresses of the web.
  var links: [String] {
    prose.matches(of: /\]\(([^)\s]+)\)/).map { String($0.1) }.filter { !$0.contains("://") }
  }

  /// The anchors of the headings, as GitHub makes them.
  var anchors: Set<String> {
    var isCode = false
    var seen: [String: Int] = [:]
    var anchors: Set<String> = []
    for line in text.components(separatedBy: "\n") {
      if line.hasPrefix("```") { isCode.toggle() }
      guard !isCode, line.hasPrefix("#") else { continue }
      let anchor = Self.anchor(line.drop { $0 == "#" })
      let count = seen[anchor, default: 0]
      seen[anchor] = count + 1
      anchors.insert(count == 0 ? anchor : "\(anchor)-\(count)")
    }
    return anchors
  }

  private static func anchor(_ heading: Substring) -> String {
    String(
      heading.trimmingCharacters(in: .whitespaces).lowercased().compactMap { c -> Character? in
        if c == " " { return "-" }
        return c.isLetter || c.isNumber || c == "-" || c == "_" ? c : nil
      })
  }

  /// Why `link`, written on the page at `path`, leads nowhere; nil if it does not.
  static func problem(_ link: String, from path: String) -> String? {
    let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
    let folder = path.split(separator: "/").dropLast().joined(separator: "/")
    let target =
      parts[0].isEmpty
      ? path : NSString(string: "\(folder)/\(parts[0])").standardizingPath
    let file = target.hasPrefix("/") ? String(target.dropFirst()) : target
    guard FileManager.default.fileExists(atPath: TestFiles.repository(file)) else {
      return "there is no '\(file)'"
    }
    guard parts.count == 2 else { return nil }
    guard let page = try? MarkdownPage(file) else { return "'\(file)' is no page" }
    return page.anchors.contains(String(parts[1])) ? nil : "'\(file)' has no heading '\(parts[1])'"
  }
}
