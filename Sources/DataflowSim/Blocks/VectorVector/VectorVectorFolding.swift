extension VectorVector {
  package var foldings: [FoldingAttribute] {
    [
      FoldingAttribute("PE", dividing: channels),
      FoldingAttribute("SIMD", values: isRTL ? divisors(of: kernelPixels) : [1]),
    ]
  }
  /// SIMD above 1 needs PE = Channels.
  package var foldingCombinations: [AttributeChanges] {
    let byChannel = foldings[0].changes.map { $0.merging(["SIMD": .int(1)]) { $1 } }
    let byPixel = foldings[1].values.dropFirst().map { simd -> AttributeChanges in
      ["PE": .int(channels), "SIMD": .int(simd)]
    }
    return byChannel + byPixel
  }
  package func implementations(hasURAM: Bool) -> [AttributeChanges] {
    compute.implementations(isRTL: isRTL)
  }
  package var setFoldingRule: SetFoldingRule {
    .depthwise(channels: channels, kernelPixels: kernelPixels, foldsKernel: true)
  }
  package var windowDemand: WindowDemand? {
    WindowDemand(channels: pe, takesWholeWindows: simd > 1)
  }
  package var weightInput: WeightInput? {
    compute.memoryMode == .external ? WeightInput(port: 1, passes: pixels) : nil
  }
  package var dependsOnGeneration: Bool { compute.dependsOnGeneration(isRTL: isRTL) }
  package var vectorWords: VectorWords? { VectorWords(inputs: synapseFold, outputs: 1) }
}
