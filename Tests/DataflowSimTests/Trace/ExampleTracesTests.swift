import DataflowAnalysis
import Foundation
import Testing

/// The traces in `traces/` are what simrun writes today.
@Suite struct ExampleTracesTests {
  @Test(arguments: ["residual-deadlock", "conv-shallow-fifos", "dsp48-lost-product"])
  func theCommittedTraceIsReproduced(name: String) throws {
    let committed = try TraceFile(
      contentsOf: TestFiles.repository("traces/\(name).simtrace.zst"))
    let design = try Design(contentsOf: TestFiles.repository("configs/examples/\(name).json"))
    let (data, _) = try TraceFixture.record(design, committed.scenario)
    let now = try TraceFile(data, path: name)
    #expect(committed.damage == nil && committed.report != nil)
    #expect(now.design == committed.design)
    // The command also says why a design stops, which takes an analysis of the stopped run.
    var report = committed.report
    report?.cause = nil
    #expect(now.report == report)
    #expect(now.streamNames == committed.streamNames)
    for stream in now.streamNames {
      var (a, b) = (try now.handshakes(of: stream), try committed.handshakes(of: stream))
      while let handshake = try a.next() { #expect(try b.next() == handshake) }
      #expect(try b.next() == nil)
    }
  }
}
