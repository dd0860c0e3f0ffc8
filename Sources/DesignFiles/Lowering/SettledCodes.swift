import OriginalModel
import SimModel

// Integers of QuantizeLinear that nobody takes for numbers at once.

extension Lowering {
  /// Codes that an operation moves before anybody takes them for numbers again become a stream here. Maximum
  /// pools wait for the quantiser behind them.
  mutating func settle(_ name: String) throws {
    guard let edge = edges[name], !edge.isStream else { return }
    _ = try quantizeOutput(name)
  }

  /// A graph output of integers: thresholds give them, whether or not anybody takes them for numbers again.
  mutating func quantizeOutput(_ name: String) throws -> Bool {
    guard let range = integerRanges[name], var edge = edges[name], !edge.isHost, !edge.isPlain,
      !tails.contains(name),
      let step = edge.steps.last(where: { !LayoutOperations.names.contains($0.node.opType) }),
      step.node.opType == "QuantizeLinear"
    else { return false }
    var grid = Grid(scale: [1], low: range.lowerBound, high: range.upperBound)
    grid.limits = nil
    if edge.starts.count > 1 {
      guard let joined = try? join(edge, grid, step) else { return false }
      edge = joined
    }
    guard let index = try? thresholds(edge, grid, step) else { return false }
    edges[name] = Edge(
      starts: [.init(layer: index, tensor: name)], steps: [], pools: [], tensor: name)
    note(name, index, [1], step.node.name)
    return true
  }
}
