/// An attribute that folds other blocks, and must stay as it is here.
public struct FixedFolding: Codable, Sendable, Equatable {
  /// The node.
  public var node: String
  /// A FINN op type.
  public var opType: String
  /// `PE`, `SIMD`, ….
  public var attribute: String
  /// Why it is fixed, in a few words.
  public var reason: String
}

extension FixedFolding {
  /// What the blocks of `design` say, in its order.
  static func all(in design: Design) throws -> [FixedFolding] {
    try zip(design.nodes, design.makeBlocks()).flatMap { node, block in
      block.fixedFoldings.sorted { $0.key < $1.key }.map { attribute, reason in
        FixedFolding(node: node.name, opType: node.opType, attribute: attribute, reason: reason)
      }
    }
  }
}
