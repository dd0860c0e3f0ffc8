import OriginalModel
import SimModel

/// A tensor of the model as a sum of integer streams, each times a number, and a constant.
struct AffineSum: Sendable {
  struct Term: Sendable {
    var layer: Int
    var tensor: String
    /// What one step adds, by channel.
    var factor: [Double]
  }
  var terms: [Term]
  /// By channel.
  var offset: [Double]

  /// Both, the second times `sign`; a stream that is in both counts once.
  func adding(_ other: AffineSum, sign: Double) -> AffineSum {
    var sum = self
    for term in other.terms {
      let factor = term.factor.map { $0 * sign }
      if let place = sum.terms.firstIndex(where: { $0.layer == term.layer }) {
        sum.terms[place].factor = zip(sum.terms[place].factor, factor).map(+)
      } else {
        sum.terms.append(Term(layer: term.layer, tensor: term.tensor, factor: factor))
      }
    }
    sum.offset = zip(sum.offset, other.offset).map { $0 + $1 * sign }
    return sum
  }

  /// Each channel times `factor`, plus `constant`.
  func mapped(_ factor: [Double], _ constant: [Double]) -> AffineSum {
    var sum = self
    for i in sum.terms.indices { sum.terms[i].factor = zip(terms[i].factor, factor).map(*) }
    sum.offset = offset.indices.map { offset[$0] * factor[$0] + constant[$0] }
    return sum
  }
}

/// Whole numbers in the ratio of real ones, as near as asked for.
struct WholeRatio {
  /// Each real number is about its multiple of this.
  let unit: Double
  let multiples: [Int]

  /// Relative error that is left out of account: less than that of the float32 sum itself.
  static let tolerance = 0x1p-22
  /// Units per smallest number that are tried one by one.
  private static let largest = 1 << 12
  /// The largest multiple that a stream could still carry.
  private static let furthest = 0x1p40

  /// Throws `InputError` for numbers that are none, or too far apart for any stream.
  init(_ numbers: [Double], tolerance: Double = WholeRatio.tolerance) throws {
    let least = numbers.map(abs).filter { $0 > 0 }.min() ?? 1
    guard numbers.allSatisfy({ abs($0) / (least * 2 * tolerance) < Self.furthest }) else {
      throw Self.tooFarApart
    }
    func multiples(_ unit: Double) -> [Int] { numbers.map { Int(($0 / unit).rounded()) } }
    for divisor in 1...Self.largest {
      let unit = least / Double(divisor)
      let fits = numbers.allSatisfy {
        abs($0 / unit - ($0 / unit).rounded()) <= tolerance * abs($0 / unit)
      }
      if fits {
        (self.unit, self.multiples) = (unit, multiples(unit))
        return
      }
    }
    // The error of a rounded multiple is at most a half.
    unit = least * 2 * tolerance
    self.multiples = multiples(unit)
  }

  static var tooFarApart: InputError {
    InputError(
      "adds up numbers of scales so far apart that the sum needs more than 48 bits",
      hint:
        "use one scale in the training code for what is added up: for the branches of an addition, for the "
        + "channels in front of a layer that mixes them")
  }
}

extension Lowering {
  /// The tensor `name` as a sum of streams.
  ///
  /// What bends in between is put into thresholds of its own where its numbers lie on a grid. Throws
  /// `InputError` naming what no sum of streams is.
  mutating func affine(_ name: String) throws -> AffineSum {
    let edge = try edge(name)
    guard !edge.isHost else { throw unquantised(name) }
    guard edge.pools.isEmpty else { return try term(of: proportional(name), name) }
    guard let step = edge.steps.last else { return try plainSum(edge.starts[0]) }
    let node = step.node
    let data = node.inputs.filter { !$0.isEmpty && constants[$0] == nil }
    if LayoutOperations.names.contains(node.opType) || node.opType == "Cast" {
      return try affine(data[0])
    }
    let channels = layers[edge.starts[0].layer].shape.channels
    let one = [Double](repeating: 1, count: channels)
    let none = [Double](repeating: 0, count: channels)
    switch (node.opType, data.count) {
    case ("Add", 2), ("Sub", 2):
      return try affine(data[0]).adding(affine(data[1]), sign: node.opType == "Sub" ? -1 : 1)
    case ("Sum", _):
      var sum = try affine(data[0])
      for other in data.dropFirst() { sum = sum.adding(try affine(other), sign: 1) }
      for other in node.inputs where constants[other] != nil {
        guard let list = perChannel(other, like: name, channels) else {
          return try bent(edge, name)
        }
        sum = sum.mapped(one, list)
      }
      return sum
    case ("Neg", 1): return try affine(data[0]).mapped(one.map { -$0 }, none)
    case ("Add", 1), ("Sub", 1), ("Mul", 1), ("Div", 1):
      let isFirst = node.inputs[0] == data[0]
      guard let list = perChannel(node.inputs[isFirst ? 1 : 0], like: name, channels),
        isFirst || node.opType != "Div"
      else { return try bent(edge, name) }
      let input = try affine(data[0])
      switch node.opType {
      case "Add": return input.mapped(one, list)
      case "Sub":
        return isFirst ? input.mapped(one, list.map { -$0 }) : input.mapped(one.map { -$0 }, list)
      case "Mul": return input.mapped(list, none)
      default: return input.mapped(list.map { 1 / $0 }, none)
      }
    case ("BatchNormalization", 1):
      let lists = node.inputs.dropFirst().map { constants[$0]?.doubles ?? [] }
      guard lists.count == 4, lists.allSatisfy({ $0.count == channels }) else {
        return try bent(edge, name)
      }
      let epsilon = Double(try node.float("epsilon") ?? 1e-5)
      let factor = (0..<channels).map { lists[0][$0] / (lists[3][$0] + epsilon).squareRoot() }
      let shift = (0..<channels).map { lists[1][$0] - lists[2][$0] * factor[$0] }
      return try affine(data[0]).mapped(factor, shift)
    default: return try bent(edge, name)
    }
  }

  /// Whether nothing but factors and constants stands between a stream and a tensor.
  func isAffine(_ edge: Edge) -> Bool {
    edge.pools.isEmpty && edge.starts.count == 1
      && edge.steps.allSatisfy { step in
        LayoutOperations.names.contains(step.node.opType)
          || ["Cast", "Neg", "Add", "Sub", "Mul", "Div", "BatchNormalization"].contains(
            step.node.opType)
            && step.node.inputs.filter { !$0.isEmpty && constants[$0] == nil }.count == 1
      }
  }

  /// A stream by itself.
  private mutating func plainSum(_ start: Edge.Start) throws -> AffineSum {
    let layer = layers[start.layer]
    guard layer.marks == nil else { throw unquantised(start.tensor) }
    let channels = layer.shape.channels
    return AffineSum(
      terms: [
        .init(
          layer: start.layer, tensor: start.tensor,
          factor: (0..<channels).map { layer.scale($0) / Double(layer.divisor) })
      ],
      offset: (0..<channels).map { (layer.offset?[$0] ?? 0) + Double(layer.bias?[$0] ?? 0) })
  }

  private func term(of input: Proportional, _ name: String) -> AffineSum {
    let channels = layers[input.layer].shape.channels
    let factor = (0..<channels).map { input.scale.count == 1 ? input.scale[0] : input.scale[$0] }
    return AffineSum(
      terms: [.init(layer: input.layer, tensor: name, factor: factor)],
      offset: [Double](repeating: 0, count: channels))
  }

  /// What is no sum: a stream of its own, if its numbers are on a grid.
  private mutating func bent(_ edge: Edge, _ name: String) throws -> AffineSum {
    guard edge.starts.count > 1 else { return try term(of: proportional(name), name) }
    guard let last = edge.steps.last,
      let input = last.node.inputs.first(where: { constants[$0] == nil }),
      last.node.inputs.filter({ !$0.isEmpty && constants[$0] == nil }).count == 1
    else {
      let op = edge.steps.last?.node.opType ?? ""
      throw InputError(
        "\(op == "Mul" ? "multiplies" : "takes the \(op) of") two streams, which no block in front of a quantiser does",
        at: edge.steps.last?.node.place,
        hint: "only sums of streams can be lowered; simrun run --input executes the model as it is")
    }
    var single = try carried(self.edge(input))
    edges[input] = single
    single.steps.append(last)
    single.tensor = name
    edges[name] = single
    return try term(of: proportional(name), name)
  }

  /// A constant as one number per channel of `tensor`; `nil` when it differs between pixels.
  private func perChannel(_ constant: String, like tensor: String, _ channels: Int) -> [Double]? {
    guard let value = constants[constant] else { return nil }
    let list = value.doubles
    if Set(list).count == 1 { return Array(repeating: list[0], count: channels) }
    guard let layout = layouts[tensor], let axis = layout.channelAxis, list.count == channels else {
      return nil
    }
    let place = axis - (layout.axes.count - value.shape.count)
    return value.shape.indices.contains(place) && value.shape[place] == channels ? list : nil
  }

  /// An edge of several streams as one of a single stream that carries their sum.
  ///
  /// Integers are added in whole multiples whose ratio is nearer to that of the scales than a float32 sum
  /// is to the exact one.
  mutating func carried(_ edge: Edge) throws -> Edge {
    guard edge.starts.count > 1 else { return edge }
    guard
      let place = edge.steps.lastIndex(where: { step in
        step.node.inputs.filter { !$0.isEmpty && constants[$0] == nil }.count > 1
      })
    else { throw unquantised(edge.tensor) }
    let last = edge.steps[place]
    let tensor = last.node.outputs[0]
    let sum = try affine(tensor)
    let isUniform = sum.terms.allSatisfy { Set($0.factor).count == 1 }
    let channels = sum.offset.count
    let ratios = try (0..<(isUniform ? 1 : channels)).map { c in
      try WholeRatio(sum.terms.map { $0.factor[c] })
    }
    let layer = try stream(sum, ratios, tensor, last.node.name)
    if ratios.contains(where: { $0.multiples.contains { abs($0) > 256 } }) {
      notes.append(
        "'\(last.node.name)' adds streams whose scales are no small whole multiples of one; they are added "
          + "in multiples of up to \(ratios.flatMap(\.multiples).map(abs).max()!): one scale for all branches "
          + "in the training code would need none")
    }
    return Edge(
      starts: [.init(layer: layer, tensor: tensor)], steps: Array(edge.steps[(place + 1)...]),
      pools: edge.pools, tensor: edge.tensor)
  }

  /// The stream of a sum in whole multiples: one ratio, or one per channel.
  mutating func stream(_ sum: AffineSum, _ ratios: [WholeRatio], _ tensor: String, _ node: String)
    throws -> Int
  {
    let factors = sum.terms.indices.map { i in ratios.map { $0.multiples[i] } }
    for (term, list) in zip(sum.terms, factors) {
      let (range, most) = (layers[term.layer].range, list.map(abs).max() ?? 0)
      for end in [range.lowerBound, range.upperBound] {
        let (product, overflow) = end.multipliedReportingOverflow(by: most)
        guard !overflow, abs(product) < 1 << 48 else { throw WholeRatio.tooFarApart }
      }
    }
    let target = try added(sum.terms.map(\.layer), factors, tensor, node)
    let layer = layers[target]
    guard (layer.low + layer.high).allSatisfy({ abs($0) < 1 << 48 }) else {
      throw WholeRatio.tooFarApart
    }
    layers[target].scale =
      Set(ratios.map(\.unit)).count == 1 ? [ratios[0].unit] : ratios.map(\.unit)
    layers[target].divisor = 1
    layers[target].bias = nil
    layers[target].offset = sum.offset.contains { $0 != 0 } ? sum.offset : nil
    (layers[target].tensor, layers[target].node) = (tensor, node)
    return target
  }
}
