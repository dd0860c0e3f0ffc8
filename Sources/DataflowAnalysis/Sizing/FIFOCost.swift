/// What a FIFO of some depth costs, and which depths are worth trying.
public struct FIFOCost: Sendable {
  /// What is minimised.
  public enum Measure: String, Sendable, CaseIterable, Codable {
    /// Words stored.
    case words
    /// Bits stored.
    case bits
    /// FPGA memory as FINN builds it: 2, 32, shift registers to 256, then powers of two in RAM.
    case finn
  }

  let measure: Measure

  /// Depths a FIFO may have, by index; index 0 is the least.
  func depth(atStep step: Int) -> Int {
    guard measure == .finn else { return step + 2 }
    // 2, 32, 64, … 256 by shift registers of 32, then RAM: 512, 1024, … 32768, then whole RAMs.
    if step == 0 { return 2 }
    if step <= 8 { return 32 * step }
    if step <= 15 { return 256 << (step - 8) }
    return StreamingFIFO.deepestVivado * (step - 14)
  }

  /// The first step whose depth is at least `depth`.
  func step(holding depth: Int) -> Int {
    guard measure == .finn else { return max(depth - 2, 0) }
    var step = 0
    while self.depth(atStep: step) < depth { step += 1 }
    return step
  }

  /// The weight of one word of `width` bits.
  func cost(depth: Int, width: Int) -> Int {
    measure == .words ? depth : depth * max(width, 1)
  }

  /// FINN's attributes for a FIFO of `depth` words.
  static func style(depth: Int, isBorder: Bool) -> StreamingFIFO.Style {
    StreamingFIFO.style(depth: depth, deepestRTL: isBorder ? nil : StreamingFIFO.deepestRTL)
  }
}
