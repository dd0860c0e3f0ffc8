extension SlidingWindow {
  /// The RTL generator emits whole windows of all channels.
  package var foldings: [FoldingAttribute] {
    let simd = FoldingAttribute("SIMD", dividing: channels)
    guard isRTL else { return [simd] }
    return [simd, FoldingAttribute("parallel_window", values: dynamicMode ? [0] : [0, 1])]
  }
  package var fixedFoldings: [String: String] {
    isRTL ? [:] : ["parallel_window": "the HLS generator knows whole windows in one dimension only"]
  }
  package var foldingCombinations: [AttributeChanges] {
    let words = foldings[0].changes
    guard isRTL else { return words }
    let byWord = words.map { $0.merging(["parallel_window": .int(0)]) { $1 } }
    return dynamicMode ? byWord : byWord + [["SIMD": .int(channels), "parallel_window": .int(1)]]
  }
  /// The memory of the line buffer.
  package func implementations(hasURAM: Bool) -> [AttributeChanges] {
    (["distributed", "block"] + (hasURAM ? ["ultra"] : [])).map { ["ram_style": .string($0)] }
  }
  package var comparedEstimates: [AttributeChanges] {
    ["block", "distributed", "ultra"].map { ["ram_style": .string($0)] }
  }
  /// A depthwise window is folded with the layer it feeds.
  package var setFoldingRule: SetFoldingRule {
    depthwise ? .leave : .window(channels: channels, canEmitWholeWindows: isRTL)
  }
  package func following(_ demand: WindowDemand) -> AttributeChanges? {
    var changes: AttributeChanges = ["SIMD": .int(demand.channels)]
    if isRTL { changes["parallel_window"] = .int(demand.takesWholeWindows ? 1 : 0) }
    return changes
  }
}

extension SlidingWindow {
  /// Words at the end of a frame that belong to no window.
  var unusedTrailingWords: Int {
    let last = (0..<2).map { (ofmDim[$0] - 1) * stride[$0] + dilatedKernel[$0] - 1 }
    let pixel = last[0] * ifmDim[1] + last[1]
    return (product(ifmDim) - 1 - pixel) * channelFold
  }

  package var hazardConditions: [HazardCondition] {
    if leftoverRows > 0 {
      return [
        HazardCondition(
          .windowLeftoverRows, .always,
          "the last \(leftoverRows) of \(ifmDim[0]) rows are never read; the stride of \(stride[0]) "
            + "would have to divide the image")
      ]
    }
    guard unusedTrailingWords > 0 else { return [] }
    return [
      .staleFrame(
        "no window uses the last \(unusedTrailingWords) words of a frame; they leave the "
          + "buffer only with the next frame's words")
    ]
  }
}
