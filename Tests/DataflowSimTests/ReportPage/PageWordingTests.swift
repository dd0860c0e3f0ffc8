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
      #expect(try text("svg.plot", browser).contains("000,000") || width < 700)
    }
  }
}
