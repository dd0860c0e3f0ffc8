import DataflowAnalysis

/// A core with a memory streamer: where its every slot ends a result, it puts out words before its first weight is there
/// (docs/reference/hazards.md#mvu-startup-words).
enum SurplusFixture {
  static func design(pe: Int, simd: Int) -> Design {
    var design = Design(name: "surplus", part: "xczu7ev-ffvc1156-2-e")
    design.clockMHz = 200
    design.nodes = [
      Node(
        name: "dut", opType: "MVAU_rtl",
        attributes: [
          "PE": .int(pe), "SIMD": .int(simd), "MW": .int(4), "MH": .int(2),
          "inputDataType": .string("UINT8"), "weightDataType": .string("INT8"),
          "outputDataType": .string("INT20"), "accDataType": .string("INT20"),
          "noActivation": .int(1), "numInputVectors": .ints([1]),
          "mem_mode": .string("internal_decoupled"), "compute_core": .string("mvu_8sx8u_dsp48"),
        ], inputs: ["in0"], outputs: ["out0"])
    ]
    design.graphInputs = ["in0"]
    design.graphOutputs = ["out0"]
    return design
  }
}
