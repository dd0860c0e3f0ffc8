extension Plan {
  /// Cycles per frame of one block, and words of all buffers together, beyond which a run would
  /// take hours or more memory than there is. Real designs stay below by a factor of a hundred.
  private static let maximumCycles = 1 << 32
  private static let maximumBuffer = 1 << 26

  /// Refuses sizes nobody means before time is spent on them. Throws `InputError`.
  static func requirePlausibleSizes(_ design: Design, _ blocks: [any Block]) throws {
    for (node, block) in zip(design.nodes, blocks) {
      let place = "node '\(node.name)' (\(node.opType))"
      for port in block.inputs + block.outputs {
        guard let shape = port.normalShape, !StreamSettings.isPlausible(shape: shape) else {
          continue
        }
        throw InputError(
          "a tensor of shape \(shape) is too large to be streamed", at: place,
          hint: "fewer than 2^31 elements")
      }
      guard block.expectedCycles <= maximumCycles else {
        throw InputError(
          "\(block.expectedCycles) cycles per frame are more than simrun simulates", at: place,
          hint: "at most 2^32; is the folding (PE, SIMD) right?")
      }
    }
  }

  /// Refuses FIFOs and pipelines that would not fit into memory. Throws `InputError`.
  static func requirePlausibleBuffers(_ design: Design, _ timings: [BlockTiming]) throws {
    var words = 0
    for (node, timing) in zip(design.nodes, timings) {
      let stages = (timing.inputStages + timing.outputStages).joined().map(\.capacity)
      for capacity in stages + [timing.heldWords] {
        words += min(capacity, maximumBuffer + 1)
        guard words <= maximumBuffer else {
          throw InputError(
            "\(capacity) words are more than simrun buffers",
            at: "node '\(node.name)' (\(node.opType))", hint: "at most 2^26 in the whole design")
        }
      }
    }
  }
}
