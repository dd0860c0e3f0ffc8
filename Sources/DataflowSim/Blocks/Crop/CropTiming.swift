extension Crop: HLSBlock {
  /// RTL: `CropMachine`. HLS: a word in per iteration, forwarded if it lies inside. `cut` is north, west,
  /// south, east.
  package func timing() -> BlockTiming {
    isRTL ? geometry.machineTiming(node) : schedule.timing(loops)
  }

  private var loops: [Loop] {
    let width = imgDim[1] * channelFold
    let row: [Loop] = [
      .run(cut[1] * channelFold, reads: 1), .run(outputDim[1] * channelFold, reads: 1, writes: 1),
      .run(cut[3] * channelFold, reads: 1),
    ]
    return [
      .run(cut[0] * width, reads: 1), .repeated(outputDim[0], row),
      .run(cut[2] * width, reads: 1),
    ]
  }

  var hlsWork: HLSWork { HLSWork(.other(stages: 3), iterations: Loop.iterations(loops)) }
}

extension SelectToken: TimedBlock {
  package func timing() -> BlockTiming { geometry.machineTiming(node) }
}

extension CropGeometry {
  fileprivate func machineTiming(_ node: NodeSettings) -> BlockTiming {
    let geometry = self
    return BlockTiming(
      busyCycles: words,
      body: .process { ports in
        let isRepaired = ports.hazardsOff.contains(.lostWord)
        let machine = CropMachine(geometry, isRepaired: isRepaired, log: ports.coreLog)
        return RegisterProcess(machine, ports, notesWords: true)
      }
    ).inexact(node.beforeAugust)
  }
}

extension Crop {
  package var hazardConditions: [HazardCondition] { isRTL ? geometry.hazardConditions : [] }
}

extension SelectToken {
  package var hazardConditions: [HazardCondition] { geometry.hazardConditions }
}

extension CropGeometry {
  fileprivate var hazardConditions: [HazardCondition] {
    losesWords
      ? [
        HazardCondition(
          .lostWord, .byTime,
          "needs both registers full over a dropped word that a kept one follows: back-pressure")
      ] : []
  }
}
