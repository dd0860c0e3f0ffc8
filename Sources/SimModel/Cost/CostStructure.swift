/// The kinds of resources a placed design is told apart by.
public enum CostKind: String, Sendable, CaseIterable, Codable {
  /// LUTs that compute.
  case logic = "LUT_logic"
  /// LUTs that are memory.
  case lutram = "LUTRAM"
  /// LUTs that are shift registers.
  case srl = "SRL"
  case ff = "FF"
  /// RAMB18; a RAMB36 counts two.
  case bram18 = "BRAM_18K"
  case uram = "URAM"
  case dsp = "DSP"
}

/// What of a block costs resources, as the hardware is built: amounts of a few parts, each of which takes
/// about so much.
///
/// A part that is counted takes what its construction says (RAMB18 of a memory of known shape). Of the
/// others the amount is known and what a unit takes is fitted (`CostModel`): logic and registers per bit of a
/// weight word, per comparator bit, per slot of a replay buffer.
/// Source: docs/cost-model.md#structure.
public struct CostStructure: Sendable, Equatable {
  /// So many units of one part.
  public struct Part: Sendable, Equatable {
    public let kind: CostKind
    /// Its name among the coefficients; empty for a part that is counted.
    public let name: String
    public let amount: Double
    /// What a unit takes by construction: the coefficient where no data say more.
    public let unit: Double
    /// The family whose coefficient it shares.
    public let family: String
    /// Whether `unit` is all there is to know.
    public let isCounted: Bool
  }

  /// Blocks that share coefficients, named after their op type.
  public let family: String
  public private(set) var parts: [Part] = []
  /// Where no placed node of its kind was seen: what it was derived from.
  public var derivation: String?
  /// Whether the family only stands in for one of which no node was placed, whatever it was fitted to.
  public var isStandIn = false
  /// Whether nodes of the family also tell what stream blocks take of which none were placed.
  public var isTypicalStream = false
  /// What of the block lies outside the module HLS reports on, in bits of a weight word: the streamer.
  public var streamedBits = 0

  /// A structure without any part yet.
  public init(_ family: String, derivation: String? = nil) {
    self.family = family
    self.derivation = derivation
  }

  /// LUTs of logic: `amount` units of about `unit` LUTs; with another `family` those of its hardware.
  public mutating func logic(
    _ name: String, _ amount: Int, each unit: Double, asIn family: String? = nil
  ) {
    add(.logic, name, amount, unit, family)
  }

  /// Flip-flops.
  public mutating func registers(
    _ name: String, _ amount: Int, each unit: Double, asIn family: String? = nil
  ) {
    add(.ff, name, amount, unit, family)
  }

  /// Shift-register LUTs that no construction tells.
  public mutating func shiftRegisters(_ name: String, _ amount: Int, each unit: Double) {
    add(.srl, name, amount, unit, nil)
  }

  /// Primitives that the construction tells.
  public mutating func count(_ kind: CostKind, _ amount: Int) {
    guard amount > 0 else { return }
    parts.append(
      Part(
        kind: kind, name: "", amount: Double(amount), unit: 1, family: family, isCounted: true))
  }

  /// A memory of `depth` words of `width` bits in `kind`.
  public mutating func memory(_ place: MemoryPlace, width: Int, depth: Int, copies: Int = 1) {
    switch place {
    case .lutram: count(.lutram, copies * LUTMemory.luts(width: width, depth: depth))
    case .blockRAM: count(.bram18, copies * BlockRAMShape.ramb18(width: width, depth: depth))
    case .ultraRAM: count(.uram, copies * MemoryShape.uram(width: width, depth: depth))
    }
  }

  private mutating func add(
    _ kind: CostKind, _ name: String, _ amount: Int, _ unit: Double, _ family: String?
  ) {
    guard amount > 0 else { return }
    parts.append(
      Part(
        kind: kind, name: name, amount: Double(amount), unit: unit, family: family ?? self.family,
        isCounted: false))
  }
}

/// Where a memory lies.
public enum MemoryPlace: Sendable {
  case lutram, blockRAM, ultraRAM

  /// Where `ram_style` puts a memory; `auto` leaves it to Vivado, which on placed designs kept what is small
  /// and shallow in LUTs. Source: docs/cost-model.md#memories.
  public init(ramStyle: String, width: Int, depth: Int) {
    switch ramStyle {
    case "distributed": self = .lutram
    case "block": self = .blockRAM
    case "ultra": self = .ultraRAM
    default: self = depth <= 64 && width * depth <= 640 ? .lutram : .blockRAM
    }
  }
}

/// Block RAM as Vivado lays memories out, which counts more finely than FINN's table.
/// Source: docs/cost-model.md#memories.
package enum BlockRAMShape {
  /// Words, and bits per word of a RAMB18 and of a RAMB36, with one port to write and one to read.
  private static let shapes: [(depth: Int, narrow: Int, wide: Int)] = [
    (512, 36, 72), (1024, 18, 36), (2048, 9, 18), (4096, 4, 9), (8192, 2, 4), (16384, 1, 2),
    (32768, 0, 1),
  ]

  /// RAMB18 for `depth` words of `width` bits: the depth is rounded up to a shape's, RAMB36 lie side by
  /// side, and what is left over is a RAMB18 where that is wide enough.
  ///
  /// - Parameter isArray: an array of HLS, whose two ports both do both; then a RAMB18 has 18 bits at most.
  package static func ramb18(width: Int, depth: Int, isArray: Bool = false) -> Int {
    guard width > 0, depth > 0 else { return 0 }
    let rows = depth.dividedUp(by: 32768)
    let least = isArray ? max(depth, 1024) : depth
    let shape = shapes.first { min(least, 32768) <= $0.depth }!
    let rest = width % shape.wide
    let last = rest == 0 ? 0 : rest <= shape.narrow ? 1 : 2
    return (2 * (width / shape.wide) + last).multipliedWithoutOverflow(by: rows)
  }
}

/// LUTs as simple dual-port memory: six bits of 32 words in four LUTs (RAM32M), three bits of 64 (RAM64M).
/// Source: docs/cost-model.md#memories.
package enum LUTMemory {
  package static func luts(width: Int, depth: Int) -> Int {
    guard width > 0, depth > 0 else { return 0 }
    if depth <= 32 { return 4 * width.dividedUp(by: 6) }
    return (4 * width.dividedUp(by: 3)).multipliedWithoutOverflow(by: depth.dividedUp(by: 64))
  }
}

extension Int {
  /// The product, or a number beyond any device.
  package func multipliedWithoutOverflow(by other: Int) -> Int {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? 1 << 50 : product
  }
}
