/// What a block is sure to hold, however its words arrive.
///
/// A matrix-vector core that is blocked freezes with the bubbles in its pipeline, and a halving
/// width converter holds one or two words (docs/reference/rtl-rules.md#storage): how much they take
/// in before they stop depends on the arrival pattern. A proof of liveness takes the least. These
/// bodies are token-exact lower bounds: with the same words offered and the same room, the block
/// itself takes and gives at least as many words.
public struct LeastStorage: Sendable {
  /// Replace those of the timing; nil: the same.
  var inputStages: [[Stage]]?
  var outputStages: [[Stage]]?
  var body: BlockTiming.Body
}
