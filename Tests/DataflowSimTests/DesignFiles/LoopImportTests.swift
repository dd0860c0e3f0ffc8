import DataflowAnalysis
import DesignFiles
import Foundation
import ONNXFormat
import SwiftProtobuf
import Testing

/// FINNLoop is read with its body and predicted with a range; ops named without an implementation get the
/// one FINN would take.
@Suite struct LoopImportTests {
  private func matrix(_ model: inout TestModel, _ inputs: [String], _ outputs: [String]) {
    model.add(
      "MVAU_rtl", inputs, outputs, domain: "finn.custom_op.fpgadataflow.rtl",
      [
        intAttribute("MW", 8), intAttribute("MH", 8), intAttribute("PE", 2),
        intAttribute("SIMD", 4), stringAttribute("inputDataType", "INT4"),
        stringAttribute("weightDataType", "INT4"), stringAttribute("outputDataType", "INT4"),
        intAttribute("noActivation", 1), intsAttribute("numInputVectors", [1, 3]),
        intAttribute("mlo_max_iter", 6),
      ])
  }

  /// A graph attribute as protobuf writes it: field 6, which the excerpt of ONNX leaves out.
  private func graphAttribute(_ name: String, _ graph: ONNXGraphProto) throws -> ONNXAttributeProto
  {
    let body = try graph.serializedData()
    var bytes = try ONNXAttributeProto.with { $0.name = name }.serializedData()
    bytes.append(6 << 3 | 2)
    var length = body.count
    while length >= 128 {
      bytes.append(UInt8(length & 127 | 128))
      length >>= 7
    }
    bytes.append(UInt8(length))
    return try ONNXAttributeProto(serializedBytes: bytes + body)
  }

  @Test func aLoopRepeatsItsBody() throws {
    var body = TestModel(inputs: ["x", "weights0", "weights1"], outputs: ["y"])
    matrix(&body, ["x", "weights0"], ["middle"])
    matrix(&body, ["middle", "weights1"], ["y"])
    var model = TestModel()
    model.add(
      "FINNLoop", ["in", "stacked0", "stacked1"], ["out"],
      domain: "finn.custom_op.fpgadataflow.rtl", name: "layers",
      [
        intAttribute("iteration", 6), stringAttribute("inputDataType", "INT4"),
        stringAttribute("outputDataType", "INT4"), try graphAttribute("body", body.graph),
      ])
    let loaded = try model.load()
    let loop = try #require(loaded.design.nodes.first)
    #expect(loaded.design.nodes.count == 1 && loop.opType == "FINNLoop")
    #expect(loaded.notes.contains { $0.contains("predicted, not exact") })
    let plan = try Plan(loaded.design)
    let block = try #require(plan.blocks[0] as? FINNLoop)
    #expect(block.iterations == 6 && block.bodyNodes == 2)
    // 3 vectors of 2 x 4 slots, two blocks one behind the other.
    #expect(block.bodyPeriod == 24 && block.bodyLatency > 24 && block.bodyLatency < 72)
    #expect(plan.wordsPerFrame == ["in": 6, "out": 12])
    let report = RunReport(
      plan, Scenario(),
      try Simulation(plan, observing: Observation(streams: true, hazards: true)).run())
    #expect(report.outcome == .complete)
    let why = try #require(report.exactness.approximate["layers"])
    #expect(why.contains("predicted \(6 * block.bodyPeriod) to \(6 * block.bodyLatency) cycles"))
  }

  @Test func aLoopWithoutItsBodyIsRefused() throws {
    var model = TestModel()
    model.add(
      "FINNLoop", ["in"], ["out"], domain: "finn.custom_op.fpgadataflow.rtl",
      [intAttribute("iteration", 6)])
    let error = #expect(throws: InputError.self) { try model.load() }
    #expect(error?.description.contains("body") == true)
  }

  @Test func opsWithoutAnImplementationGetFINNs() throws {
    let json = """
      {"format": "simrun-design", "version": 1, "part": "xcvc1902-vsva2197-2MP-e-S",
       "finn_generation": "2026-04", "graph_inputs": ["in"], "graph_outputs": ["out"], "nodes": [
        {"name": "norm", "op_type": "LayerNorm", "inputs": ["in"], "outputs": ["a"],
         "attributes": {"ifm_dim": [4, 8], "SIMD": 2}},
        {"name": "turn", "op_type": "InnerShuffle", "inputs": ["a"], "outputs": ["out"],
         "attributes": {"data_type": "FLOAT32", "in_shape": [1, 4, 8], "SIMD": 2}}]}
      """
    try TestFiles.withTemporaryDirectory { folder in
      let path = folder + "/design.json"
      try Data(json.utf8).write(to: URL(fileURLWithPath: path))
      let loaded = try DesignFile.load(path)
      #expect(loaded.design.nodes.map(\.opType) == ["LayerNorm_rtl", "InnerShuffle_rtl"])
      #expect(loaded.notes.count { $0.contains("is taken as") } == 2)
    }
  }

  @Test func blocksKnownByNameAloneAreRefusedByName() throws {
    let error = #expect(throws: InputError.self) { try BlockCatalogue.type(of: "HWSoftmax_rtl") }
    #expect(error?.description.contains("only its name is known") == true)
  }
}
