/// FINN's estimate for a per-channel parameter memory of an HLS block (Thresholding, ChannelwiseOp);
/// it goes by the input's width and ignores the number of thresholds. Source:
/// docs/reference/resources.md#threshold-cost.
struct ChannelMemory {
  let pe: Int
  /// Words per PE.
  let depth: Int
  /// Bits of an input element.
  let bits: Int
  let inBlockRAM: Bool

  var resources: Resources {
    let width = bits * pe
    guard depth > 1 else { return Resources(lut: width) }
    return inBlockRAM
      ? Resources(lut: width, bram18: width.dividedUp(by: 16) * depth.dividedUp(by: 1024))
      : Resources(lut: width + width * depth.dividedUp(by: 64))
  }
}
