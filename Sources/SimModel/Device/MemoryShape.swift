/// How many memory primitives hold a memory of a given width and depth, by FINN's tables.
/// Source: docs/reference/resources.md#memory-shapes.
package enum MemoryShape {
  /// Capacity in bits, for efficiencies.
  package static let ramb18Bits = 36 * 512
  package static let uramBits = 72 * 4096

  /// FINN uses two tables: the VVAU one ignores the parity bits of wide words.
  package enum Table {
    case withParity, withoutParity
  }

  /// RAMB18 blocks for `depth` words of `width` bits. The cases are tested in FINN's order.
  package static func ramb18(width: Int, depth: Int, table: Table = .withParity) -> Int {
    let byte = table == .withParity ? 9 : 8
    if width == 1 { return depth.dividedUp(by: 16384) }
    if width == 2 { return depth.dividedUp(by: 8192) }
    if width <= 4 { return depth.dividedUp(by: 4096) * width.dividedUp(by: 4) }
    if width <= 9 { return depth.dividedUp(by: 2048) * width.dividedUp(by: byte) }
    if width <= 18 || depth > 512 {
      return depth.dividedUp(by: 1024) * width.dividedUp(by: 2 * byte)
    }
    return depth.dividedUp(by: 512) * width.dividedUp(by: 4 * byte)
  }

  package static func uram(width: Int, depth: Int) -> Int {
    width.dividedUp(by: 72) * depth.dividedUp(by: 4096)
  }

  /// The RAMB18 data width FINN's sliding window picks for a buffer of `depth` words.
  package static func windowWidth(depth: Int) -> Int {
    switch depth {
    case ...512: 36
    case ...1024: 18
    case ...2048: 9
    case ...4096: 4
    case ...8192: 2
    default: 1
    }
  }

  /// Used bits over provided bits; 1 when no block is used.
  package static func efficiency(bits: Int, blocks: Int, blockBits: Int) -> Double {
    blocks == 0 ? 1 : Double(bits) / Double(blocks * blockBits)
  }
}
