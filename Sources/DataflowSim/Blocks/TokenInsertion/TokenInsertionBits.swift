import SimKernels

extension TokenInsertion: BitBlock {
  package func bits(_ setup: BitSetup) throws -> any BlockBits {
    try setup.requireCarried(dataType, "elements")
    let role = setup.has("cls") ? "cls" : setup.node.initializers.keys.sorted().first ?? "cls"
    let token = try setup.integers(
      role, type: dataType, counts: [channels], shape: "(\(channels),)", rowLength: channels)
    let zeros = Integers(
      [Int64](repeating: 0, count: padding * channels), rowLength: channels,
      format: dataType.format)
    return TokenBits(
      token: token, padding: zeros, channels: channels, fold: fold, tokens: tokens)
  }
}

struct TokenBits: BlockBits {
  let token: Integers
  let padding: Integers
  let channels: Int
  /// Words of a token, and tokens of a frame.
  let fold: Int
  let tokens: Int

  func frame(_ inputs: [Integers]) -> FrameResult {
    let parts =
      [token, inputs[0].reshaped(rowLength: channels)] + (padding.count > 0 ? [padding] : [])
    return FrameResult([.joined(parts, rowLength: channels, format: token.format)])
  }

  func schedule() -> WordSchedule {
    let words = tokens * fold
    let needs =
      [Int32](repeating: 0, count: fold) + (0..<words).map { Int32($0 + 1) }
      + [Int32](repeating: Int32(words), count: padding.count / channels * fold)
    return .table(inputs: words, needs: needs)
  }
}
