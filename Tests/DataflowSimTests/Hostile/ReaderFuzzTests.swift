import DataflowAnalysis
import DesignFiles
import Foundation
import SweepStore
import Testing

/// Damaged copies of real files through every reader, from fixed seeds: each opens, or ends in an
/// `InputError`. A trap ends the whole test run. `scripts/fuzz` goes on for longer, with sanitizers.
@Suite(.serialized) struct ReaderFuzzTests {
  /// The file itself opens; of its damaged copies some open and some are refused (`fuzz`).
  private func damage(
    _ original: Data, count: Int, sourceLocation: SourceLocation = #_sourceLocation,
    _ read: (Data) throws -> Void
  ) {
    #expect(throws: Never.self, sourceLocation: sourceLocation) { try read(original) }
    fuzz(original, count: count, sourceLocation: sourceLocation, read)
  }

  private static func config(_ name: String) throws -> Data {
    try TestFiles.data(TestFiles.repository("configs/\(name)"))
  }

  private static func resource(_ name: String) throws -> Data {
    try TestFiles.data(TestFiles.resource(name))
  }

  /// A design must not only open: what opens is planned as well.
  @Test(arguments: ["ci/residual-fixed.json", "ci/word-count-hang.json", "tfc-w1a1.json"])
  func designs(_ name: String) throws {
    damage(try Self.config(name), count: 1500) {
      let design = try Design(json: $0, file: "d.json")
      _ = try Plan(design)
      _ = try design.json()
    }
  }

  @Test func graphs() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let path = "\(folder)/m.onnx"
      damage(try Self.resource("cnv-w1a1-fifo.onnx"), count: 300) {
        try $0.write(to: URL(fileURLWithPath: path))
        _ = try DesignFile.load(path)
      }
    }
  }

  @Test func scenarios() throws {
    damage(try Self.config("ci/residual.scenario.json"), count: 4000) {
      _ = try Scenario(json: $0, file: "s.json")
    }
  }

  @Test func foldings() throws {
    let folding = Data(
      """
      {"Defaults": {"mem_mode": ["decoupled", ["MVAU_hls"]]}, "MVAU_hls_0": {"PE": 16, "SIMD": 49,
       "ram_style": "block", "resType": "lut"}, "StreamingFIFO_rtl_0": {"depth": 32}}
      """.utf8)
    let design = try Design(json: try Self.config("tfc-w1a1.json"), file: "tfc.json")
    damage(folding, count: 4000) {
      var changed = design
      _ = try changed.apply(FoldingConfig(json: $0, file: "f.json"))
    }
  }

  @Test func arrays() throws {
    let archive = try Self.config("tfc-w1a1.npz")
    damage(archive, count: 2000) {
      let npz = try NPZ($0, file: "x.npz")
      for name in npz.names.prefix(3) { _ = try npz.tensor(name) }
    }
    let array = NPY.encode(
      try NPZ(archive, file: "x.npz").tensor(NPZ(archive, file: "x.npz").names[0]))
    damage(array, count: 4000) { _ = try NPY.decode($0, file: "x.npy") }
  }

  @Test func referenceMaps() throws {
    let map = Data(
      #"{"tensors": {"s0": {"reference": "a", "scale": [0.5, 2], "offset": -1}, "s1": {"reference": "b"}}}"#
        .utf8)
    damage(map, count: 4000) {
      _ = try ReferenceMap(document: JSONValue(parsing: $0, file: "m.json"), file: "m.json")
    }
  }

  @Test func traces() throws {
    let trace = try TestFiles.data(
      TestFiles.repository("traces/residual-deadlock.simtrace.zst"))
    try TestFiles.withTemporaryDirectory { folder in
      damage(trace, count: 1500) {
        let file = try TraceFile($0, path: "t.simtrace.zst")
        for export in TraceExport.allCases {
          let selection = try TraceSelection(file, stream: nil, cycles: 0...10_000)
          let output = try TextOutput(to: "\(folder)/out")
          _ = try export.write(file, selection, to: output)
          try output.finish()
        }
      }
    }
  }

  @Test func captures() throws {
    let map = try VCDMap(json: try Self.config("ci/board-map.json"), file: "map.json")
    damage(try Self.config("ci/board.vcd"), count: 600) {
      _ = try VCDReader.read($0, file: "board.vcd", map: map)
    }
    damage(try Self.config("ci/board-map.json"), count: 4000) {
      _ = try VCDMap(json: $0, file: "map.json")
    }
  }

  /// An FST is read by a process of its own, whose end on a damaged file is an answer like any other.
  @Test func simulatorDumps() throws {
    let design = try TraceFixture.example("conv-shallow-fifos")
    try TestFiles.withTemporaryDirectory { folder in
      damage(try Self.resource("captures/conv-shallow-fifos.fst"), count: 60) {
        try $0.write(to: URL(fileURLWithPath: "\(folder)/x.fst"))
        _ = try CaptureFile.read("\(folder)/x.fst", map: nil, design: design)
      }
      // What is unpacked lies in memory, not beside the file that is read.
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["x.fst"])
    }
  }

  /// Names without an end, and numbers that go on for ever, behind the last byte of the hierarchy.
  @Test func endlessHierarchiesEnd() throws {
    let design = try TraceFixture.example("conv-shallow-fifos")
    let original = try Self.resource("captures/conv-shallow-fifos.fst")
    try TestFiles.withTemporaryDirectory { folder in
      for (distance, bytes) in [(11, [UInt8](repeating: 0, count: 8)), (3, [0, 0x10, 0])] {
        var damaged = original
        damaged.replaceSubrange(
          (damaged.count - distance)..<(damaged.count - distance + bytes.count), with: bytes)
        try damaged.write(to: URL(fileURLWithPath: "\(folder)/x.fst"))
        #expect(throws: InputError.self) {
          _ = try CaptureFile.read("\(folder)/x.fst", map: nil, design: design)
        }
      }
    }
  }

  @Test func tablesOfLogicAnalysers() throws {
    let design = try Design(json: try Self.config("ci/residual-fixed.json"), file: "d.json")
    let names = ["s_axis_0_tvalid", "s_axis_0_tready", "m_axis_0_tvalid", "m_axis_0_tready"]
    var table = "Sample in Buffer,TRIGGER," + names.map { "top/\($0)[0:0]" }.joined(separator: ",")
    table += "\nRadix - UNSIGNED,UNSIGNED" + String(repeating: ",HEX", count: names.count)
    for row in 0..<60 { table += "\n\(row),0,1,\(row % 2),\(row / 7 % 2),1" }
    try TestFiles.withTemporaryDirectory { folder in
      damage(Data((table + "\n").utf8), count: 1500) {
        try $0.write(to: URL(fileURLWithPath: "\(folder)/ila.csv"))
        _ = try CaptureFile.read("\(folder)/ila.csv", map: nil, design: design)
      }
    }
  }

  @Test func foldingsInYAML() throws {
    let folding = Data(
      """
      Defaults:
        mem_mode: [internal_decoupled, [MVAU_hls]]
      MVAU_hls_0: &first
        PE: 16
        SIMD: 49
        ram_style: "block"
      MVAU_hls_1: *first

      """.utf8)
    try TestFiles.withTemporaryDirectory { folder in
      damage(folding, count: 2000) {
        try $0.write(to: URL(fileURLWithPath: "\(folder)/f.yaml"))
        _ = try FoldingFile.read("\(folder)/f.yaml")
      }
    }
  }

  @Test func spaces() throws {
    let design = try Design(json: try Self.config("cnv-w1a1.json"), file: "cnv.json")
    damage(try Self.config("spaces/cnv.json"), count: 1500) {
      _ = try SweepSpace(json: $0, file: "space.json", for: design)
    }
  }

  @Test func sweeps() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let path = "\(folder)/s.sqlite"
      let whole = try SweepDatabase(path, for: .init(design: "{}", space: "fifo=2|4"))
      for ordinal in 0..<5 {
        var result = SweepResult(status: .complete)
        result.framesPerSecond = 100
        try whole.add(
          .init(
            address: contentAddress("\(ordinal)"), ordinal: ordinal, point: "fifo=\(ordinal)",
            result: result, seconds: 1))
      }
      try whole.close()
      let original = try TestFiles.data(path)
      damage(original, count: 800) {
        try $0.write(to: URL(fileURLWithPath: path))
        let sweep = try SweepDatabase(path, for: nil)
        _ = try SweepPage(sweep)
        _ = try sweep.count
        try sweep.close()
      }
    }
  }
}
