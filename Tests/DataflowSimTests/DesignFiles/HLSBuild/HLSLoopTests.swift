import DataflowAnalysis
import DesignFiles
import Foundation
import Testing

/// Loops against the shape of the node: what a report says of a max pool, of two processes, of a call and of a
/// single iteration. The figures are those of public builds; each contradiction differs from them in one place.
@Suite struct HLSLoopTests {
  private typealias Fixture = HLSBuildFixture
  private typealias Loop = HLSBuildFixture.Loop

  private func read(_ expected: HLSExpectation, _ write: (HLSBuildWriter) throws -> Void) throws
    -> HLSScheduleReading
  {
    try TestFiles.withTemporaryDirectory { root in
      let writer = HLSBuildWriter(root: root, node: expected.names[0])
      try write(writer)
      return try HLSScheduleReader(folder: writer.code, expected: expected).read()
    }
  }

  private func refusal(_ expected: HLSExpectation, _ write: (HLSBuildWriter) throws -> Void)
    -> String
  {
    inputError { _ = try read(expected, write) }
  }

  // MARK: Max pool

  private func pool(_ outputs: Int, _ kernel: Int = 2, isOneBit: Bool = false) -> HLSExpectation {
    HLSExpectation(
      names: ["StreamingMaxPool_hls_0"], op: "StreamingMaxPool", iterations: [outputs],
      pool: .init(outputs: outputs, kernel: kernel, isOneBit: isOneBit))
  }

  /// What Vitis HLS 2022.2 reports of a pool of `o` × `o` outputs and a kernel of 2 × 2.
  private func reports(
    _ writer: HLSBuildWriter, _ o: Int, latency: Int? = nil, interval: Int? = nil,
    clear: Int? = nil, read: Int = 2, write: Int? = nil, rows: Int? = nil
  ) throws {
    let fixture = Fixture()
    let row = 2 * o * 8 + o + 5
    let body = o * row + o + 4
    let top = latency ?? body + 3
    try writer.report(
      fixture, .init(name: "StreamingMaxPool_hls_0", latency: top, interval: interval ?? top + 1))
    try writer.report(
      fixture,
      .init(
        name: "StreamingMaxPool_Precision", latency: body, interval: body,
        loops: [
          Loop(
            name: "L154_3", trips: String(rows ?? o), latency: o * row, depth: nil, interval: nil),
          Loop(
            name: "L155_4_L156_5", trips: String(2 * o), latency: 16 * o, depth: nil, interval: nil),
        ]))
    for (name, trips, depth) in [
      ("L147_1", clear ?? o, 1), ("L158_6", read, 1), ("L174_8", write ?? o, 2),
    ] {
      try writer.report(
        fixture,
        .init(
          name: "Pipeline_\(name)", latency: trips + 2, interval: trips + 2,
          loops: [Loop(name: name, trips: String(trips), latency: trips, depth: depth)]))
    }
  }

  @Test(arguments: [208, 104, 52, 26, 13]) func poolsThatWereBuilt(outputs: Int) throws {
    #expect(try read(pool(outputs)) { try reports($0, outputs) }.structure == "nested")
  }

  @Test func aPoolOfAnotherShape() {
    let other = refusal(pool(13)) { try reports($0, 52) }
    #expect(
      other.contains("TripCount is 52, but a loop like this of the node's shape has"), "\(other)")
    #expect(other.contains("was the folder built with another folding or shape?"))
    for text in [
      refusal(pool(13)) { try reports($0, 13, clear: 14) },
      refusal(pool(13)) { try reports($0, 13, read: 3) },
      refusal(pool(13)) { try reports($0, 13, write: 2) },
      refusal(pool(13)) { try reports($0, 13, rows: 17) },
    ] { #expect(text.contains("TripCount is"), "\(text)") }
    let latency = refusal(pool(13)) { try reports($0, 13, latency: 8923) }
    #expect(latency.contains("its latency is 8923 cycles, but loops of the node's shape take"))
    let interval = refusal(pool(13)) { try reports($0, 13, interval: 3000) }
    #expect(
      interval.contains("is 3000 cycles, but a call of 2958 cycles can start again after 2959"))
    // One-bit elements are read by one loop of three stages.
    let form = refusal(pool(13, isOneBit: true)) { try reports($0, 13) }
    #expect(form.contains("has 1 stages") && form.contains("was not measured"), "\(form)")
  }

  /// Of generated Verilog the header alone speaks of the shape.
  @Test func aPoolsHeader() throws {
    func header(_ latency: Int) -> (HLSBuildWriter) throws -> Void {
      { writer in
        try writer.verilog(
          Fixture().verilog("StreamingMaxPool_hls_0", latency: latency), "StreamingMaxPool_hls_0")
        try writer.verilog("", "StreamingMaxPool_hls_0_flow_control_loop_pipe_sequential_init")
      }
    }
    #expect(try read(pool(13), header(2958)).structure == "nested")
    #expect(try read(pool(13), header(0)).structure == "nested")
    #expect(refusal(pool(13), header(46_287)).contains("HLS_SYN_LAT is 46287 cycles"))
    let both = refusal(pool(13)) { writer in
      try reports(writer, 13)
      try header(46_287)(writer)
    }
    #expect(
      both.contains("HLS_SYN_LAT is 46287 cycles") && both.contains("StreamingMaxPool_hls_0.v"))
  }

  // MARK: Two processes

  private static let converter = HLSExpectation(
    names: ["StreamingDataWidthConverter_hls_2"], op: "StreamingDataWidthConverter",
    iterations: [2704, 4394])

  private func converter(
    _ writer: HLSBuildWriter, top: Int = 4398, interval: Int = 4398, starts: Int = 1,
    loop: Int = 4395
  ) throws {
    let fixture = Fixture()
    try writer.report(
      fixture,
      .init(
        name: "StreamingDataWidthConverter_Batch_312u", latency: 4397, interval: 4397,
        loops: [Loop(trips: "4394", latency: loop, depth: 3, interval: starts)]))
    try writer.report(
      fixture,
      .init(
        name: "StreamingDataWidthConverter_Batch_39u", latency: 2706, interval: 2706,
        loops: [Loop(trips: "2704", latency: 2704, depth: 2)]))
    try writer.report(
      fixture,
      .init(
        name: "StreamingDataWidthConverter_hls_2", latency: top, interval: interval,
        type: "dataflow"))
  }

  @Test func twoProcessesAgainstTheirShape() throws {
    #expect(try read(Self.converter) { try converter($0) }.structure == "two_processes")
    let slow = refusal(Self.converter) { try converter($0, starts: 2) }
    #expect(slow.contains("starts an iteration every 2 cycles; measured converters"), "\(slow)")
    let short = refusal(Self.converter) { try converter($0, top: 2710) }
    #expect(short.contains("its latency is 2710 cycles"), "\(short)")
    #expect(
      refusal(Self.converter) { try converter($0, interval: 9000) }
        .contains("its interval is 9000 cycles"))
    #expect(
      refusal(Self.converter) { try converter($0, loop: 9000) }.contains(
        "4394 iterations of 3 stages take"))
    let header = refusal(Self.converter) { writer in
      try converter(writer)
      try writer.verilog(
        Fixture().verilog("StreamingDataWidthConverter_hls_2", latency: 17),
        "StreamingDataWidthConverter_hls_2")
    }
    #expect(header.contains("HLS_SYN_LAT is 17 cycles"), "\(header)")
  }

  // MARK: Calls, loops that restart, single iterations

  private func core(_ iterations: Int) -> HLSExpectation {
    HLSExpectation(names: ["MVAU_hls_0"], op: "MVAU", iterations: [iterations])
  }

  @Test func theIntervalOfACall() {
    let text = refusal(core(14)) { writer in
      try writer.report(Fixture(), .init(name: "MVAU_hls_0", latency: 20, interval: 40))
      try writer.report(
        Fixture(),
        .init(
          name: "Matrix_Vector", latency: 17, interval: 17,
          loops: [Loop(trips: "14", latency: 15, depth: 3)]))
    }
    #expect(
      text.contains(
        "MVAU_hls_0_csynth.xml: the interval of 'MVAU_hls_0' is 40 cycles, but a call of 20"),
      "\(text)")
  }

  @Test func theIntervalOfALoopThatRestarts() {
    let text = refusal(core(1024)) { writer in
      try writer.report(
        Fixture(),
        .init(
          name: "MVAU_hls_0", latency: 1027, interval: 3,
          loops: [Loop(trips: "1024", latency: 1025, depth: 3)], type: "loop auto-rewind stp"))
    }
    #expect(text.contains("a loop of 1024 iterations starts again after 1024 or 1025"), "\(text)")
  }

  @Test func aLoopsOwnLatency() {
    let text = refusal(core(1024)) { writer in
      try writer.report(
        Fixture(),
        .init(
          name: "MVAU_hls_0", latency: 1027, interval: 1025,
          loops: [Loop(trips: "1024", latency: 2050, depth: 3)], type: "loop auto-rewind stp"))
    }
    #expect(text.contains("its latency is 2050 cycles, but 1024 iterations of 3 stages"), "\(text)")
  }

  @Test func oneIterationsHeader() throws {
    func states(_ header: Int, interval: Int = 6) -> (HLSBuildWriter) throws -> Void {
      { writer in
        try writer.report(Fixture(), .init(name: "MVAU_hls_0", latency: 5, interval: interval))
        try writer.verilog(Fixture().verilog("MVAU_hls_0", latency: header), "MVAU_hls_0")
      }
    }
    #expect(try read(core(1), states(5)).stages == 6)
    let text = refusal(core(1), states(12))
    #expect(text.contains("HLS_SYN_LAT is 12, but the latency in"), "\(text)")
    #expect(
      refusal(core(1), states(5, interval: 1)).contains("is 1 cycle, but a call of 5 cycles"))
  }

  /// Numbers that no block has are none.
  @Test func absurdNumbers() {
    let most = Int.max
    let text = refusal(core(1)) { writer in
      try writer.report(Fixture(), .init(name: "MVAU_hls_0", latency: most / 10, interval: 6))
    }
    #expect(text.contains("states neither a loop nor a latency"), "\(text)")
  }
}
