import Testing

/// What the pages and the comments point at is there.
@Suite struct LinkTests {
  @Test(arguments: MarkdownPage.paths) func linksLeadSomewhere(path: String) throws {
    for link in try MarkdownPage(path).links {
      if let problem = MarkdownPage.problem(link, from: path) {
        Issue.record("\(path): \(link): \(problem)")
      }
    }
  }

  @Test func aLinkThatLeadsNowhereIsFound() {
    #expect(MarkdownPage.problem("reference/rtl-rules.md#padding", from: "docs/faults.md") == nil)
    #expect(MarkdownPage.problem("reference/rtl-rules.md#pading", from: "docs/faults.md") != nil)
    #expect(MarkdownPage.problem("reference/rtl-rule.md", from: "docs/faults.md") != nil)
    #expect(MarkdownPage.problem("#notation", from: "docs/reference/README.md") == nil)
  }

  /// Suites and block folders that the reference names exist.
  @Test func theReferenceNamesWhatIsThere() throws {
    let sources = MarkdownPage.files(in: ["Tests"]) { $0.hasSuffix(".swift") }
    let suites = Set(sources.map { $0.split(separator: "/").last?.dropLast(6) ?? "" })
    let folders = Set(
      MarkdownPage.files(in: ["Sources"]) { $0.contains("/Blocks/") }.compactMap { path in
        path.split(separator: "/").drop { $0 != "Blocks" }.dropFirst().first
      })
    let pages =
      MarkdownPage.paths.filter { $0.hasPrefix("docs/reference") }
      + ["Tests/DataflowSimTests/Resources/README.md"]
    for path in pages {
      let page = try MarkdownPage(path)
      for match in page.text.matches(of: /`([A-Za-z]+Tests)`/) {
        #expect(suites.contains(match.1), "\(path) names the suite \(match.1)")
      }
    }
    let index = try MarkdownPage("docs/reference/README.md").text
    let rows = index.split(separator: "## Find a block")[1].split(separator: "\n").filter {
      $0.hasPrefix("|")
    }.dropFirst(2)
    #expect(rows.count > 12)
    for row in rows {
      let cell = row.split(separator: "|")[1]
      for match in cell.matches(of: /`([A-Za-z]+)`/) {
        #expect(folders.contains(match.1), "\(match.1) is no folder of a block")
      }
    }
  }
}
