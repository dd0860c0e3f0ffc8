extension MatrixVector {
  /// The HLS block needs SIMD of at least MW / 1024.
  public var foldings: [FoldingAttribute] {
    [
      FoldingAttribute("PE", dividing: mh),
      FoldingAttribute("SIMD", values: divisors(of: mw).filter { isRTL || $0 * 1024 >= mw }),
    ]
  }
  public func implementations(hasURAM: Bool) -> [AttributeChanges] {
    compute.implementations(isRTL: isRTL)
  }
  public var setFoldingRule: SetFoldingRule {
    .matrix(width: mw, height: mh, weightBits: compute.weightType.bits)
  }
  public var weightInput: WeightInput? {
    compute.weightStream == .external ? WeightInput(port: 1, passes: vectors) : nil
  }
  public var vectorWords: VectorWords? { VectorWords(inputs: synapseFold, outputs: neuronFold) }
}
