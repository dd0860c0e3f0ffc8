import DataflowAnalysis
import Foundation
import ReportPage

/// Pages of shipped designs and of made-up results.
enum PageFixture {
  static func design(_ name: String, frames: Int? = nil) throws -> Data {
    try page(Design(contentsOf: TestFiles.repository("configs/\(name).json")), frames: frames)
  }

  static func page(_ design: Design, frames: Int? = nil) throws -> Data {
    var options = DesignPageOptions()
    options.command = "simrun fps design.json"
    if let frames { options.recording.frames = frames }
    return try Page(
      try design.resolvingStreamDepths(), device: design.part.flatMap { try? Device.named($0) },
      options: options
    ) { report, hang, _ in
      [
        NextStep(
          command: hang == nil
            ? "simrun fifo design.json" : "simrun hang design.json --apply fixed.json",
          reason: "helps")
      ]
    }.html()
  }

  /// A design whose every name tries to be more than text.
  static func hostile() throws -> Design {
    var design = try Design(
      contentsOf: TestFiles.repository("configs/examples/conv-shallow-fifos.json"))
    let attack =
      #"</script><script>document.title='pwned'</script><img src=x onerror="document.title='pwned'">"#
    design.name = attack + "\u{202E}gpj.exe\u{2028}'\"`${1}&amp;"
    var streams: [String: String] = [:]
    for node in design.nodes {
      for stream in node.inputs + node.outputs where streams[stream] == nil {
        streams[stream] = "\(attack)\u{2066}\(streams.count)"
      }
    }
    for n in design.nodes.indices {
      design.nodes[n].name = "\(attack)\u{202E}\(n)"
      design.nodes[n].inputs = design.nodes[n].inputs.map { streams[$0]! }
      design.nodes[n].outputs = design.nodes[n].outputs.map { streams[$0]! }
    }
    design.graphInputs = design.graphInputs.map { streams[$0]! }
    design.graphOutputs = design.graphOutputs.map { streams[$0]! }
    design.streams = [:]
    return design
  }

  /// - Parameter fitting: so many of the first points fit; nil: nothing says into what.
  static func sweep(fitting: Int? = nil) throws -> Data {
    let points = (0..<40).map { n -> SweepPagePoint in
      var result = SweepResult(status: .complete)
      result.framesPerSecond = Double(1000 + 100 * n - n * n)
      result.resources = Resources(lut: 5000 + 900 * n, bram18: 40 + (n * 7) % 50, uram: 0, dsp: n)
      result.latency = 100_000 - 900 * n
      result.fits = fitting.map { n < $0 }
      return SweepPagePoint(
        result, onFront: n % 3 == 0, address: String(repeating: "\(n % 10)", count: 20),
        folding: "MVAU_hls_0.PE=\(n); MVAU_hls_0.SIMD=2")
    }
    return try Page(
      design: "<b>d</b>", part: "xc7z020clg400-1", database: "s weep.sqlite", count: 40,
      points: points
    ).html()
  }

  /// Millions of frames per second, and a front of which the two axes shown first have one point.
  static func sweepOfMillions() throws -> Data {
    let points = [(4_878_049, 7000, 5), (4_800_000, 7500, 1), (1_000_000, 8000, 9)].map {
      fps, lut, bram in
      var result = SweepResult(status: .complete)
      result.framesPerSecond = Double(fps)
      result.resources = Resources(lut: lut, bram18: bram, uram: 0, dsp: 0)
      result.latency = 300
      return SweepPagePoint(
        result, onFront: bram < 9, address: String(repeating: "\(bram)", count: 20),
        folding: "MVAU_hls_0.PE=\(bram)")
    }
    return try Page(
      design: "d", part: nil, database: "sweep.sqlite", count: points.count, points: points
    ).html()
  }

  /// A folding of a shipped design for its part.
  static func folding() throws -> Data {
    let design = try Design(contentsOf: TestFiles.repository("configs/tfc-w1a1.json"))
    let device = try design.part.map { try Device.named($0) }
    let search = try FoldingSearch(design, goal: .framesPerSecond(500_000), device: device)
    return try Page(FoldingReport(search), device: device).html()
  }

  /// A tensor with two wrong channels in one corner.
  static func comparison() throws -> Data {
    let shape = [1, 6, 5, 4]
    let expected = (0..<120).map { Double($0 % 7) }
    var actual = expected
    for p in [7, 8, 12] {
      actual[p * 4 + 2] += 1
      actual[p * 4 + 3] -= 2
    }
    var tensor = TensorComparison(
      stream: "s<1>", node: "MVAU_hls_0", reference: "ref", elements: 120, differing: 6,
      maximumError: 2,
      meanError: 0.07, sqnr: 21, psnr: 22)
    tensor.first = Divergence(
      frame: 0, index: [0, 1, 2, 2], channel: 2, fold: 0, word: 30, lane: 0, expected: 2, actual: 3)
    tensor.picture = DivergencePicture(expected: expected, actual: actual, shape: shape, first: 30)
    let fine = TensorComparison(
      stream: "s0", node: "SWG", reference: "r0", elements: 90, differing: 0, maximumError: 0,
      meanError: 0, sqnr: .infinity, psnr: .infinity)
    return try Page(
      ComparisonReport("toy", [fine, tensor]), [fine, tensor], reference: "golden.npz",
      findings: [
        .init(node: "MVAU_hls_0", finding: "its weights differ", advice: "export them again")
      ]
    ).html()
  }
}
