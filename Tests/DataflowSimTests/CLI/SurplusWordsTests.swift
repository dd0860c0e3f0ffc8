import Foundation
import Testing

/// A core that puts out words that are nobody's results is named wherever a design's rate is told, in the same words.
@Suite struct SurplusWordsTests {
  private let words =
    "mvu-startup-words: 1 word wrong or surplus at dut in 3 frames without any stall; they are no frames, but later ones "
    + "are shifted (simrun hazards)"

  /// Written where it is folded so far that its every slot ends a result.
  private func withFoldedDesign(_ body: (String) throws -> Void) throws {
    try TestFiles.withTemporaryDirectory { folder in
      try SurplusFixture.design(pe: 1, simd: 2).json().write(
        to: URL(fileURLWithPath: "\(folder)/d.json"))
      try body(folder)
    }
  }

  @Test func foldAndReportSayIt() throws {
    try withFoldedDesign { folder in
      let folded = try CommandLineTool.run(
        "fold", "\(folder)/d.json", "--target-fps", "150e6", "--apply", "\(folder)/o.json",
        "--html", "\(folder)/fold.html")
      #expect(folded.output.contains("\nhazard  \(words)"), "\(folded.output)\(folded.errors)")
      #expect(try CommandLineTool.run("fps", "\(folder)/o.json").output.contains(words))
      let report = try CommandLineTool.run(
        "report", "\(folder)/o.json", "--html", "\(folder)/page.html")
      #expect(report.status == 0)
      for page in ["fold.html", "page.html"] {
        #expect(try String(contentsOfFile: "\(folder)/\(page)", encoding: .utf8).contains(words))
      }
      let calm = try CommandLineTool.run(
        "fold", "\(folder)/d.json", "--target-fps", "1e6", "--json")
      #expect((calm.json["hazards"] as? [Any])?.isEmpty == true)
    }
  }

  @Test func sweepSaysItOfEachPoint() throws {
    try withFoldedDesign { folder in
      let space =
        #"{"format": "simrun-space", "version": 1, "nodes": {"dut": {"SIMD": [1, 2, 4], "PE": [1, 2]}}}"#
      try space.write(toFile: "\(folder)/space.json", atomically: true, encoding: .utf8)
      let database = "\(folder)/s.sqlite"
      let sweep = try CommandLineTool.run(
        "sweep", "\(folder)/d.json", "--space", "\(folder)/space.json", "-o", database)
      #expect(sweep.status == 0, "\(sweep.errors)")
      let report = try CommandLineTool.run(
        "sweep", "report", database, "--html", "\(folder)/page.html")
      #expect(report.output.contains("\nhazard  \(words): "), "\(report.output)")
      #expect(
        try String(contentsOfFile: "\(folder)/page.html", encoding: .utf8).contains(words))
      let front = try CommandLineTool.run("sweep", "report", database, "--json").json["front"]
      let points = try #require(front as? [[String: Any]])
      let struck = points.filter { $0["hazard"] as? String == words }
      #expect(!struck.isEmpty && struck.count < points.count)
    }
  }

  /// A name from a file moves no cursor and colours no text, wherever the sentence stands.
  @Test func namesWithEscapesStayText() throws {
    try TestFiles.withTemporaryDirectory { folder in
      var design = SurplusFixture.design(pe: 1, simd: 2)
      design.nodes[0].name = "d\u{1B}[31mut\u{202E}"
      try design.json().write(to: URL(fileURLWithPath: "\(folder)/d.json"))
      func requireText(_ arguments: String...) throws {
        let told = try CommandLineTool.run(arguments, in: folder)
        #expect(told.output.contains("mvu-startup-words: 1 word wrong or surplus at d"), "\(told)")
        for text in [told.output, told.errors] {
          #expect(!text.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{202E}" })
        }
      }
      try requireText("fold", "d.json", "--target-fps", "150e6", "--apply", "o.json")
      try requireText("fps", "o.json")
      let space = #"{"format": "simrun-space", "version": 1, "fifo": ["kept"]}"#
      try space.write(toFile: "\(folder)/space.json", atomically: true, encoding: .utf8)
      let sweep = try CommandLineTool.run(
        "sweep", "o.json", "--space", "space.json", "-o", "s.sqlite", in: folder)
      #expect(sweep.status == 0, "\(sweep.errors)")
      try requireText("sweep", "report", "s.sqlite")
    }
  }
}
