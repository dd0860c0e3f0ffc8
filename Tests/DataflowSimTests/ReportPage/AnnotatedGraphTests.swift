import DataflowAnalysis
import DesignFiles
import Foundation
import ONNXFormat
import ReportPage
import SwiftProtobuf
import Testing

/// A user's graph with remarks: they are there, and nothing else has changed.
@Suite struct AnnotatedGraphTests {
  private let file = TestFiles.repository(
    "Tests/DataflowSimTests/Resources/cnv-w1a1-fifo.onnx")

  @Test func everythingElseStays() throws {
    var bytes = try TestFiles.data(file)
    // A field of the model that nobody knows: number 1000, the number 7.
    bytes += Data([0xC0, 0x3E, 0x07])
    let design = try DesignFile.load(file).design.bridgingWidths().design
    let throughput = try Throughput(design)
    let profile = try Recording(throughput).windows.last?.profile
    let report = ThroughputReport(throughput, device: nil)
    let (data, nodes) = try AnnotatedGraph.annotated(
      bytes, file: file, with: report, profile: profile)
    #expect(nodes > 4)
    let before = try AnnotatedModel(serializedBytes: bytes)
    var after = try AnnotatedModel(serializedBytes: data)
    let remarks = after.graph.node.map { node in
      Dictionary(node.metadataProps.map { ($0.key, $0.value) }) { first, _ in first }
    }
    let cycles = remarks.compactMap { $0["simrun.cycles_alone"] }.compactMap { Int($0) }
    #expect(cycles.count == nodes && cycles.contains { $0 > 0 })
    #expect(remarks.contains { $0.keys.contains("simrun.load") })
    // Busy, blocked and starved are of the same run.
    var seen = 0
    for lane in try #require(profile).nodes {
      guard let place = after.graph.node.firstIndex(where: { $0.name == lane.name }) else {
        continue
      }
      #expect(remarks[place]["simrun.busy"] == lane.shares.busy.percent())
      seen += 1
    }
    #expect(seen > 0)
    #expect(after.metadataProps.contains { $0.key == "simrun.outcome" })
    // Annotated again, the remarks are replaced and not doubled.
    let again = try AnnotatedGraph.annotated(data, file: file, with: report, profile: profile)
    #expect(again.data == data)
    // Without the remarks it is the file that came.
    for n in after.graph.node.indices {
      after.graph.node[n].metadataProps.removeAll { $0.key.hasPrefix("simrun.") }
    }
    after.metadataProps.removeAll { $0.key.hasPrefix("simrun.") }
    #expect(try after.serializedData() == (try before.serializedData()))
    #expect(try ONNXModelProto(serializedBytes: data).graph.node.count == before.graph.node.count)
  }

  @Test func foreignFilesAreRefused() throws {
    let report = ThroughputReport(
      try Throughput(TraceFixture.example("conv-shallow-fifos")), device: nil)
    #expect(
      inputError {
        _ = try AnnotatedGraph.annotated(
          Data("no".utf8), file: "m.onnx", with: report, profile: nil)
      }.contains("no ONNX model"))
    #expect(
      inputError {
        _ = try AnnotatedGraph.annotated(
          TestFiles.data(file), file: "m.onnx", with: report, profile: nil)
      }.contains("none of the nodes"))
  }
}
