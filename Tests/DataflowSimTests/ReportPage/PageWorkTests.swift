import DataflowAnalysis
import Foundation
import ReportPage
import Testing

/// What pages ask of a browser, in counts that no machine changes, and what they are on paper.
@Suite(
  .serialized,
  .enabled(
    if: Browser.path != nil,
    "no Chromium (Debian: apt-get install chromium): pages are not looked at"))
struct PageWorkTests {
  private func open(_ page: Data, _ body: (Browser) throws -> Void) throws {
    try TestFiles.withTemporaryDirectory { folder in
      let path = folder + "/page.html"
      try page.write(to: URL(fileURLWithPath: path))
      let browser = try Browser()
      try browser.open(path, width: 1280)
      try body(browser)
    }
  }

  /// A page is laid out a few times however large it is, and whatever is done in it changes what it shows and
  /// nothing else.
  private func requireLittleWork(_ page: Data, elements most: Int) throws {
    try open(page) { browser in
      #expect(try browser.count("LayoutCount") <= 12)
      let elements = try browser.evaluate("document.querySelectorAll('*').length")
      #expect(Int(elements)! <= most)
      let wheel = try browser.work(
        of: """
          const canvas = document.querySelector('svg.canvas'), box = canvas.getBoundingClientRect();
          canvas.dispatchEvent(new WheelEvent('wheel', { deltaY: -120, ctrlKey: true, bubbles: true,
            cancelable: true, clientX: box.left + 200, clientY: box.top + 100 }))
          """)
      #expect((1...3).contains(wheel.mutations) && wheel.layouts <= 3, "zooming: \(wheel)")
      let search = try browser.work(
        of: """
          const field = document.querySelector('input[type=search]');
          field.value = 'MVAU_hls_1';
          field.dispatchEvent(new Event('input', { bubbles: true }))
          """)
      let found = Int(try browser.evaluate("document.querySelectorAll('.node.found').length"))!
      #expect(found > 0 && search.mutations <= found + 8 && search.layouts <= 4, "\(search)")
      for _ in 0..<3 {
        let step = try browser.work(
          of: """
            const canvas = document.querySelector('svg.canvas');
            canvas.focus();
            canvas.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }))
            """)
        #expect((1...16).contains(step.mutations) && step.layouts <= 6, "a step: \(step)")
      }
    }
  }

  @Test func doingSomethingChangesLittle() throws {
    // 59 blocks.
    try requireLittleWork(try PageFixture.design("resnet-small"), elements: 5000)
  }

  #if !DEBUG
    /// 249 blocks; a debug build takes minutes to simulate them.
    @Test func aLargeDesignAsksForLittleMore() throws {
      try requireLittleWork(try PageFixture.design("resnet50-w1a2", frames: 2), elements: 20_000)
    }
  #endif

  /// What is folded away is shown, nothing is cut off, the graph is there to its ends, and what only a screen
  /// can use is gone. Afterwards all is as it was.
  private func requirePaper(_ page: Data, folds: Bool) throws {
    try open(page) { browser in
      let folded = "document.querySelectorAll('details:not([open])').length"
      let before = try browser.evaluate(folded)
      #expect((before != "0") == folds)
      try browser.layOutForPaper()
      #expect(try browser.evaluate(folded) == "0")
      #expect(
        try browser.evaluate(
          """
          [document.documentElement, ...document.querySelectorAll('.scroll, .panel, .words')]
            .filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.className || e.tagName).join()
          """) == "")
      #expect(
        try browser.evaluate(
          """
          [...document.querySelectorAll('.graph .node')].filter(n => {
            const r = n.getBoundingClientRect(), c = document.querySelector('svg.canvas').getBoundingClientRect();
            return r.left < c.left - 1 || r.right > c.right + 1 || r.top < c.top - 1 || r.bottom > c.bottom + 1;
          }).length
          """) == "0")
      // A name of a block is broken at most once or twice, not letter by letter.
      #expect(
        try browser.evaluate(
          "[...document.querySelectorAll('td:first-child')].filter(t => t.clientWidth < 50 && !t.classList.contains('number')).length"
        ) == "0")
      #expect(
        try browser.evaluate(
          """
          [...document.querySelectorAll('.tools, button.copy, nav.sections, .theme')]
            .filter(e => e.getClientRects().length).length
          """) == "0")
      try browser.evaluate("dispatchEvent(new Event('afterprint'))")
      #expect(try browser.evaluate(folded) == before)
      #expect(
        try browser.evaluate("!!document.querySelector('svg.canvas')?.hasAttribute('viewBox')")
          == "false")
      // Printing does tell the page of it.
      try browser.evaluate(
        "addEventListener('beforeprint', () => document.title = 'folded: ' + \(folded))")
      #expect(try browser.print().starts(with: Data("%PDF-".utf8)))
      #expect(try browser.evaluate("document.title") == "folded: 0")
    }
  }

  @Test func aDesignIsPrinted() throws {
    try requirePaper(try PageFixture.design("resnet-small"), folds: true)
  }

  @Test func otherPagesArePrinted() throws {
    try requirePaper(try PageFixture.comparison(), folds: true)
    try requirePaper(try PageFixture.sweep(), folds: false)
    try requirePaper(try PageFixture.folding(), folds: false)
  }

  /// The plot is as wide as its room: its text is as large in a narrow window.
  @Test func aPlotIsReadableInANarrowWindow() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let path = folder + "/page.html"
      try PageFixture.sweep().write(to: URL(fileURLWithPath: path))
      let browser = try Browser()
      for width in [360, 400, 1280] {
        try browser.open(path, width: width)
        let height = try browser.evaluate(
          "document.querySelector('svg.plot text').getBoundingClientRect().height")
        #expect(Double(height)! > 9, "\(width): \(height)")
      }
    }
  }
}
