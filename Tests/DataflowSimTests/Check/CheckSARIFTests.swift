import DataflowAnalysis
import Foundation
import SimModel
import Testing

/// What code scanning reads: results that point into the repository, and rules that say what they are about.
struct CheckSARIFTests {
  private static let folder = "/home/user/repository"

  /// The check of a design that breaks SR103, under the name `file`.
  private func formats(_ file: String) throws -> CheckFormats {
    let rule = try #require(RuleCatalogue.all.first { $0.info.code == "SR103" })
    let text = try rule.bad.design.json()
    let check = DesignCheck(file: file) {
      (try Design(json: text, file: file), nil, .calibrated)
    }
    return CheckFormats([check], lines: [file: DesignLines(text)])
  }

  private func run(_ formats: CheckFormats) throws -> [String: Any] {
    let log = try JSONSerialization.jsonObject(with: try formats.sarif(from: Self.folder))
    return try #require(((log as? [String: Any])?["runs"] as? [[String: Any]])?.first)
  }

  private func places(_ run: [String: Any]) throws -> [[String: Any]] {
    try #require(run["results"] as? [[String: Any]]).compactMap { result in
      (result["locations"] as? [[String: Any]])?.first?["physicalLocation"] as? [String: Any]
    }
  }

  @Test(arguments: [
    ("designs/a.json", "designs/a.json"),
    ("./designs/../b c#1.json", "b%20c%231.json"),
    ("/home/user/repository/designs/a:1.json", "designs/a%3A1.json"),
    ("/home/user/repository-2/a.json", "file:///home/user/repository-2/a.json"),
    ("../a.json", "file:///home/user/a.json"),
  ])
  func filesAreNamedFromTheRootOfTheSources(file: String, uri: String) throws {
    let places = try places(try run(try formats(file)))
    #expect(!places.isEmpty)
    for place in places {
      let artifact = try #require(place["artifactLocation"] as? [String: String])
      #expect(artifact["uri"] == uri)
      #expect((artifact["uriBaseId"] == "%SRCROOT%") == !uri.hasPrefix("file:"))
    }
  }

  @Test func aResultPointsAtItsNode() throws {
    let rule = try #require(RuleCatalogue.all.first { $0.info.code == "SR103" })
    let lines = String(decoding: try rule.bad.design.json(), as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false)
    let node = try #require(lines.firstIndex { $0.contains("\"name\": \"Pool\"") }) + 1
    let formats = try formats("d.json")
    let run = try run(formats)
    let results = try #require(run["results"] as? [[String: Any]])
    let at = try #require(results.firstIndex { $0["ruleId"] as? String == "SR103" })
    #expect(try places(run)[at]["region"] as? [String: Int] == ["startLine": node])
    #expect(
      formats.annotations.contains { $0.hasPrefix("::error file=d.json,line=\(node),title=") })
  }

  @Test func whatHasNoLinesHasNoRegion() throws {
    let check = DesignCheck(file: "model.onnx") { throw InputError("is no model") }
    let broken = DesignCheck(file: "d.json") { throw InputError("is no design") }
    let formats = CheckFormats([check, broken], lines: ["d.json": DesignLines(Data("{".utf8))])
    let places = try places(try run(formats))
    #expect(places[0]["region"] == nil)
    #expect(places[1]["region"] as? [String: Int] == ["startLine": 1])
  }

  @Test func everyRuleIsDocumented() throws {
    let run = try run(try formats("d.json"))
    let driver = try #require((run["tool"] as? [String: Any])?["driver"] as? [String: Any])
    let rules = try #require(driver["rules"] as? [[String: Any]])
    let known = Set(rules.compactMap { $0["id"] as? String })
    let codes = RuleCatalogue.all.map { $0.info.code }
    #expect(known.count == rules.count)
    #expect(known.isSuperset(of: codes))
    for rule in rules {
      let help = rule["help"] as? [String: String] ?? [:]
      #expect(!(help["text"] ?? "").isEmpty)
      #expect(!(help["markdown"] ?? "").isEmpty)
    }
    let results = try #require(run["results"] as? [[String: Any]])
    let used = Set(results.compactMap { $0["ruleId"] as? String })
    #expect(!used.isEmpty && used.isSubset(of: known))
  }

  // MARK: lines

  @Test func nodesAreFoundWhateverTheFileLooksLike() throws {
    let text = """
      {"name": "b", "clock_mhz": 1,
       "nodes": [ {"op_type": "X",
          "name" :
            "a"}, {"name": "b"}, {"name": "q\\"\\\\"},

         {"name": "a"}], "other": [{"name": "late"}]}
      """
    let lines = DesignLines(Data(text.utf8))
    #expect(lines["a"] == 3 && lines["b"] == 4 && lines[#"q"\"#] == 4 && lines["none"] == nil)
  }

  @Test(arguments: [
    "", "{", "\"nodes\"", "\"nodes\" \"name\"", "\"nodes\" \"name\": \"x", "\u{0}\u{FF}",
  ])
  func whatIsNoDesignHasNoLines(text: String) {
    #expect(DesignLines(Data(text.utf8))["x"] == nil)
  }
}
