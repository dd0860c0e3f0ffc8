extension Shuffle: HLSBlock {
  /// RTL of the development branch: `InnerShuffleMachine`. Else each inner matrix, or the whole tensor, is
  /// stored and then read out in the new order.
  package func timing() -> BlockTiming {
    guard node.isDevelopmentRTL else { return schedule.timing(loops).inexact(node.foreignRTL) }
    let (geometry, isRepaired) = (innerGeometry, node.generation > .dev2026_04)
    return BlockTiming(
      busyCycles: 2 * words, heldWords: 2 * geometry.page,
      body: .process { ports in
        let repaired = isRepaired || ports.hazardsOff.contains(.stalePage)
        return RegisterProcess(
          InnerShuffleMachine(geometry, isRepaired: repaired, log: ports.coreLog), ports,
          notesWords: !repaired)
      })
  }

  private var loops: [Loop] {
    let stored = isInner ? innerWords : words
    return [.run(stored, reads: 1), .run(stored, writes: 1)]
  }

  var hlsWork: HLSWork { HLSWork(.other(stages: 3), iterations: Loop.iterations(loops)) }
}

extension Shuffle {
  package var hazardConditions: [HazardCondition] {
    guard node.isDevelopmentRTL, node.generation == .dev2026_04 else { return [] }
    return [
      HazardCondition(
        .stalePage, .byTime,
        "page 1 is read without waiting for it: an odd number of frames puts out "
          + "\(innerWords) old words, a slow source old values")
    ]
  }

  package var unknownStorage: String? {
    node.isDevelopmentRTL ? "how much its register slices hold depends on timing" : nil
  }
}
