import Testing

/// Who reads a result, or its schema, finds out what each member means.
@Suite struct PublicDeclarationTests {
  /// Members without a comment; one comment may speak for the members right below it.
  static func undocumented(_ text: String) -> [String] {
    var isDocumented = false
    var found: [String] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let code = line.drop { $0 == " " }
      if code.hasPrefix("///") {
        isDocumented = true
      } else if code.prefixMatch(of: /public (?:private\(set\) )?(?:var|let|struct|enum)\b/) != nil
      {
        if !isDocumented { found.append(String(code)) }
        if code.hasSuffix("{") { isDocumented = false }
      } else {
        isDocumented = isDocumented && code.hasPrefix("@")
      }
    }
    return found
  }

  @Test func everyMemberOfAResultIsDocumented() throws {
    var results = 0
    for file in MarkdownPage.files(in: ["Sources"], where: { $0.hasSuffix(".swift") }) {
      let text = try MarkdownPage(file).text
      guard text.contains(": ResultDocument") else { continue }
      results += 1
      let missing = Self.undocumented(text)
      #expect(missing.isEmpty, "\(file): \(missing)")
    }
    #expect(results > 10)
  }

  @Test func whatIsMissingIsFound() {
    let text = "/// A.\n  public var a: Int\n  public var b: Int\n\n  public var c: Int\n"
    #expect(Self.undocumented(text) == ["public var c: Int"])
  }
}
