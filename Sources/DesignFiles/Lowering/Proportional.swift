import DataflowSim
import OriginalModel
import SimModel

// Streams whose integers are proportional to the model's numbers: what linear layers need.

extension Lowering {
  /// A stream and what one step of each channel means.
  struct Proportional {
    var layer: Int
    var scale: [Double]
    /// What integer 0 of each channel means, where that is not 0.
    var offset: [Double]?
  }

  /// The tensor `name` as a stream of integers proportional to its numbers.
  ///
  /// - Parameter allowsOffset: 0 need not mean 0, as with pixels whose mean is taken off.
  /// Throws `InputError` saying which edge is not quantised.
  mutating func proportional(_ name: String, allowsOffset: Bool = false) throws -> Proportional {
    let edge = try edge(name)
    guard !edge.isHost else { throw unquantised(name) }
    if edge.starts.count > 1 {
      edges[name] = try carried(edge)
      return try proportional(name, allowsOffset: allowsOffset)
    }
    let layer = layers[edge.starts[0].layer]
    if edge.isStream {
      guard layer.isProportional else {
        return try biased(edge.starts[0].layer, name, allowsOffset: allowsOffset)
      }
      return Proportional(
        layer: edge.starts[0].layer, scale: layer.scale.map { $0 / Double(layer.divisor) })
    }
    let span = layer.range.upperBound - layer.range.lowerBound + 1
    if span > 1 << 12, isAffine(edge) {
      let sum = try affine(name)
      guard sum.terms.count == 1, sum.offset.allSatisfy({ $0 == 0 }) else {
        throw unquantised(name)
      }
      let factor = sum.terms[0].factor
      return Proportional(
        layer: sum.terms[0].layer, scale: Set(factor).count == 1 ? [factor[0]] : factor)
    }
    guard span <= 1 << 12, edge.pools.allSatisfy({ settledPools.contains($0.output) }) else {
      throw unquantised(name)
    }
    let channels = layer.shape.channels
    let codes = Array(layer.range)
    let integers = codes.flatMap { q in Array(repeating: q, count: channels) }
    let values = try probe().evaluate(edge, [integers], count: span)[0]
    if let scale = Self.slopes(codes, values, channels) {
      return Proportional(layer: edge.starts[0].layer, scale: scale)
    }
    if allowsOffset, let line = Self.lines(codes, values, channels) {
      return Proportional(layer: edge.starts[0].layer, scale: line.scale, offset: line.offset)
    }
    return try requantized(edge, codes, values, name)
  }

  func unquantised(_ name: String) -> InputError {
    let maker = reference.steps.first { $0.node.outputs.contains(name) }?.node
    if maker?.opType == "FloatQuant" {
      return InputError(
        "its input '\(name)', made by '\(maker!.name)' (FloatQuant), is not quantised to integers but to floating "
          + "point, which the dataflow blocks do not compute",
        hint:
          "use an integer quantiser there in the training code; simrun run --input executes the model as it is"
      )
    }
    let from = maker.map { "made by '\($0.name)' (\($0.opType))" } ?? "a graph input"
    let isRaw = edges[name]?.isHost ?? false
    let inputs = reference.graph.inputs.filter { $0.kind.range == nil && $0.dataType == nil }
    let integers =
      isRaw ? inputs.first.map { "--input-type \($0.name)=UINT8 if the data are pixels; or " } : nil
    return InputError(
      "its input '\(name)', \(from), is not quantised",
      hint: (integers ?? "")
        + "add a quantiser (QuantIdentity, or QuantReLU for the activation) there in the training code"
    )
  }

  /// The factor of each channel when every value is it times the code; `nil` otherwise.
  private static func slopes(_ codes: [Int], _ values: [Float], _ channels: Int) -> [Double]? {
    var slopes: [Double] = []
    for c in 0..<channels {
      // The smallest code but 0 has the least rounding.
      guard
        let i = codes.indices.filter({ codes[$0] != 0 }).min(by: {
          abs(codes[$0]) < abs(codes[$1])
        })
      else { return nil }
      let slope = Double(values[i * channels + c]) / Double(codes[i])
      guard slope != 0, slope.isFinite else { return nil }
      for (j, code) in codes.enumerated() {
        let expected = slope * Double(code)
        let value = Double(values[j * channels + c])
        guard abs(value - expected) <= abs(expected) * 0x1p-21 else { return nil }
      }
      slopes.append(slope)
    }
    return Set(slopes).count == 1 ? [slopes[0]] : slopes
  }

  /// The straight line of each channel through its values, when all are on one; `nil` otherwise.
  private static func lines(_ codes: [Int], _ values: [Float], _ channels: Int)
    -> (scale: [Double], offset: [Double])?
  {
    guard codes.count > 2 else { return nil }
    let mean = Double(codes.reduce(0, +)) / Double(codes.count)
    let spread = codes.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
    var lines: [(slope: Double, offset: Double)] = []
    for c in 0..<channels {
      // The least squares of all values: each of them is rounded.
      let level =
        codes.indices.reduce(0.0) { $0 + Double(values[$1 * channels + c]) }
        / Double(codes.count)
      let slope =
        codes.indices.reduce(0.0) {
          $0 + (Double(codes[$1]) - mean) * Double(values[$1 * channels + c])
        } / spread
      let offset = level - slope * mean
      let peak = codes.indices.map { abs(values[$0 * channels + c]) }.max() ?? 0
      guard slope != 0, slope.isFinite,
        codes.indices.allSatisfy({
          abs(Double(values[$0 * channels + c]) - slope * Double(codes[$0]) - offset)
            <= Double(peak) * 0x1p-21
        })
      else { return nil }
      lines.append((slope, offset))
    }
    // Equal scales differ by rounding only.
    let slopes = lines.map(\.slope)
    let common = slopes.reduce(0, +) / Double(channels)
    let isOne = slopes.allSatisfy { abs($0 - common) <= abs(common) * 0x1p-20 }
    return (isOne ? [common] : slopes, lines.map(\.offset))
  }

  /// Other codes for a stream of few: values on a grid of their own.
  private mutating func requantized(
    _ edge: Edge, _ codes: [Int], _ values: [Float], _ name: String
  ) throws -> Proportional {
    var distinct = Set(values.map { abs(Double($0)) })
    distinct.remove(0)
    let sorted = Set(values.map { Double($0) }).sorted()
    let gaps = zip(sorted, sorted.dropFirst()).map { $1 - $0 }
    guard let step = (gaps + distinct).filter({ $0 > 0 }).min(), step.isFinite else {
      throw unquantised(name)
    }
    // The smallest value that is a single step has the fewest rounding errors in it.
    let scale = distinct.filter { abs($0 / step - 1) < 1e-4 }.min() ?? step
    guard values.allSatisfy({ abs(Double($0) / scale - (Double($0) / scale).rounded()) < 1e-3 }),
      let most = distinct.max(), most / scale < 4096
    else { throw unquantised(name) }
    let integers = values.map { Int((Double($0) / scale).rounded()) }
    let source = edge.starts[0].layer
    let layer = layers[source]
    let channels = layer.shape.channels
    let first = codes[0]
    let search = ThresholdSearch(low: layer.low, high: layer.high) { points, count in
      points.indices.map { integers[(points[$0] - first) * channels + $0 % channels] }
    }
    let (low, high) = (integers.min()!, integers.max()!)
    guard let result = try? search.run(lowest: low, highest: high) else { throw unquantised(name) }
    guard !result.isNegated.contains(true) else { throw unquantised(name) }
    let node = edge.steps.last?.node.name ?? layer.node
    let index = add(
      Layer(
        kind: .thresholds(result.table), inputs: [source], shape: layer.shape,
        low: Array(repeating: low, count: channels), high: Array(repeating: high, count: channels),
        scale: [scale], tensor: name, node: node))
    note(name, index, [scale], node, isInner: true)
    edges[name] = Edge(
      starts: [.init(layer: index, tensor: name)], steps: [], pools: [], tensor: name)
    return Proportional(layer: index, scale: [scale])
  }

  /// An accumulator with a bias on its own grid, added in hardware.
  private mutating func biased(_ source: Int, _ name: String, allowsOffset: Bool) throws
    -> Proportional
  {
    let layer = layers[source]
    guard layer.marks == nil else { throw unquantised(name) }
    let channels = layer.shape.channels
    let bias = (0..<channels).map { (layer.offset?[$0] ?? 0) + Double(layer.bias?[$0] ?? 0) }
    let scale = layer.scale.map { $0 / Double(layer.divisor) }
    guard let steps = Self.steps(of: bias, layer) else {
      guard allowsOffset, layer.range.count <= 1 << 20 else { throw unquantised(name) }
      return Proportional(layer: source, scale: scale, offset: bias)
    }
    let index = add(
      Layer(
        kind: .offset(steps), inputs: [source], shape: layer.shape,
        low: zip(layer.low, steps).map(+), high: zip(layer.high, steps).map(+), scale: layer.scale,
        divisor: layer.divisor, tensor: name, node: layer.node))
    return Proportional(layer: index, scale: scale)
  }

  /// A bias in steps of its layer's integers; `nil` when it is on no step.
  static func steps(of bias: [Double], _ layer: Layer) -> [Int]? {
    var steps: [Int] = []
    for (c, b) in bias.enumerated() {
      let exact = b * Double(layer.divisor) / layer.scale(c)
      guard abs(exact - exact.rounded()) < 0x1p-16 * max(1, abs(exact)), abs(exact) < 0x1p40 else {
        return nil
      }
      steps.append(Int(exact.rounded()))
    }
    return steps
  }
}
