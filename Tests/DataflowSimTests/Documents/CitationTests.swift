import Testing

/// Comments say where a rule comes from, and what they cite is there.
@Suite struct CitationTests {
  static let files = MarkdownPage.files(in: ["Sources", "Tests", "Benchmarks/Sources"]) {
    ($0.hasSuffix(".swift") || $0.hasSuffix(".c") || $0.hasSuffix(".h"))
      && !$0.hasSuffix(".pb.swift")
  }

  /// Pages cited in the comments of `text`; a page with two headings behind it counts twice.
  static func citations(_ text: String) -> [String] {
    let comments = text.split(separator: "\n").map { $0.drop { $0 == " " } }.filter {
      $0.hasPrefix("//") || $0.hasPrefix("*")
    }.map { $0.drop { "/* ".contains($0) } }.joined(separator: " ")
    return comments.matches(of: /((?:[A-Za-z]+\/)*[A-Za-z-]+\.md)((?:(?:, )?#[a-z0-9-]+)*)/)
      .flatMap { match -> [String] in
        let headings = match.2.split(separator: "#").map { $0.trimmingCharacters(in: [",", " "]) }
        return headings.isEmpty ? [String(match.1)] : headings.map { "\(match.1)#\($0)" }
      }
  }

  @Test func everyCitationLeadsToAHeading() throws {
    var cited = 0
    for file in Self.files {
      for citation in Self.citations(try MarkdownPage(file).text) {
        cited += 1
        if let problem = MarkdownPage.problem(citation, from: "README.md") {
          Issue.record("\(file): \(citation): \(problem)")
        }
      }
    }
    #expect(cited > 100)
  }

  /// No comment cites a document that is not here.
  @Test func sourcesAreInTheRepository() throws {
    for file in Self.files where !file.hasSuffix("CitationTests.swift") {
      let text = try MarkdownPage(file).text
      let comments = text.split(separator: "\n").filter { $0.contains("//") }.joined(
        separator: " ")
      for elsewhere in [
        /golden\/[A-Z]+\.md/, /DESIGN section/, /dialect reference/, /golden data/, /oddity [0-9]/,
      ] {
        #expect(comments.firstMatch(of: elsewhere) == nil, "\(file)")
      }
    }
  }

  @Test func citationsAreRead() {
    let text = """
      /// Source: docs/reference/rtl-rules.md#padding, #fifo;
      /// docs/reference/hazards.md.
      let x = "docs/no.md"
      """
    #expect(
      Self.citations(text) == [
        "docs/reference/rtl-rules.md#padding", "docs/reference/rtl-rules.md#fifo",
        "docs/reference/hazards.md",
      ])
  }
}
