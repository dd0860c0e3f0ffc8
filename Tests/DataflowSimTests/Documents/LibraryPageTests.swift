import DataflowAnalysis
import DesignFiles
import Foundation
import Testing

// The page's code, compiled. A test compares it with the page.
func frameRate(of path: String) throws -> [String] {
  let design = try DesignFile.load(path).design
  var lines = ["\(design.name): \(design.nodes.count) nodes at \(design.clockMHz) MHz"]

  let throughput = try Throughput(design)
  guard let fps = throughput.fps, let cycles = throughput.cyclesPerFrame else {
    return lines + ["it stops: \(throughput.stuckFIFOs.full) are full"]
  }
  lines.append("\(fps) frames/s, \(cycles) cycles per frame")
  if let (node, limit) = throughput.bottleneck { lines.append("limit: \(limit) at \(node)") }

  let scenario = Scenario(frames: 2, sinks: ["out0": .init(pattern: try Pattern("0001"))])
  let run = try Simulation(throughput.plan, scenario: scenario).run()
  lines.append("a sink ready in every fourth cycle: frames end in cycles \(run.frameEnds)")

  let sized = try FIFOSizing(design)
  lines.append("FIFOs: \(sized.totalAfter) words give \(sized.periodAfter.cyclesPerFrame) cycles")
  return lines
}
// End of the page's code.

/// The first page of the library's documentation is true.
@Suite struct LibraryPageTests {
  @Test func theCodeOnThePageIsTheCodeThatIsCompiled() throws {
    let page = try MarkdownPage("docs/simrun.docc/From-a-file-to-a-frame-rate.md").text
    let shown = page.split(separator: "```swift\n")[1].split(separator: "```")[0]
    let source = try String(contentsOf: URL(filePath: #filePath), encoding: .utf8)
    let compiled = source.split(separator: "compares it with the page.\n")[1].split(
      separator: "// End of")[0]
    #expect(shown == compiled)
    #expect(compiled.split(separator: "\n").count <= 20)
  }

  @Test func itSaysWhatTheCommandsSay() throws {
    let lines = try frameRate(of: TestFiles.repository("configs/ci/residual-fixed.json"))
    let report = try CommandLineTool.run("configs/ci/residual-fixed.json", "--fps", "--json").json
    let rate = try #require(report["throughput"] as? [String: Any])
    #expect(lines.count == 5)
    #expect(lines[1].hasPrefix("\(try #require(rate["fps"] as? Double)) frames/s"))
    let stops = try frameRate(of: TestFiles.repository("configs/ci/residual-hang.json"))
    #expect(stops.last?.hasPrefix("it stops: [") == true)
  }
}
