extension VectorVector: TimedBlock {
  /// RTL: a compute core fed word by word, a result every SF words (`DirectCore`).
  /// HLS: one loop that reads in every iteration.
  public func timing() -> BlockTiming {
    guard isRTL, let depth = coreDepth else {
      let reads: UInt32 = compute.memoryMode == .external ? 3 : 1
      return schedule.timing(
        [
          .repeated(
            pixels * neuronFold,
            [.run(synapseFold - 1, reads: reads), .run(1, reads: reads, writes: 1)])
        ], weightsFrom: compute.weightsFrom)
    }
    let (compute, fold) = (compute, synapseFold)
    return BlockTiming(
      busyCycles: expectedCycles,
      least: .core(
        synapseFold: fold, neuronFold: 1, externalWeights: compute.weightStream == .external),
      body: .process { ports in
        DirectCore(
          input: ports.inputs[0], weights: compute.weightPort(ports), group: fold,
          core: DotProductCore(compute, depth: depth, ports))
      })
  }
}

extension VectorVector: HLSBlock {
  var hlsWork: HLSWork {
    HLSWork(
      .matrixVector(compute.products(pe: pe, simd: simd, isDepthwise: true)),
      iterations: pixels * neuronFold * synapseFold)
  }
}
