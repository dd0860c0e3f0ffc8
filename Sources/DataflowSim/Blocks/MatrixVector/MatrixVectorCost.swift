extension MatrixVector {
  package func clockConcerns(atMHz clock: Double) -> [String] {
    compute.clockConcerns(atMHz: clock, simd: simd)
  }

  package func costStructure(in context: CostContext) -> CostStructure {
    let parts = ComputeStructure(
      settings: compute, pe: pe, simd: simd, wmem: wmem, neuronFold: neuronFold,
      replayed: neuronFold > 1 ? synapseFold : 0,
      counterBits: synapseFold.ceilLog2 + neuronFold.ceilLog2 + vectors.ceilLog2, node: node)
    return isRTL
      ? parts.rtl("MVAU_rtl", in: context, dsps: resources(on: context.device).corrected.dsp)
      : parts.hls("MVAU_hls", in: context)
  }
}
