extension MatrixVector {
  /// The HLS block needs SIMD of at least MW / 1024.
  package var foldings: [FoldingAttribute] {
    [
      FoldingAttribute("PE", dividing: mh),
      FoldingAttribute("SIMD", values: divisors(of: mw).filter { isRTL || $0 * 1024 >= mw }),
    ]
  }
  package func implementations(hasURAM: Bool) -> [AttributeChanges] {
    compute.implementations(isRTL: isRTL)
  }
  package var setFoldingRule: SetFoldingRule {
    .matrix(width: mw, height: mh, weightBits: compute.weightType.bits)
  }
  package var weightInput: WeightInput? {
    compute.weightStream == .external ? WeightInput(port: 1, passes: vectors) : nil
  }
  package var dependsOnGeneration: Bool { compute.dependsOnGeneration(isRTL: isRTL) }
  package var vectorWords: VectorWords? { VectorWords(inputs: synapseFold, outputs: neuronFold) }
}
