import DataflowAnalysis
import DesignFiles
import Foundation
import ReportPage
import Testing

/// The pages in a real browser: nothing complains, what matters is to be seen, keys work, names stay text.
@Suite(
  .serialized,
  .enabled(
    if: Browser.path != nil,
    "no Chromium (Debian: apt-get install chromium): pages are not looked at"))
struct BrowserTests {
  /// Writes `page` and looks at it.
  private func look(_ page: Data, _ body: (Browser, String) throws -> Void) throws {
    try TestFiles.withTemporaryDirectory { folder in
      let path = folder + "/page.html"
      try page.write(to: URL(fileURLWithPath: path))
      try body(try Browser(), path)
    }
  }

  /// Whether something with this text is in the window now.
  private func isInView(_ text: String, _ browser: Browser) throws -> Bool {
    let quoted = String(decoding: try JSONEncoder().encode(text), as: UTF8.self)
    return try browser.evaluate(
      """
      [...document.querySelectorAll('main *')].some(e => {
        if (!e.textContent.includes(\(quoted)) || e.children.length > 3) return false;
        const r = e.getBoundingClientRect();
        return getComputedStyle(e).visibility === 'visible' && r.width > 0 && r.height > 0 && r.top < innerHeight
          && r.bottom > 0 && r.left >= -1 && r.right <= innerWidth + 1;
      })
      """) == "true"
  }

  private func requireSound(_ browser: Browser, _ place: String) throws {
    #expect(browser.complaints.isEmpty, "\(place): \(browser.complaints)")
    #expect(
      try browser.evaluate("document.documentElement.scrollWidth <= innerWidth") == "true",
      "\(place): the page is wider than the window")
  }

  @Test func aHangIsExplainedAtEveryWidth() throws {
    try look(try PageFixture.design("resnet-small")) { browser, path in
      for width in [360, 400, 1280, 1920, 2560] {
        for isDark in [false, true] {
          try browser.open(path, width: width, isDark: isDark)
          try requireSound(browser, "\(width) px")
          #expect(try isInView("It hangs", browser), "\(width)")
          #expect(try isInView("What to change", browser), "\(width)")
        }
      }
      // Without scrolling: the change, the command, the ring in the graph.
      try browser.open(path, width: 1280)
      for text in ["deeper", "fixed.json"] { #expect(try isInView(text, browser), "\(text)") }
      #expect(
        try browser.evaluate("document.querySelectorAll('.graph .node.waits').length > 2") == "true"
      )
      #expect(
        try browser.evaluate("document.querySelectorAll('.graph text.fix').length > 0") == "true")
      #expect(
        try browser.evaluate(
          """
          [...document.querySelectorAll('.graph .node.waits rect.card')].every(n => {
            const r = n.getBoundingClientRect(), c = document.querySelector('svg.canvas').getBoundingClientRect();
            return r.left >= c.left - 2 && r.right <= c.right + 2 && r.top >= c.top - 2 && r.bottom <= c.bottom + 2;
          })
          """
        ) == "true")
    }
  }

  @Test func whereTheTimeGoes() throws {
    let design = try Design(contentsOf: TestFiles.repository("configs/cnv-w1a1.json"))
    let blocks = design.nodes.filter { !$0.isFIFO }.count
    try look(try PageFixture.design("cnv-w1a1")) { browser, path in
      for width in [400, 1280, 1920] {
        try browser.open(path, width: width)
        try requireSound(browser, "\(width) px")
        #expect(try isInView("frames/s", browser), "\(width)")
        #expect(try isInView("Blocks wait for each other", browser), "\(width)")
      }
      #expect(
        try browser.evaluate("document.querySelectorAll('.graph .node:not(.border)').length")
          == "\(blocks)")
      #expect(
        try browser.evaluate("document.querySelectorAll('.rows .row:not(.head)').length")
          == "\(blocks)")
      #expect(
        try browser.evaluate("document.querySelectorAll('.graph .node.marked').length > 0")
          == "true")
      // The window over time can be switched.
      #expect(
        try browser.evaluate(
          "([...document.querySelectorAll('#time button')].find(b => b.textContent.startsWith('Steady')).click(), document.querySelector('#time button[aria-pressed=true]').textContent)"
        ).hasPrefix("Steady"))
    }
  }

  @Test func keysFollowTheStreams() throws {
    try look(try PageFixture.design("tfc-w1a1")) { browser, path in
      try browser.open(path, width: 1280)
      try browser.evaluate("document.querySelector('svg.canvas').focus()")
      var seen: Set<String> = []
      for _ in 0..<4 {
        try browser.press("ArrowRight")
        seen.insert(try browser.evaluate("document.querySelector('.details h2').textContent"))
      }
      #expect(seen.count >= 3)
      try browser.press("/")
      #expect(try browser.evaluate("document.activeElement.type") == "search")
      for key in "MVAU" { try browser.press(String(key)) }
      #expect(
        try browser.evaluate("document.querySelectorAll('.graph .node.found').length > 0") == "true"
      )
      #expect(
        try browser.evaluate(
          "document.querySelector('svg.canvas').getAttribute('aria-label').length > 20")
          == "true")
      #expect(
        try browser.evaluate(
          "[...document.querySelectorAll('button, input, select, svg[role=img]')].filter(e => !(e.textContent.trim() || e.getAttribute('aria-label') || e.closest('label'))).length"
        ) == "0")
    }
  }

  /// The slider chooses a cycle, the table has the words of that cycle, and a line shows it in the rows.
  @Test func wordsOfACycleAreShown() throws {
    let loaded = try DesignFile.load(TestFiles.repository("configs/tfc-w1a1.json"))
    var options = DesignPageOptions()
    let recorded = CompressedResource.url("activations/tfc-w1a1.npz").path
    let image = try NPZ(contentsOf: recorded).tensor("__input__")
    try TestFiles.withTemporaryDirectory { folder in
      try NPY.encode(image).write(to: URL(fileURLWithPath: folder + "/x.npy"))
      options.recording.data = try PageData(
        loaded.design, loaded.parameters, inputs: TensorFile(folder + "/x.npy"))
    }
    try look(try Page(loaded.design, device: nil, options: options).html()) { browser, path in
      for width in [400, 1280] {
        try browser.open(path, width: width)
        try requireSound(browser, "words, \(width) px")
      }
      let text = "document.querySelector('.words').textContent"
      let before = try browser.evaluate(text)
      #expect(before.contains("cycle ") && before.contains("frame "))
      try browser.evaluate(
        "(s => { s.value = s.max; s.dispatchEvent(new Event('input')); })(document.querySelector('.words input'))"
      )
      #expect(try browser.evaluate(text) != before)
      #expect(
        try browser.evaluate(
          "getComputedStyle(document.querySelector('.row:not(.head) .lane'), '::after').borderLeftWidth"
        ) == "2px")
    }
  }

  @Test func depthsBecomeACommand() throws {
    try look(try PageFixture.design("resnet-small")) { browser, path in
      try browser.open(path, width: 1280)
      #expect(try browser.evaluate("document.querySelector('.whatif').hidden") == "true")
      let text = try browser.evaluate(
        "(i => { i.value = '77'; i.dispatchEvent(new Event('change')); return document.querySelector('.whatif code').textContent; })(document.querySelector('#fifos input'))"
      )
      #expect(
        text.hasPrefix("simrun fps design.json --depth StreamingFIFO") && text.hasSuffix("=77"))
      #expect(try browser.evaluate("document.querySelector('.whatif').hidden") == "false")
    }
  }

  @Test func hostileNamesAreInert() throws {
    try look(try PageFixture.page(PageFixture.hostile())) { browser, path in
      try browser.open(path, width: 1280)
      try requireSound(browser, "hostile names")
      #expect(try browser.evaluate("document.title.startsWith('pwned')") == "false")
      #expect(try browser.evaluate("document.querySelectorAll('img').length") == "0")
      #expect(try browser.evaluate("document.querySelectorAll('script').length") == "2")
      // Marks that turn the direction of text are spelled out.
      #expect(
        try browser.evaluate("/[\\u202a-\\u202e\\u2066-\\u2069]/.test(document.body.innerText)")
          == "false")
      #expect(
        try browser.evaluate("document.querySelector('h1').textContent.includes('\\\\u{202e}')")
          == "true")
    }
  }

  @Test func theOtherPagesAreSound() throws {
    for (name, page) in [
      ("sweep", try PageFixture.sweep()), ("comparison", try PageFixture.comparison()),
      ("folding", try PageFixture.folding()),
    ] {
      try look(page) { browser, path in
        for width in [400, 1280, 1920] {
          try browser.open(path, width: width, isDark: width == 1280)
          try requireSound(browser, "\(name), \(width) px")
        }
        if name == "sweep" {
          #expect(
            try browser.evaluate("document.querySelectorAll('circle.front').length > 5") == "true")
          #expect(try isInView("MVAU_hls_0.PE", browser))
          #expect(
            try browser.evaluate("document.querySelectorAll('line.limit').length > 0") == "true")
          #expect(
            try browser.evaluate("document.querySelector('.command code').textContent").contains(
              "'s weep.sqlite'"))
        } else if name == "folding" {
          #expect(try isInView("frames/s", browser))
          #expect(try isInView("PE ", browser))
        } else {
          #expect(try isInView("First wrong: MVAU_hls_0", browser))
          #expect(try browser.evaluate("document.querySelectorAll('canvas').length") == "4")
        }
      }
    }
  }

  /// What does not fit is on no front, and where nothing fits the page says so.
  @Test(arguments: [2, 0]) func whatDoesNotFitIsNotOffered(fitting: Int) throws {
    try look(try PageFixture.sweep(fitting: fitting)) { browser, path in
      try browser.open(path, width: 1280)
      try requireSound(browser, "\(fitting) points fit")
      let offered = try browser.evaluate("document.querySelectorAll('circle.front').length")
      #expect(offered == "\(fitting)")
      #expect(try isInView("No point fits", browser) == (fitting == 0))
    }
  }

  #if !DEBUG
    /// ResNet-50: 300 blocks. A debug build takes minutes to simulate it.
    @Test func aLargeDesignIsSmallAndQuick() throws {
      let page = try PageFixture.design("resnet50-w1a2", frames: 2)
      #expect(page.count < 3_000_000)
      try look(page) { browser, path in
        try browser.open(path, width: 1280)
        try requireSound(browser, "resnet50")
        #expect(try isInView("frames/s", browser))
        #expect(
          try browser.evaluate("document.querySelectorAll('.graph .node').length > 200") == "true")
      }
    }
  #endif
}
