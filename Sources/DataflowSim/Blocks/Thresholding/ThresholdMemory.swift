/// The threshold memories of Thresholding_rtl: one per PE and pipeline stage, each in the primitive
/// that wastes fewest bits. Source: docs/reference/resources.md#threshold-cost.
struct ThresholdMemory {
  private let block: Thresholding

  init(_ block: Thresholding) { self.block = block }

  /// Width and depth of each stage's memory.
  private var geometries: [(width: Int, depth: Int)] {
    let n = block.stages
    if block.uniformThresholds {
      return (1..<max(n, 1)).map { (n - $0, block.channelFold << $0) }
    }
    return (0..<n).map { (block.thresholdType.bits, block.channelFold << $0) }
  }

  /// The kind of memory the depth triggers demand; `nil` leaves the choice open. A URAM trigger of
  /// 0 beside a BRAM trigger sends every depth to URAM, as FINN does.
  private func forcedKind(depth: Int) -> MemoryPrimitive.Kind? {
    let (bram, uram) = (block.depthTriggerBRAM, block.depthTriggerURAM)
    guard bram != 0 || uram != 0 else { return nil }
    if depth >= uram { return .uram }
    return depth >= bram ? .bram18 : nil
  }

  var resources: Resources {
    var total = Resources()
    for (width, depth) in geometries {
      let kind = forcedKind(depth: depth)
      guard
        let best = MemoryPrimitive.alternatives(width: width, depth: depth, kind: kind).first
      else { continue }
      let count = best.count(width: width, depth: depth) * block.pe
      switch best.kind {
      case .uram: total.uram += count
      case .bram18: total.bram18 += count
      case .lutram: total.lut += count
      }
    }
    return total
  }
}
