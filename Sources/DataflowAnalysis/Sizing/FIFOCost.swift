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
  /// Whose coefficients tell what FINN's FIFOs take; nil: their bits.
  var model: CostModel?

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

  /// What a FIFO of `depth` words of `width` bits weighs: words, bits, or LUTs, with a block RAM as many as a
  /// middling device has beside each.
  func cost(depth: Int, width: Int) -> Int {
    switch measure {
    case .words: return depth
    case .bits: return depth * max(width, 1)
    case .finn:
      guard let model else { return depth * max(width, 1) }
      let style = Self.style(depth: depth, isBorder: false)
      let structure = StreamingFIFO.structure(
        width: max(width, 1), depth: style == .vivado ? 1 << depth.ceilLog2 : depth, style: style,
        ramStyle: "block")
      let use = model.estimate(structure).expected.resources()
      return use.lut + Self.lutsPerBlock * use.bram18 + 16 * Self.lutsPerBlock * use.uram
    }
  }

  private static let lutsPerBlock = 370

  /// FINN's attributes for a FIFO of `depth` words.
  static func style(depth: Int, isBorder: Bool) -> StreamingFIFO.Style {
    StreamingFIFO.style(depth: depth, deepestRTL: isBorder ? nil : StreamingFIFO.deepestRTL)
  }
}
