import FoundationEssentials

/// A space to start a sweep with: the layers that decide the rate, a step slower and faster each.
public struct SweepProposal: Sendable {
  /// An attribute to vary, and its values.
  public struct Axis: Sendable, Equatable {
    public var node: String
    /// The attribute, and its values, ascending.
    public var attribute: String
    public var values: [Int]
  }

  /// Slowest block first.
  public let axes: [Axis]
  /// FIFO depths to try; depths are `"kept"` or a number of words.
  public let fifos: [String]

  /// Points of the space.
  public var count: Int { axes.reduce(fifos.count) { $0 * $1.values.count } }

  /// The layers with most cycles are varied, as many as keep the space below `most` points.
  ///
  /// Throws `InputError` for a design that cannot be built, or without any layer to fold.
  public init(_ design: Design, most: Int = 2000) throws {
    let blocks = try design.makeBlocks()
    fifos = design.nodes.contains(where: \.isFIFO) ? ["\"kept\"", "128"] : ["128"]
    let slowest = design.nodes.indices
      .map { (node: $0, cycles: FoldingOptions.cycles(blocks[$0])) }
      .filter { !design.nodes[$0.node].isFIFO }
      .sorted { ($1.cycles, $0.node) < ($0.cycles, $1.node) }
    var axes: [Axis] = []
    var count = fifos.count
    for (index, _) in slowest {
      guard let axis = Self.axis(design.nodes[index], design), count * axis.values.count <= most
      else { continue }
      axes.append(axis)
      count *= axis.values.count
      if count * 2 > most { break }
    }
    guard !axes.isEmpty else {
      throw InputError("no layer of this design can be folded in another way")
    }
    self.axes = axes.sorted { naturally($0.node, $1.node) }
  }

  /// The first of the block's foldings that has another value: the value now, one less, one more. A window
  /// in front of a depthwise layer must follow it, so it is left alone.
  private static func axis(_ node: Node, _ design: Design) -> Axis? {
    guard node.attributes["depthwise"] != .int(1), SweepSpace.canVary(node.name),
      let block = try? design.block(of: node)
    else { return nil }
    for folding in block.foldings {
      guard case .int(let now)? = node.attributes[folding.name] else { continue }
      let all = folding.values.filter { isBuildable(node, folding.name, $0, design) }
      guard let place = all.firstIndex(of: now) else { continue }
      let near = all[max(0, place - 1)...min(all.count - 1, place + 1)]
      if near.count > 1 {
        return Axis(node: node.name, attribute: folding.name, values: Array(near))
      }
    }
    return nil
  }

  private static func isBuildable(
    _ node: Node, _ attribute: String, _ value: Int, _ design: Design
  ) -> Bool {
    var folded = node
    folded.attributes[attribute] = .int(value)
    let block = try? design.block(of: folded)
    return block?.allBuildIssues.isEmpty == true
  }

  /// The space as a file (`simrun-space` version 1).
  public var json: Data {
    let nodes = Dictionary(grouping: axes, by: \.node).sorted { naturally($0.key, $1.key) }
    let lines = nodes.map { node, axes in
      let values = axes.map { "\"\($0.attribute)\": \($0.values)" }.joined(separator: ", ")
      return "    \(JSONValue.quoted(node)): {\(values)}"
    }
    return Data(
      """
      {
        "format": "simrun-space",
        "version": 1,
        "nodes": {
      \(lines.joined(separator: ",\n"))
        },
        "fifo": [\(fifos.joined(separator: ", "))]
      }

      """.utf8)
  }
}
