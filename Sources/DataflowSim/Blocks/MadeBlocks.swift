import Synchronization

/// Blocks by what they were made from, which decides everything about them.
///
/// Whoever searches for foldings or depths makes the same blocks for thousands of designs that differ in a few nodes.
/// To look one up takes a seventh of the time it takes to read its attributes.
package final class MadeBlocks: Sendable {
  /// All that `BlockCatalogue.make` goes by.
  package struct Key: Hashable {
    let opType: String
    let attributes: [String: AttributeValue]
    let part: String?
    let clockMHz: Double
    let generation: FINNGeneration

    package init(
      opType: String, attributes: [String: AttributeValue], part: String?, clockMHz: Double,
      generation: FINNGeneration
    ) {
      self.opType = opType
      self.attributes = attributes
      self.part = part
      self.clockMHz = clockMHz
      self.generation = generation
    }
  }

  /// Blocks that are kept, some kilobytes each; when there are more, all are forgotten.
  package static let most = 2048

  private let blocks = Mutex<[Key: any Block]>([:])

  /// Nothing made yet.
  package init() {}

  /// Blocks that are kept now.
  package var count: Int { blocks.withLock(\.count) }

  /// The block of `key`; `make` is asked for it the first time. What it throws is not kept.
  package func block(_ key: Key, _ make: () throws -> any Block) rethrows -> any Block {
    if let known = blocks.withLock({ $0[key] }) { return known }
    let block = try make()
    blocks.withLock {
      if $0.count >= Self.most { $0.removeAll(keepingCapacity: true) }
      $0[key] = block
    }
    return block
  }
}
