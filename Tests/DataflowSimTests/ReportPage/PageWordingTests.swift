import DataflowAnalysis
import Foundation
import ReportPage
import Testing

/// What pages say and where it stands, in a real browser: numbers are those of the command line, names and labels have
/// room.
@Suite(
  .serialized,
  .enabled(
    if: Browser.path != nil,
    "no Chromium (Debian: apt-get install chromium): pages are not looked at"))
struct PageWordingTests {
  private static let widths = [700, 1280, 1920]

  private func look(_ page: Data, at widths: [Int], _ body: (Browser, Int) throws -> Void) throws {
    try TestFiles.withTemporaryDirectory { folder in
      let path = folder + "/page.html"
      try page.write(to: URL(fileURLWithPath: path))
      let browser = try Browser()
      for width in widths {
        try browser.open(path, width: width, isDark: width == 1280)
        try body(browser, width)
      }
    }
  }

  private func text(_ selector: String, _ browser: Browser) throws -> String {
    try browser.evaluate("document.querySelector('\(selector)').textContent")
  }

  /// Seven digits are longer than what stands beside most axes.
  @Test func anAxisMakesRoomForItsLabels() throws {
    try look(try PageFixture.sweepOfMillions(), at: Self.widths) { browser, width in
      let cut = try browser.evaluate(
        """
        (plot => [...plot.querySelectorAll('text')].filter(t => {
          const r = t.getBoundingClientRect(), p = plot.getBoundingClientRect();
          return r.left < p.left || r.right > p.right;
        }).map(t => t.textContent).join())(document.querySelector('svg.plot'))
        """)
      #expect(cut == "", "\(width)")
      #expect(try text("svg.plot", browser).contains("000,000"))
    }
  }

  /// The command line knows one front, that of all axes.
  @Test func theTableIsTheWholeFront() throws {
    try look(try PageFixture.sweepOfMillions(), at: [1280]) { browser, _ in
      let rows = "document.querySelectorAll('#points tbody tr').length"
      #expect(try browser.evaluate(rows) == "2")
      #expect(try browser.evaluate("document.querySelectorAll('circle.front').length") == "1")
      let explanation = try text("#points p", browser)
      #expect(explanation.hasPrefix("2 points") && explanation.contains("simrun sweep report"))
      #expect(explanation.contains("1 of them is on it"))
      // What is on it for another axis can be chosen in the plot.
      let fold =
        "(document.querySelector('circle.rest').dispatchEvent(new Event('click')), document.querySelector('#answer ul').textContent)"
      #expect(try browser.evaluate(fold) == "MVAU_hls_0.PE=1")
      #expect(try browser.evaluate("document.querySelectorAll('circle.rest.chosen').length") == "1")
    }
  }

  @Test func largestBlocksAreNamedOnOneLine() throws {
    let long = "a_block_with_a_name_that_is_far_too_long_for_any_column_0"
    var design = try Design(contentsOf: TestFiles.repository("configs/tfc-w1a1.json"))
    let place = try #require(design.nodes.firstIndex { $0.name == "MVAU_hls_0" })
    design.nodes[place].name = long
    try look(try PageFixture.page(design), at: Self.widths + [1050]) { browser, width in
      let broken = try browser.evaluate(
        """
        [...document.querySelectorAll('.dearest td button')].filter(b => {
          const line = parseFloat(getComputedStyle(b).lineHeight);
          return b.getBoundingClientRect().height > 1.5 * line;
        }).map(b => b.textContent).join()
        """)
      #expect(broken == "", "\(width)")
      #expect(
        try browser.evaluate(
          "(e => e.scrollWidth <= e.clientWidth + 1)(document.querySelector('.dearest .scroll'))")
          == "true", "\(width)")
      let named = try browser.evaluate(
        "document.querySelector('.dearest td button[title=\(long)]').textContent")
      #expect(named.count <= 20 && named.hasPrefix("a_block_") && named.hasSuffix("_0"))
    }
  }

  /// 73 of 80 cycles are 91.25 %: the page and the command line round alike.
  @Test func sharesAreThoseOfTheCommandLine() throws {
    let design = try Design(contentsOf: TestFiles.repository("configs/tfc-w1a1.json"))
    let report = ThroughputReport(try Throughput(design), device: nil)
    try look(try PageFixture.design("tfc-w1a1"), at: [1280]) { browser, _ in
      let rows = try browser.evaluate(
        """
        JSON.stringify(Object.fromEntries([...document.querySelectorAll('#nodes tbody tr')]
          .map(r => [r.cells[0].textContent, r.cells[2].textContent])))
        """)
      let shown = try JSONDecoder().decode([String: String].self, from: Data(rows.utf8))
      #expect(shown["MVAU_hls_0"] == "91.3 %")
      for node in report.nodes where !node.opType.hasPrefix("StreamingFIFO") {
        #expect(shown[node.name] == node.utilisation?.percent() ?? "–", "\(node.name)")
      }
    }
  }

  /// What a block needs of a frame, and for how long it was busy in a run full of waits, are two things.
  @Test func loadIsNotCalledBusy() throws {
    try look(try PageFixture.design("tfc-w1a1"), at: [1280]) { browser, _ in
      let head = try text("#nodes thead", browser)
      #expect(head.contains("load") && !head.contains("busy"))
      let details = try text(".details", browser)
      #expect(details.contains("In the run (steady state, one period): busy in 71 % of the cycles"))
      #expect(details.contains("load91.3 %: cycles alone"))
      let answer = try text("#answer .verdict", browser)
      #expect(answer.contains("needs only 73 of the 80 cycles") && answer.contains("(their load)"))
      #expect(!answer.contains("of the time") && !answer.contains("busy"))
    }
  }

  /// What to change stands between the blocks and not on them.
  @Test(arguments: ["tfc-w1a1", "resnet-small"])
  func theChangeHasRoomInTheGraph(name: String) throws {
    try look(try PageFixture.design(name), at: Self.widths + [2560]) { browser, width in
      let covered = try browser.evaluate(
        """
        (labels => [...document.querySelectorAll('.graph .node rect.card, .graph .node text')].filter(n => {
          const r = n.getBoundingClientRect();
          return labels.some(l => l.left < r.right - 1 && l.right > r.left + 1 && l.top < r.bottom - 1 && l.bottom > r.top + 1);
        }).length)([...document.querySelectorAll('.graph text.fix')].map(l => l.getBoundingClientRect()))
        """)
      #expect(covered == "0", "\(width)")
      #expect(
        try browser.evaluate("document.querySelectorAll('.graph text.fix').length > 0") == "true")
    }
  }

  /// The depth of every FIFO can be read, also where several streams turn between the same lines.
  @Test(arguments: ["resnet-small", "mobilenet-small"])
  func noFIFOLiesOnAnother(name: String) throws {
    try look(try PageFixture.design(name), at: Self.widths + [2560]) { browser, width in
      let covered = try browser.evaluate(
        """
        (boxes => boxes.filter((a, i) => boxes.some((b, j) => j < i
          && a.left < b.right - .5 && b.left < a.right - .5 && a.top < b.bottom - .5 && b.top < a.bottom - .5)).length)(
          [...document.querySelectorAll('.graph rect.fifo')].map(r => r.getBoundingClientRect()))
        """)
      #expect(covered == "0", "\(width)")
      let turns = try browser.evaluate(
        "document.querySelectorAll('.graph .turn rect.fifo').length > 1")
      #expect(turns == "true", "\(width)")
    }
  }

  @Test func surplusWordsAreSaidInTheAnswer() throws {
    let design = SurplusFixture.design(pe: 2, simd: 4)
    let throughput = try Throughput(design)
    try look(try PageFixture.page(design), at: [1280]) { browser, _ in
      let said = try text("#answer .verdict .surplus", browser)
      #expect(said.hasPrefix("Hazard: mvu-startup-words: "))
      #expect(said == "Hazard: " + throughput.hazards.map(HazardSearch.surplusSentence).joined())
    }
  }
}
