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

    /// A value that differs, and where.
    public init(frame: Int, element: Int, expected: Double, actual: Double) {
      (self.frame, self.element) = (frame, element)
      (self.expected, self.actual) = (expected, actual)
    }
  }

  /// What is to be thought of the differences.
  public enum Verdict: Sendable, Equatable {
    /// Every value that differs is one that another order of sums gives.
    case insideZone
    /// Every value lies exactly on a rounding boundary, and the design always takes the same side.
    case ties(up: Bool)
    case wrong
  }

  /// - Parameter pairing: what is compared; its tensors are equal on both sides in front of a layer.
  public init(_ reference: Reference, _ pairing: ModelPairing) {
    self.reference = reference
    layouts = pairing.codes.lowering.layouts
    settled = Set(pairing.pairs.map(\.tensor))
  }

  /// The same for two graphs.
  public init(_ reference: Reference, _ pairing: GraphPairing) {
    self.reference = reference
    layouts = pairing.codes.lowering.layouts
    settled = Set(pairing.layers.map(\.modelTensor))
  }

  /// Judges the values of a tensor that differ.
  ///
  /// - Parameters:
  ///   - differences: frame by frame.
  ///   - isMany: more values than chance puts into the zone: only exact ties are looked for.
  ///   - frame: all tensors of the model for a frame of the data.
  public func judge(
    _ pair: ModelPairing.Pair, _ differences: some Collection<Difference>, isMany: Bool = false,
    _ frame: (Int) throws -> [String: Value]
  ) throws -> Verdict {
    guard !differences.isEmpty, let path = path(to: pair.tensor) else { return .wrong }
    let border = QuantizerBorder(pair.modelNode, reference)
    // Sums that leave as they are have no codes that a rule could favour.
    let isMany = isMany && border != nil
    // And the model's number need not be a whole number of steps.
    let slack = border == nil ? 0.5 : 1e-3
    var isTie = true
    var rest = differences[...]
    while let index = rest.first?.frame {
      let list = rest.prefix { $0.frame == index }
      rest = rest[list.endIndex...]
      let values = try frame(index)
      let tie = try range(pair.tensor, path, values, isTight: true)
      isTie =
        isTie && list.allSatisfy { tie.holds(number($0, pair), $0.element, pair, slack: slack) }
      if isMany {
        guard isTie else { return .wrong }
        continue
      }
      let zone = try range(pair.tensor, path, values, isTight: false)
      guard list.allSatisfy({ zone.holds(number($0, pair), $0.element, pair, slack: slack) }) else {
        return .wrong
      }
    }
    if isTie, let border {
      // What the design gives there is what the quantiser gives of the exact number: float32 has missed it.
      let isByRule = differences.allSatisfy { difference in
        let lower = min(difference.expected, difference.actual)
        guard abs(difference.actual - difference.expected) == 1 else { return false }
        let isUpper = border.takesUpper(
          above: code(lower, difference.element, pair), difference.element)
        return isUpper == (difference.actual > difference.expected)
      }
      if isByRule { return .insideZone }
    }
    let directions = Set(differences.lazy.map { $0.actual > $0.expected })
    if isTie, border != nil, directions.count == 1 { return .ties(up: directions.first!) }
    return isMany ? .wrong : .insideZone
  }

  /// The code of the model's quantiser, without its zero point.
  private func code(_ integer: Double, _ element: Int, _ pair: ModelPairing.Pair) -> Int {
    let number =
      integer * pair.scale[element % pair.scale.count]
      + pair.offset[element % pair.offset.count]
    let code = (number / pair.scale[element % pair.scale.count]).rounded()
    return Int(exactly: code) ?? 0
  }

  /// The least and the greatest value of each element, channels last.
  private struct Bounds {
    var low: [Double] = []
    var high: [Double] = []

    func holds(_ value: Double, _ element: Int, _ pair: ModelPairing.Pair, slack: Double) -> Bool {
      let slack = slack * abs(pair.scale[element % pair.scale.count])
      return low[element] - slack <= value && value <= high[element] + slack
    }

    mutating func add(_ values: [Double]) {
      low = low.isEmpty ? values : zip(low, values).map { min($0, $1) }
      high = high.isEmpty ? values : zip(high, values).map { max($0, $1) }
    }
  }

  private func number(_ difference: Difference, _ pair: ModelPairing.Pair) -> Double {
    let element = difference.element
    return difference.actual * pair.scale[element % pair.scale.count]
      + pair.offset[element % pair.offset.count]
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
    return path.sums.isEmpty && !path.steps.contains(where: addsStreams) ? nil : path
  }

  /// Whether a step rounds the sum of two tensors.
  private func addsStreams(_ step: Reference.Step) -> Bool {
    ["Add", "Sub", "Sum"].contains(step.node.opType)
      && step.node.inputs.filter { reference.constants[$0] == nil }.count > 1
  }

  /// By how much the rounded sum of tensors, and what is done to it, may be off.
  private func margin(_ step: Reference.Step, _ values: [String: Value], _ steps: Int) -> [Float]? {
    guard addsStreams(step), let shape = values[step.node.outputs[0]]?.shape else { return nil }
    var sums = [Float](repeating: 0, count: shape.reduce(1, *))
    for name in step.node.inputs {
      guard let x = values[name] ?? reference.constants[name], x.count == sums.count else {
        continue
      }
      for (i, value) in x.floats.enumerated() { sums[i] += abs(value) }
    }
    let factor = Float(2 + 2 * steps) * 0x1p-24
    return sums.map { $0 * factor }
  }

  /// The distance to the next number; beside 0 one that a division does not make 0 again.
  private static func unit(_ x: Float) -> Float { max(x.ulp, 0x1p-100) }

  /// What each element may be.
  ///
  /// - Parameter isTight: sums move by a few units in the last place, and by what rounded operands leave of a sum
  ///   that is exactly on a border.
  private func range(
    _ tensor: String, _ path: Path, _ values: [String: Value], isTight: Bool
  ) throws -> Bounds {
    var margins: [String: [Float]] = [:]
    for step in path.sums {
      let name = step.node.outputs[0]
      guard let sum = values[name] else { continue }
      // Each step behind it rounds once more.
      let units = isTight ? Float(1 + path.steps.count) : 1
      guard let size = try reference.magnitude(of: step, on: values) else {
        margins[name] = sum.floats.map { Float(1 + path.steps.count) * Self.unit($0) }
        continue
      }
      // What is summed up was rounded before: code times scale, weight times scale.
      let factor = isTight ? 0x1p-23 : Float(size.terms + 2 * path.steps.count) * 0x1p-24
      margins[name] = zip(sum.floats, size.sums.floats).map {
        max(units * Self.unit($0), factor * $1)
      }
    }
    let names = margins.keys.sorted()
    var bounds = Bounds()
    // Every combination of directions of up to two sums, and 0 where a sum may be it: there functions turn.
    let directions = 1 << min(2, max(1, names.count))
    func moved(_ sum: Value, _ margins: [Float], _ direction: Int, _ bit: Int) -> Value {
      let isUp = direction >> bit & 1 == 1
      let numbers = zip(sum.floats, margins).map { number, margin -> Float in
        direction == directions
          ? (abs(number) <= margin ? 0 : number) : isUp ? number + margin : number - margin
      }
      return Value(numbers, shape: sum.shape)
    }
    for direction in 0...directions {
      var results = values
      for (i, name) in names.enumerated() {
        results[name] = moved(values[name]!, margins[name]!, direction, i & 1)
      }
      for step in path.steps {
        for (name, value) in try reference.evaluate(step, on: results) { results[name] = value }
        let name = step.node.outputs[0]
        if let sum = results[name],
          let margin = isTight
            ? (addsStreams(step) ? sum.floats.map(Self.unit) : nil)
            : margin(step, results, path.steps.count)
        {
          results[name] = moved(sum, margin, direction, 0)
        }
      }
      bounds.add(
        LoweredModel.channelsLast(results[tensor]!, layouts[tensor] ?? .vector).values
          .map { Double($0) })
    }
    return bounds
  }
}
