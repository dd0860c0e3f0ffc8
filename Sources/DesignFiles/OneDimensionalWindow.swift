import DataflowSim

extension Node {
  /// What `ConvolutionInputGenerator1D` of earlier releases says with its name alone.
  ///
  /// Until FINN 0.7 there was no attribute for whole windows: they were made wherever they could be
  /// (`use_parallel_window_output`).
  mutating func addOneDimension(_ generation: FINNGeneration) {
    attributes["is1D"] = .int(1)
    guard generation <= .v0_7, attributes["parallel_window"] == nil else { return }
    func areOne(_ name: String) -> Bool { ints(name)?.allSatisfy { $0 == 1 } ?? true }
    let isUnfolded = int("SIMD") != nil && int("SIMD") == int("IFMChannels")
    let isDistributed = ["auto", "distributed"].contains(string("ram_style") ?? "auto")
    guard isUnfolded, isDistributed, int("depthwise") ?? 0 == 0, areOne("Stride"),
      areOne("Dilation")
    else { return }
    attributes["parallel_window"] = .int(1)
  }
}
