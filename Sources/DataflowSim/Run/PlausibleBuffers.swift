extension Plan {
  /// Words of all buffers together beyond which a run would take more memory than there is. Real designs
  /// stay below by a factor of a hundred. Blocks of absurd sizes are refused where they are made.
  private static let maximumBuffer = 1 << 26

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
