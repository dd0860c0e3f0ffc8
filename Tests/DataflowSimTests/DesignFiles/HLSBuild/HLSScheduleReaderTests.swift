import DataflowAnalysis
import Foundation
import DesignFiles
import Testing

/// Schedules read from what HLS leaves behind, in the formats of five releases. The figures are those of
/// public builds.
@Suite struct HLSScheduleReaderTests {
  private typealias Fixture = HLSBuildFixture

  private func read(
    _ node: String, _ op: String, _ iterations: [Int],
    _ write: (HLSBuildWriter) throws -> Void
  ) throws -> HLSScheduleReading {
    try TestFiles.withTemporaryDirectory { root in
      let writer = HLSBuildWriter(root: root, node: node)
      try write(writer)
      return try HLSScheduleReader(
        folder: writer.code,
        expected: HLSExpectation(names: [node], op: op, iterations: iterations)
      ).read()
    }
  }

  /// A block that is called: the top's report and that of the function with the loop.
  private func called(
    _ tool: String, _ node: String, trips: Int, depth: Int, latency: Int, expecting: Int? = nil,
    op: String = "MVAU"
  ) throws -> HLSScheduleReading {
    let fixture = Fixture(tool: tool)
    return try read(node, op, [expecting ?? trips]) { writer in
      try writer.report(fixture, .init(name: node, latency: latency, interval: latency + 1))
      try writer.report(
        fixture,
        .init(
          name: "Matrix_Vector_Activate_Stream_Batch", latency: latency - 3, interval: latency - 3,
          loops: [.init(trips: String(trips), latency: trips + depth - 2, depth: depth)]))
    }
  }

  @Test(arguments: [
    ("2020.1.1", 777_600, 4, 777_607), ("2022.1", 784, 4, 791), ("2022.2", 346_112, 8, 346_123),
    ("2023.2", 14, 3, 20), ("2024.2", 1600, 6, 1609),
  ])
  func calledBlock(tool: String, trips: Int, depth: Int, latency: Int) throws {
    let reading = try called(tool, "MVAU_hls_0", trips: trips, depth: depth, latency: latency)
    #expect(reading.structure == "call")
    #expect(reading.stages == depth)
    #expect(reading.tool == tool)
    #expect(reading.clock == 10)
    #expect(reading.area == HLSArea(lut: 2745, ff: 1808, bram18: 3, uram: 0, dsp: 48))
    #expect(reading.file.hasSuffix("Matrix_Vector_Activate_Stream_Batch_csynth.xml"))
  }

  @Test(arguments: ["2022.1", "2022.2", "2023.2", "2024.2"])
  func continuousBlock(tool: String) throws {
    let reading = try read("AddStreams_hls_0", "AddStreams", [1024]) { writer in
      try writer.report(
        Fixture(tool: tool),
        .init(
          name: "AddStreams_hls_0", latency: 1027, interval: 1025,
          loops: [.init(trips: "1024", latency: 1025, depth: 3)], type: "loop auto-rewind stp"))
    }
    #expect(reading.structure == "continuous")
    #expect(reading.stages == 3)
  }

  @Test func theWholeSolutionsReport() throws {
    let fixture = Fixture(tool: "2024.2")
    let reading = try read("MVAU_hls_1", "MVAU", [173_056]) { writer in
      try writer.write(
        fixture.solution(
          [
            .init(name: "MVAU_hls_1", latency: 173_067, interval: 173_068),
            .init(
              name: "Matrix_Vector_Activate_Stream_Batch", latency: 173_064, interval: 173_064,
              loops: [.init(trips: "173056", latency: 173_062, depth: 8)]),
          ], top: "MVAU_hls_1"), "syn/report/csynth.xml")
    }
    #expect(reading.structure == "call")
    #expect(reading.stages == 8)
  }

  @Test func twoProcesses() throws {
    let fixture = Fixture()
    let reading = try read(
      "StreamingDataWidthConverter_hls_2", "StreamingDataWidthConverter", [2704, 4394]
    ) { writer in
      try writer.report(
        fixture,
        .init(
          name: "StreamingDataWidthConverter_Batch_312u_24u_338u_s", latency: 4397, interval: 4397,
          loops: [.init(name: "VITIS_LOOP_526_1", trips: "4394", latency: 4395, depth: 3)]))
      try writer.report(
        fixture,
        .init(
          name: "StreamingDataWidthConverter_Batch_39u_312u_2704u_s", latency: 2706, interval: 2706,
          loops: [.init(name: "VITIS_LOOP_557_3", trips: "2704", latency: 2704, depth: 2)]))
      try writer.report(
        fixture,
        .init(
          name: "StreamingDataWidthConverter_hls_2", latency: 4398, interval: 4398, type: "dataflow"
        ))
    }
    #expect(reading.structure == "two_processes")
    #expect(reading.stages == nil)
  }

  @Test func states() throws {
    let reading = try read("MVAU_hls_3", "MVAU", [1]) { writer in
      try writer.report(
        Fixture(tool: "2023.2"), .init(name: "MVAU_hls_3", latency: 5, interval: 6))
    }
    #expect(reading.structure == "states")
    #expect(reading.stages == 6)
  }

  @Test func nested() throws {
    let fixture = Fixture()
    let inner = "StreamingMaxPool_Precision_Pipeline_VITIS_LOOP"
    let reading = try read("StreamingMaxPool_hls_4", "StreamingMaxPool", [2028]) { writer in
      try writer.report(
        fixture, .init(name: "StreamingMaxPool_hls_4", latency: 2958, interval: 2959))
      try writer.report(
        fixture,
        .init(
          name: "StreamingMaxPool_Precision_26u_2u_56u_s", latency: 2955, interval: 2955,
          loops: [.init(trips: "13", latency: 2938, depth: nil, interval: nil)]))
      for (line, trips, depth) in [("147_1", 13, 1), ("158_6", 2, 1), ("174_8", 13, 2)] {
        try writer.report(
          fixture,
          .init(
            name: "\(inner)_\(line)", latency: trips + 2, interval: trips + 2,
            loops: [.init(trips: String(trips), latency: trips, depth: depth)]))
      }
    }
    #expect(reading.structure == "nested")
  }

  @Test func onlyTheTopsReport() throws {
    func top(_ latency: Int, _ interval: Int, _ trips: Int) throws -> HLSScheduleReading {
      try read("MVAU_hls_0", "MVAU", [trips]) { writer in
        try writer.report(
          Fixture(), .init(name: "MVAU_hls_0", latency: latency, interval: interval))
      }
    }
    let call = try top(346_123, 346_124, 346_112)
    #expect(call.structure == "call")
    #expect(call.stages == 8)
    let continuous = try top(643, 641, 640)
    #expect(continuous.structure == "continuous")
    #expect(continuous.stages == 3)
    let error = try #require(throws: InputError.self) { try top(346_123, 346_124, 400_000) }
    #expect(error.description.contains("346123"))
  }

  @Test func headerAndStates() throws {
    func verilog(
      _ control: String?, _ latency: Int, _ states: (module: String, count: Int)?, _ trips: Int,
      tool: String = "2022.1"
    ) throws -> HLSScheduleReading {
      let fixture = Fixture(tool: tool)
      return try read("MVAU_hls_0", "MVAU", [trips]) { writer in
        let isOwn = states?.module == "MVAU_hls_0"
        try writer.verilog(
          fixture.verilog("MVAU_hls_0", latency: latency, states: isOwn ? states?.count : nil),
          "MVAU_hls_0")
        if let states, !isOwn {
          let lines = (0..<states.count).map { "reg ap_CS_iter\($0)_fsm;" }
          try writer.verilog(lines.joined(separator: "\n"), states.module)
        }
        if let control { try writer.verilog("", "MVAU_hls_0_flow_control_loop_pipe\(control)") }
      }
    }
    let call = try verilog("_sequential_init", 791, ("MVAU_hls_0_Matrix", 4), 784)
    #expect(call.structure == "call")
    #expect(call.stages == 4)
    #expect(call.tool == "2022.1")
    let continuous = try verilog("_no_ap_cont", 643, ("MVAU_hls_0", 3), 640)
    #expect(continuous.structure == "continuous")
    #expect(continuous.stages == 3)
    let states = try verilog(nil, 5, nil, 1)
    #expect(states.structure == "states")
    #expect(states.stages == 6)
    let old = try verilog(nil, 784 + 2 + 3, nil, 784, tool: "2020.1")
    #expect(old.structure == "call")
    #expect(old.stages == 2)
    let error = try #require(throws: InputError.self) {
      try verilog("_sequential_init", 791, ("MVAU_hls_0_Matrix", 6), 784)
    }
    #expect(error.description.contains("HLS_SYN_LAT is 791"))
    #expect(error.description.contains("6 stages"))
  }

  @Test func labelSelectWritesBehindItsLoop() throws {
    let fixture = Fixture(tool: "2023.2")
    let reading = try read("LabelSelect_hls_0", "LabelSelect", [10]) { writer in
      try writer.verilog(fixture.verilog("LabelSelect_hls_0", latency: 16), "LabelSelect_hls_0")
      try writer.verilog("", "LabelSelect_hls_0_flow_control_loop_pipe_sequential_init")
    }
    #expect(reading.stages == 2)
  }
}

/// Files that are damaged, of another block or at odds with the node: never an exact schedule.
@Suite struct HLSContradictionTests {
  private let fixture = HLSBuildFixture()
  private let top = HLSBuildFixture.Module(name: "MVAU_hls_0", latency: 346_123, interval: 346_124)

  private func function(trips: String = "346112", depth: Int? = 8, interval: Int = 1)
    -> HLSBuildFixture.Module
  {
    .init(
      name: "Matrix_Vector_Activate_Stream_Batch", latency: 346_120, interval: 346_120,
      loops: [.init(trips: trips, latency: 346_118, depth: depth, interval: interval)])
  }

  private func message(
    iterations: Int = 346_112, _ write: (HLSBuildWriter) throws -> Void
  ) throws -> String {
    try TestFiles.withTemporaryDirectory { root in
      let writer = HLSBuildWriter(root: root, node: "MVAU_hls_0")
      try write(writer)
      let error = try #require(throws: InputError.self) {
        try HLSScheduleReader(
          folder: writer.code,
          expected: HLSExpectation(names: ["MVAU_hls_0"], op: "MVAU", iterations: [iterations])
        ).read()
      }
      return error.description
    }
  }

  @Test func truncated() throws {
    let whole = fixture.report(top)
    for part in [0.3, 0.5, 0.9, 0.99] {
      let cut = String(whole.prefix(Int(Double(whole.count) * part)))
      let text = try message { try $0.write(cut, "syn/report/MVAU_hls_0_csynth.xml") }
      #expect(text.contains("MVAU_hls_0_csynth.xml"))
      #expect(text.contains("is not complete XML"))
    }
  }

  @Test(arguments: ["0", "-10", "1e20", "nan", "inf"])
  func aClockPeriodThatCannotBe(_ period: String) throws {
    let whole = fixture.report(top)
    let start = try #require(whole.range(of: "<TargetClockPeriod>")).upperBound
    let end = try #require(whole.range(of: "</TargetClockPeriod>")).lowerBound
    let changed = whole.replacingCharacters(in: start..<end, with: period)
    let text = try message { try $0.write(changed, "syn/report/MVAU_hls_0_csynth.xml") }
    #expect(text.contains("<TargetClockPeriod>: states a clock period of"), "\(text)")
  }

  @Test func anotherModule() throws {
    let other = HLSBuildFixture.Module(name: "MVAU_hls_7", latency: 134, interval: 135)
    let text = try message { try $0.report(fixture, other) }
    #expect(text.contains("'MVAU_hls_7', not on 'MVAU_hls_0'"))
  }

  @Test func anotherTripCount() throws {
    let text = try message(iterations: 7_064) { writer in
      try writer.report(fixture, top)
      try writer.report(fixture, function())
    }
    #expect(text.contains("TripCount is 346112, but the node's attributes make 7064 iterations"))
    let several = try message(iterations: 346_112 / 49) { writer in
      try writer.report(fixture, top)
      try writer.report(fixture, function(trips: String(346_112 / 49 * 49)))
    }
    #expect(several.contains("a call would span 49 frames"))
  }

  @Test func latencyAgainstDepth() throws {
    let text = try message { writer in
      try writer.report(fixture, top)
      try writer.report(fixture, function(depth: 9))
    }
    #expect(text.contains("is 346123 cycles, but 346112 iterations of 9 stages take 346124"))
  }

  /// Two solutions of one project: which of them the board has, nobody can say. Copies are no matter.
  @Test func anotherSolution() throws {
    let copy = try TestFiles.withTemporaryDirectory { root in
      let writer = HLSBuildWriter(root: root, node: "MVAU_hls_0")
      for folder in ["syn/report", "impl/report"] {
        for module in [top, function()] {
          try writer.write(fixture.report(module), "\(folder)/\(module.name)_csynth.xml")
        }
      }
      return try HLSScheduleReader(
        folder: writer.code,
        expected: HLSExpectation(names: ["MVAU_hls_0"], op: "MVAU", iterations: [346_112])
      ).read()
    }
    #expect(copy.stages == 8)
    let other = HLSBuildFixture.Module(name: "MVAU_hls_0", latency: 346_120, interval: 346_121)
    let text = try message { writer in
      try writer.report(fixture, top)
      try writer.write(fixture.report(other), "../sol2/syn/report/MVAU_hls_0_csynth.xml")
    }
    #expect(text.contains("states another schedule of 'MVAU_hls_0' than"), "\(text)")
  }

  /// Numbers that no pipeline has.
  @Test(arguments: [2, 1_000_000]) func impossibleStages(latency: Int) throws {
    let text = try message(iterations: 1) { writer in
      try writer.report(fixture, .init(name: "MVAU_hls_0", latency: latency, interval: latency + 1))
    }
    #expect(text.contains("tells of \(latency + 1) stages in structure states"), "\(text)")
    #expect(text.contains("from 6 to 64"))
  }

  @Test func slowLoop() throws {
    let text = try message { writer in
      try writer.report(fixture, top)
      try writer.report(fixture, function(interval: 2))
    }
    #expect(text.contains("an iteration every 2 cycles"))
  }

  @Test func unknownTripCount() throws {
    let text = try message { writer in
      try writer.report(fixture, top)
      try writer.report(fixture, function(trips: "<range><min>1</min><max>9</max></range>"))
    }
    #expect(text.contains("<TripCount>"))
  }

  @Test func reportAgainstVerilog() throws {
    let text = try message { writer in
      try writer.report(fixture, top)
      try writer.report(fixture, function())
      try writer.verilog(fixture.verilog("MVAU_hls_0", latency: 346_120), "MVAU_hls_0")
    }
    #expect(text.contains("HLS_SYN_LAT is 346120"))
    #expect(text.contains("take 346123"))
  }

  @Test func entitiesDoNotExpand() throws {
    let bomb = """
      <?xml version="1.0"?><!DOCTYPE profile [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>
      <profile><UserAssignments><TopModelName>&b;</TopModelName></UserAssignments></profile>
      """
    let text = try message { try $0.write(bomb, "syn/report/MVAU_hls_0_csynth.xml") }
    #expect(text.contains("declares a document type or entities"))
  }

  @Test func deepNesting() throws {
    let deep =
      "<profile>" + String(repeating: "<a>", count: 5000) + String(repeating: "</a>", count: 5000)
      + "</profile>"
    let text = try message { try $0.write(deep, "syn/report/MVAU_hls_0_csynth.xml") }
    #expect(text.contains("deep"))
  }

  @Test func notAReport() throws {
    let text = try message { try $0.write("<html></html>", "syn/report/MVAU_hls_0_csynth.xml") }
    #expect(text.contains("is not a synthesis report of HLS"))
    let empty = try message { try $0.write("", "syn/report/notes.txt") }
    #expect(empty.contains("has neither a synthesis report nor generated Verilog"))
  }
}
