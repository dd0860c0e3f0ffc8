/// A memory primitive with one aspect ratio, and how well a memory fits it.
/// Source: docs/reference/resources.md#threshold-cost.
public struct MemoryPrimitive: Sendable, Equatable {
  /// Which memory of the part it takes.
  public enum Kind: Sendable { case uram, bram18, lutram }

  /// A name for tables, and which memory of the part it takes.
  public let name: String
  public let kind: Kind
  /// Bits per word, and words.
  public let width: Int
  public let depth: Int

  /// In FINN's order of preference among equally wasteful ones.
  public static let all: [MemoryPrimitive] = [
    .init(name: "URAM_72x4096", kind: .uram, width: 72, depth: 4096),
    .init(name: "URAM_36x8192", kind: .uram, width: 36, depth: 8192),
    .init(name: "URAM_18x16384", kind: .uram, width: 18, depth: 16384),
    .init(name: "URAM_9x32768", kind: .uram, width: 9, depth: 32768),
    .init(name: "BRAM18_36x512", kind: .bram18, width: 36, depth: 512),
    .init(name: "BRAM18_18x1024", kind: .bram18, width: 18, depth: 1024),
    .init(name: "BRAM18_9x2048", kind: .bram18, width: 9, depth: 2048),
    .init(name: "LUTRAM", kind: .lutram, width: 1, depth: 64),
  ]

  /// Primitives needed for `depth` words of `width` bits.
  public func count(width: Int, depth: Int) -> Int {
    width.dividedUp(by: self.width) * depth.dividedUp(by: self.depth)
  }

  /// Bits provided and not used.
  public func waste(width: Int, depth: Int) -> Int {
    count(width: width, depth: depth) * self.width * self.depth - width * depth
  }

  /// Every primitive for a memory, least waste first, ties in FINN's order.
  public static func alternatives(width: Int, depth: Int, kind: Kind? = nil) -> [MemoryPrimitive] {
    all.enumerated()
      .filter { kind == nil || $0.element.kind == kind }
      .map { ($0.element.waste(width: width, depth: depth), $0.offset, $0.element) }
      .sorted { ($0.0, $0.1) < ($1.0, $1.1) }
      .map(\.2)
  }
}
