import OriginalModel
import SimModel

/// Which values of a quantised tensor another order of float32 sums could give.
///
/// A float32 sum of n products is off by at most n · 2⁻²⁴ · Σ|w·x| whatever its order. The model's own
/// steps behind the sum are run on both ends of that range: what lies between the two results is no
/// fault of a design.
public struct ErrorZone: Sendable {
  private let reference: Reference
  private let layouts: [String: Layout]
  /// Tensors that both sides have equal when a layer is judged.
  private let settled: Set<String>

  /// A value that differs from the model's, in the stream's integers.
  public struct Difference: Sendable {
    public var frame: Int
    /// Element of the frame, channels last.
    public var element: Int
    public var expected: Double
    public var actual: Double

    public init(frame: Int, element: Int, expected: Double, actual: Double) {
      (self.frame, self.element) = (frame, element)
      (self.expected, self.actual) = (expected, actual)
    }
  }

  public enum Verdict: Sendable, Equatable {
    /// Every value that differs is one that another order of sums gives.
    case insideZone
    /// Every value lies exactly on a rounding boundary, and the design always takes the same side.
    case ties(up: Bool)
    case wrong
  }

  /// - Parameter pairs: what is compared; their tensors are equal on both sides in front of a layer.
  public init(_ reference: Reference, _ pairs: [ModelPairing.Pair]) throws {
    self.reference = reference
    layouts = try ModelCodes(reference).lowering.layouts
    settled = Set(pairs.map(\.tensor))
  }

  /// Judges the values of a tensor that differ.
  ///
  /// - Parameter frame: all tensors of the model for a frame of the data.
  public func judge(
    _ pair: ModelPairing.Pair, _ differences: [Difference], _ frame: (Int) throws -> [String: Value]
  ) throws -> Verdict {
    guard !differences.isEmpty, let path = path(to: pair.tensor) else { return .wrong }
    var isTie = true
    for (index, list) in Dictionary(grouping: differences, by: \.frame) {
      let values = try frame(index)
      let zone = try range(pair.tensor, path, values, isTight: false)
      let tie = try range(pair.tensor, path, values, isTight: true)
      for difference in list {
        let value = number(difference.actual, difference.element, pair)
        let slack = 1e-3 * abs(pair.scale[difference.element % pair.scale.count])
        guard zone.low[difference.element] - slack <= value,
          value <= zone.high[difference.element] + slack
        else { return .wrong }
        isTie =
          isTie && tie.low[difference.element] - slack <= value
          && value <= tie.high[difference.element] + slack
      }
    }
    let directions = Set(differences.map { $0.actual > $0.expected })
    return isTie && directions.count == 1 ? .ties(up: directions.first!) : .insideZone
  }

  private func number(_ integer: Double, _ element: Int, _ pair: ModelPairing.Pair) -> Double {
    integer * pair.scale[element % pair.scale.count] + pair.offset[element % pair.offset.count]
  }

  /// What leads from sums, or tensors that are equal on both sides, to a tensor.
  private struct Path {
    var steps: [Reference.Step]
    /// Steps whose sums may be off.
    var sums: [Reference.Step]
  }

  private static let transparent: Set<String> = ElementwiseOperations.names
    .union(ElementwiseOperations.quantizers).union(LayoutOperations.names)
    .union(["MaxPool", "GlobalMaxPool", "ReduceMax", "MaxPoolNHWC"])

  private func path(to tensor: String) -> Path? {
    var path = Path(steps: [], sums: [])
    var needed: Set<String> = [tensor]
    for step in reference.steps.reversed() {
      guard step.node.outputs.contains(where: needed.contains) else { continue }
      let isSettled = step.node.outputs.contains { $0 != tensor && settled.contains($0) }
      if isSettled { continue }
      if Self.transparent.contains(step.node.opType) {
        path.steps.insert(step, at: 0)
        needed.formUnion(step.node.inputs.filter { reference.constants[$0] == nil })
      } else {
        path.sums.insert(step, at: 0)
      }
    }
    return path.sums.isEmpty ? nil : path
  }

  /// The least and the greatest value of each element, channels last.
  ///
  /// - Parameter isTight: sums move by one unit in the last place only.
  private func range(
    _ tensor: String, _ path: Path, _ values: [String: Value], isTight: Bool
  ) throws -> (low: [Double], high: [Double]) {
    var margins: [String: [Float]] = [:]
    for step in path.sums {
      let name = step.node.outputs[0]
      guard let sum = values[name] else { continue }
      guard !isTight, let size = try reference.magnitude(of: step, on: values) else {
        margins[name] = sum.floats.map { $0.ulp }
        continue
      }
      let factor = Float(size.terms + 2 * path.steps.count) * 0x1p-24
      margins[name] = zip(sum.floats, size.sums.floats).map { max($0.ulp, factor * $1) }
    }
    let names = margins.keys.sorted()
    var (low, high): ([Double], [Double]) = ([], [])
    // Every combination of directions of up to two sums.
    for direction in 0..<(1 << min(2, names.count)) {
      var moved = values
      for (i, name) in names.enumerated() {
        let isUp = direction >> (i & 1) & 1 == 1
        let sum = values[name]!
        moved[name] = Value(
          zip(sum.floats, margins[name]!).map { isUp ? $0 + $1 : $0 - $1 }, shape: sum.shape)
      }
      for step in path.steps {
        for (name, value) in try reference.evaluate(step, on: moved) { moved[name] = value }
      }
      let found = LoweredModel.channelsLast(moved[tensor]!, layouts[tensor] ?? .vector).values
        .map { Double($0) }
      low = low.isEmpty ? found : zip(low, found).map { min($0, $1) }
      high = high.isEmpty ? found : zip(high, found).map { max($0, $1) }
    }
    return (low, high)
  }
}
