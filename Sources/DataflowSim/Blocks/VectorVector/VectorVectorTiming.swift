extension VectorVector: TimedBlock {
  /// RTL: a compute core fed word by word, a result every SF words (`DirectCore`).
  /// HLS: one loop that reads in every iteration.
  package func timing() -> BlockTiming {
    if let shape = compute.lockedCore { return coreTiming { LockedCore(shape, $0) } }
    guard isRTL, let depth = coreDepth else {
      let reads: UInt32 = compute.memoryMode == .external ? 3 : 1
      return schedule.timing(
        [
          .repeated(
            pixels * neuronFold,
            [.run(synapseFold - 1, reads: reads), .run(1, reads: reads, writes: 1)])
        ], weightsFrom: compute.weightsFrom)
    }
    let compute = compute
    return coreTiming { DotProductCore(compute, depth: depth, $0) }
  }

  private func coreTiming<Core: CorePipeline & SendableMetatype>(
    _ core: @escaping @Sendable (Ports) -> Core
  ) -> BlockTiming {
    let (compute, fold) = (compute, synapseFold)
    return BlockTiming(
      exactness: compute.coreExactness, busyCycles: expectedCycles,
      least: .core(
        synapseFold: fold, neuronFold: 1, externalWeights: compute.weightStream == .external),
      body: .process { ports in
        DirectCore(
          input: ports.inputs[0], weights: compute.weightPort(ports), group: fold,
          core: core(ports))
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
