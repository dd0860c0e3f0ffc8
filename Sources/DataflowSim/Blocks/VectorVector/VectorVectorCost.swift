extension VectorVector {
  package func clockConcerns(atMHz clock: Double) -> [String] {
    compute.clockConcerns(atMHz: clock, simd: simd)
  }

  package func costStructure(in context: CostContext) -> CostStructure {
    let parts = ComputeStructure(
      settings: compute, pe: pe, simd: simd, wmem: wmem, neuronFold: neuronFold, replayed: 0,
      counterBits: synapseFold.ceilLog2 + neuronFold.ceilLog2 + pixels.ceilLog2, node: node)
    return isRTL
      ? parts.rtl("VVAU_rtl", in: context, dsps: resources(on: context.device).corrected.dsp)
      : parts.hls(
        "VVAU_hls", in: context,
        derivation: "no placed VVAU: its parts, at the cost of placed MVAUs'")
  }
}
