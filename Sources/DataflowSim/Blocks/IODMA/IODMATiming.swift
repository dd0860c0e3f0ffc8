extension IODMA: TimedBlock {
  /// Memory words and stream words at one of each per cycle, with a width conversion between them.
  /// The memory answers `latency` cycles after a request (64 unless the node states it) and pauses for
  /// `burst_gap` cycles after every `burst_beats` memory words; the real figures are the platform's. Source: FINN dialect reference, section 7.4.
  public func timing() -> BlockTiming {
    let common = leastCommonMultiple(intfWidth, streamWidth)
    let (source, target) =
      readsMemory ? (intfWidth, streamWidth) : (streamWidth, intfWidth)
    let group = WidthConverter.conversion(reads: common / source, writes: common / target)
    let groups = max(1, totalBits / common)
    let perBurst = max(1, burst.beats * intfWidth / common)
    let loops: [Loop] = [
      .repeated(groups / perBurst, [.repeated(perBurst, group), .run(burst.gap)]),
      .repeated(groups % perBurst, group),
    ]
    return HLSPipeline(node, defaultLatency: 64).timing(loops)
  }
}
