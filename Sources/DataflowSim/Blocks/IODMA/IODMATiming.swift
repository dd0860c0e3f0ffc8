extension IODMA: TimedBlock {
  /// Memory words and stream words at one of each per cycle, with a width conversion between them.
  /// The memory answers `latency` cycles after a request (64 unless the node states it) and pauses
  /// for `burst_gap` cycles after every `burst_beats` memory words of a frame, whatever the
  /// stream's width; the real figures are the platform's.
  /// Source: docs/reference/finn-dialect.md#memory-dmas.
  public func timing() -> BlockTiming {
    HLSPipeline(node, defaultLatency: 64).timing(loops)
  }

  private var loops: [Loop] {
    let common = leastCommonMultiple(intfWidth, streamWidth)
    let (source, target) =
      readsMemory ? (intfWidth, streamWidth) : (streamWidth, intfWidth)
    let group = Loop.conversion(reads: common / source, writes: common / target)
    let groups = max(1, totalBits / common)
    let beatsPerGroup = common / intfWidth
    guard burst.gap > 0, burst.beats <= memoryWords else { return [.repeated(groups, group)] }
    if burst.beats % beatsPerGroup == 0 {
      let perBurst = burst.beats / beatsPerGroup
      return [
        .repeated(groups / perBurst, [.repeated(perBurst, group), .run(burst.gap)]),
        .repeated(groups % perBurst, group),
      ]
    }
    // Bursts end within groups; after the least common multiple of both lengths all begins anew.
    let cycle = min(leastCommonMultiple(burst.beats, beatsPerGroup) / beatsPerGroup, groups)
    return [
      .repeated(groups / cycle, interrupted(group, times: cycle)),
      .repeated(1, interrupted(group, times: groups % cycle)),
    ]
  }

  /// `group` so many times, with a pause after each burst.
  private func interrupted(_ group: [Loop], times: Int) -> [Loop] {
    let memorySide = readsMemory ? \Run.reads : \Run.writes
    var loops: [Loop] = []
    var beats = 0
    for run in (0..<times).lazy.flatMap({ _ in Self.runs(group) }) {
      guard run[keyPath: memorySide] != 0 else {
        loops.append(.run(run.count, reads: run.reads, writes: run.writes))
        continue
      }
      var left = run.count
      while left > 0 {
        let count = min(left, burst.beats - beats)
        loops.append(.run(count, reads: run.reads, writes: run.writes))
        left -= count
        beats += count
        if beats == burst.beats {
          loops.append(.run(burst.gap))
          beats = 0
        }
      }
    }
    return loops
  }

  private struct Run {
    var count: Int
    var reads: UInt32
    var writes: UInt32
  }

  private static func runs(_ loops: [Loop]) -> [Run] {
    loops.flatMap { loop -> [Run] in
      switch loop {
      case .run(let count, _, let reads, let writes):
        [Run(count: count, reads: reads, writes: writes)]
      case .repeated(let count, let body): (0..<count).flatMap { _ in runs(body) }
      }
    }
  }
}
