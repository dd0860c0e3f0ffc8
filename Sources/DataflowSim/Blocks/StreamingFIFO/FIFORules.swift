/// FINN's decisions about FIFOs, as pure functions.
/// Source: docs/reference/finn-dialect.md#fifo-implementations.
extension StreamingFIFO {
  /// One piece of a split FIFO.
  package struct Piece: Sendable, Equatable {
    package let depth: Int
    package let style: Style
  }

  /// Deepest shift-register FIFO, and deepest Vivado FIFO.
  package static let deepestRTL = 256
  package static let deepestVivado = 32768

  /// The chain of FIFOs FINN's `SplitLargeFIFOs` makes of one of `depth` words: chunks of 32768,
  /// each cut greedily into powers of two until at most 256 remain.
  ///
  /// - Parameters:
  ///   - depth: words in all.
  ///   - leastDepth: 1 as in FINN's main branch, which can emit a 1-deep piece that the
  ///     hardware does not support; 2 as in its development branch.
  package static func split(depth: Int, leastDepth: Int = 1) -> [Piece] {
    guard depth > deepestRTL else { return [Piece(depth: depth, style: .rtl)] }
    var pieces: [Piece] = []
    var rest = depth
    while rest > 0 {
      let chunk = min(rest, deepestVivado)
      rest -= chunk
      pieces += decompose(chunk, leastDepth: leastDepth)
    }
    return pieces
  }

  private static func decompose(_ chunk: Int, leastDepth: Int) -> [Piece] {
    var pieces: [Piece] = []
    var rest = chunk
    while rest > deepestRTL {
      let power = 1 << (Int.bitWidth - 1 - rest.leadingZeroBitCount)
      pieces.append(Piece(depth: power, style: power <= deepestRTL ? .rtl : .vivado))
      rest -= power
    }
    if rest > 0 { pieces.append(Piece(depth: max(rest, leastDepth), style: .rtl)) }
    return pieces
  }

  /// FINN's `optimize_depth`: 2 or less becomes 2, up to 32 becomes 32 (one shift register each).
  package static func optimized(depth: Int) -> Int {
    if depth <= 2 { return 2 }
    return depth <= 32 ? 32 : depth
  }

  /// The depth of an inserted FIFO: the larger wish of its two ends; `nil` when none is made.
  package static func inserted(producer: Int, consumer: Int, createShallow: Bool) -> Int? {
    let depth = max(producer, consumer)
    return depth > 2 || createShallow ? depth : nil
  }

  /// The implementation FINN picks for an inserted FIFO.
  package static func style(depth: Int, deepestRTL: Int?) -> Style {
    deepestRTL.map { depth <= $0 } ?? true ? .rtl : .vivado
  }
}

/// The depths a FIFO can have, and how many words it holds with each.
/// Source: docs/reference/hls-rules.md#fifos-made-by-vivado.
package struct FIFODepths: Sendable, Equatable {
  private let isVivado: Bool
  /// The depth the node states.
  package let stated: Int

  /// Those of a shift register; one that has yet to be inserted states 0.
  package init(shiftRegisterOf words: Int) { (isVivado, stated) = (false, words) }

  package init(_ fifo: StreamingFIFO) { (isVivado, stated) = (fifo.style == .vivado, fifo.depth) }

  /// Whether every number of words is a depth.
  package var areAll: Bool { !isVivado }

  /// Words that a FIFO of this depth holds, with registers that are no part of it.
  package func words(atDepth depth: Int) -> Int {
    isVivado ? StreamingFIFO.vivadoDepth(depth) + StreamingFIFO.vivadoRegisters : depth
  }

  /// The least depth that holds so many words.
  package func depth(holding words: Int) -> Int {
    isVivado
      ? StreamingFIFO.vivadoDepth(max(words - StreamingFIFO.vivadoRegisters, 1)) : words
  }

  /// The next larger depth.
  package func above(_ depth: Int) -> Int { self.depth(holding: words(atDepth: depth) + 1) }

  /// The next smaller depth; 0 where there is none.
  package func below(_ depth: Int) -> Int {
    isVivado ? StreamingFIFO.vivadoDepth(depth) / 2 : depth - 1
  }
}
