import DataflowAnalysis
import Foundation
import Testing

/// The pages that commands write say in a browser what the commands say.
@Suite(
  .serialized,
  .enabled(
    if: Browser.path != nil,
    "no Chromium (Debian: apt-get install chromium): pages are not looked at"))
struct SurplusPageTests {
  private func text(_ selector: String, _ browser: Browser) throws -> String {
    try browser.evaluate(
      "[...document.querySelectorAll('\(selector)')].map(e => e.textContent).join('|')")
  }

  @Test func aFoldingsPageNamesTheCore() throws {
    try TestFiles.withTemporaryDirectory { folder in
      try SurplusFixture.design(pe: 1, simd: 2).json().write(
        to: URL(fileURLWithPath: "\(folder)/d.json"))
      let browser = try Browser()
      for (fps, count) in [("150e6", 1), ("1e6", 0)] {
        let told = try CommandLineTool.run(
          "fold", "d.json", "--target-fps", fps, "--html", "fold.html", "--json", in: folder)
        #expect(told.status == 0, "\(told.errors)")
        let hazards = try JSONSerialization.data(withJSONObject: told.json["hazards"] ?? [])
        let found = try JSONDecoder().decode([HazardCount].self, from: hazards)
        #expect(found.count == count)
        try browser.open("\(folder)/fold.html", width: 1280)
        let said = found.map { "Hazard: " + HazardSearch.surplusSentence($0) }
        #expect(try text(".surplus", browser) == said.joined(separator: "|"))
        #expect(browser.complaints.isEmpty, "\(browser.complaints)")
      }
    }
  }

  /// Points that stop or do not fit are on neither front, and each point that meets the hazard says so.
  @Test func aSweepsPageHasTheFrontOfTheReport() throws {
    try TestFiles.withTemporaryDirectory { folder in
      try SurplusFixture.design(pe: 1, simd: 2).json().write(
        to: URL(fileURLWithPath: "\(folder)/d.json"))
      let space =
        #"{"format": "simrun-space", "version": 1, "nodes": {"dut": {"SIMD": [1, 2, 4], "PE": [1, 2]}}}"#
      try space.write(toFile: "\(folder)/space.json", atomically: true, encoding: .utf8)
      let browser = try Browser()
      var fronts: [Int] = []
      for (name, budget) in [("all", [String]()), ("few", ["--budget", "LUT=100000,DSP=2"])] {
        let sweep = try CommandLineTool.run(
          ["sweep", "d.json", "--space", "space.json", "-o", "\(name).sqlite"] + budget, in: folder)
        #expect(sweep.status == 0, "\(sweep.errors)")
        let report = try CommandLineTool.run(
          "sweep", "report", "\(name).sqlite", "--html", "\(name).html", "--json", in: folder)
        let front = try #require(report.json["front"] as? [[String: Any]])
        #expect(report.json["points"] as? Int == 6)
        fronts.append(front.count)
        try browser.open("\(folder)/\(name).html", width: 1280)
        let rows = try browser.evaluate("document.querySelectorAll('#points tbody tr').length")
        #expect(rows == "\(front.count)", "\(name)")
        let fits = try browser.evaluate(
          "JSON.parse(document.getElementById('data').textContent).points.filter(p => p.fits === false).length"
        )
        #expect((fits == "0") == budget.isEmpty)
        // What is said of each point on the front when it is chosen.
        let said = try browser.evaluate(
          """
          JSON.stringify([...document.querySelectorAll('#points tbody tr button')].map(b => {
            b.click();
            return [b.textContent, [...document.querySelectorAll('#answer .surplus')].map(e => e.textContent).join('|')];
          }))
          """)
        let shown = try JSONDecoder().decode([[String]].self, from: Data(said.utf8))
        let expected = front.map { point in
          [
            String((point["address"] as? String ?? "").prefix(12)),
            (point["hazard"] as? String).map { "Hazard: " + $0 } ?? "",
          ]
        }
        #expect(Set(shown) == Set(expected), "\(name): \(shown)")
        #expect(browser.complaints.isEmpty, "\(browser.complaints)")
      }
      #expect(fronts[1] < fronts[0] && fronts[1] > 0, "\(fronts)")
    }
  }
}
