import DataflowSim
import OriginalModel
import SimModel

// Convolutions and matrix products.

extension Lowering {
  /// Conv, channels first or last: windows and a matrix, or one dot product per channel.
  mutating func convolution(_ step: Reference.Step) throws {
    let node = step.node
    let isLast = node.domain == "qonnx.custom_op.channels_last"
    let input = try proportional(node.inputs[0], allowsOffset: true)
    let rank = shapes[node.inputs[0]]!.count
    try require(
      node.inputs[0],
      isLast
        ? (rank == 4 ? .channelsLast : .channelsLast1D)
        : (rank == 4 ? .channelsFirst : .channelsFirst1D))
    var weights = try IntegerWeights(node.inputs[1], rowAxis: 0, self)
    if node.hasChannelsLastWeights { weights.putChannelsSecond() }
    let groups = try node.int("group", default: 1)
    let shape = layers[input.layer].shape
    let window = try PoolRule(WindowRule(node), shape, kernel: Array(weights.shape[2...]))
    let rule = try kernelMatrix(weights, groups: groups, channels: shape.channels, window)
    try linear(
      step, rule, weights, input, bias: node.inputs.count > 2 ? node.inputs[2] : nil, window.output)
  }

  /// Weights `(O, I/groups, kernel…)` as rows of (tap, channel).
  private func kernelMatrix(
    _ weights: IntegerWeights, groups: Int, channels: Int, _ window: PoolRule
  ) throws -> LinearRule {
    let (rows, depth, taps) = (weights.shape[0], weights.shape[1], window.taps)
    guard depth * groups == channels else {
      throw InputError("weights for \(depth * groups) channels, but the stream has \(channels)")
    }
    let w = weights.values
    func element(_ o: Int, _ c: Int, _ t: Int) -> Int { w[(o * depth + c) * taps + t] }
    if groups == channels, rows == channels, groups > 1 {
      return LinearRule(
        weights: w, rows: rows, columns: taps, window: window, isDepthwise: true,
        isBipolar: weights.isBipolar)
    }
    let perGroup = rows / groups
    var matrix = [Int](repeating: 0, count: rows * taps * channels)
    for o in 0..<rows {
      let first = o / perGroup * depth
      for t in 0..<taps {
        for c in 0..<depth {
          matrix[(o * taps + t) * channels + first + c] = element(o, c, t)
        }
      }
    }
    return LinearRule(
      weights: matrix, rows: rows, columns: taps * channels, window: window, isDepthwise: false,
      isBipolar: weights.isBipolar && groups == 1)
  }

  /// Zeros between the pixels, then a convolution with the kernel turned.
  mutating func transposedConvolution(_ step: Reference.Step) throws {
    let node = step.node
    let input = try proportional(node.inputs[0])
    let rank = shapes[node.inputs[0]]!.count
    try require(node.inputs[0], rank == 4 ? .channelsFirst : .channelsFirst1D)
    let groups = try node.int("group", default: 1)
    let weights = try IntegerWeights(node.inputs[1], rowAxis: 1, groups: groups, self)
    let kernel = Array(weights.shape[2...])
    let shape = layers[input.layer].shape
    let rule = try WindowRule(node)
    let strides = rule.strides ?? kernel.map { _ in 1 }
    let output = Array(shapes[node.outputs[0]]![2...])
    let pads = rule.pads ?? Array(repeating: 0, count: 2 * kernel.count)
    guard try node.ints("output_shape") == nil, !rule.autoPad.hasPrefix("SAME") else {
      throw InputError("output_shape and auto_pad cannot be lowered", hint: "state pads")
    }
    let dilations = rule.dilations ?? kernel.map { _ in 1 }
    let is1D = kernel.count == 1
    func two(_ list: [Int], _ fill: Int) -> [Int] { is1D ? [fill] + list : list }
    let (k, s, d) = (two(kernel, 1), two(strides, 1), two(dilations, 1))
    let extra = two(try node.ints("output_padding") ?? kernel.map { _ in 0 }, 0)
    let begin = two(Array(pads[..<kernel.count]), 0)
    let end = two(Array(pads[kernel.count...]), 0)
    func reach(_ i: Int) -> Int { (k[i] - 1) * d[i] }
    let padding = [
      reach(0) - begin[0], reach(1) - begin[1], reach(0) - end[0] + extra[0],
      reach(1) - end[1] + extra[1],
    ]
    guard padding.allSatisfy({ $0 >= 0 }) else {
      throw InputError("pads more than its kernel reaches")
    }
    var source = input.layer
    var spread = shape
    if s != [1, 1] {
      spread.height = (shape.height - 1) * s[0] + 1
      spread.width = (shape.width - 1) * s[1] + 1
      let layer = layers[input.layer]
      source = add(
        Layer(
          kind: .spread(rows: s[0], columns: s[1]), inputs: [input.layer], shape: spread,
          low: layer.low.map { min($0, 0) }, high: layer.high.map { max($0, 0) },
          scale: layer.scale, divisor: layer.divisor, tensor: layer.tensor, node: node.name))
    }
    let window = PoolRule(
      kernel: k, stride: [1, 1], dilation: d, padding: padding, output: two(output, 1))
    let turned = weights.turned(groups: groups)
    let matrix = try kernelMatrix(turned, groups: groups, channels: shape.channels, window)
    try linear(
      step, matrix, turned, Proportional(layer: source, scale: input.scale),
      bias: node.inputs.count > 2 ? node.inputs[2] : nil, window.output)
  }

  /// MatMul and Gemm with constant weights, on vectors or on every pixel.
  mutating func matrixProduct(_ step: Reference.Step) throws {
    let node = step.node
    guard constants[node.inputs[0]] == nil else {
      throw InputError(
        "has its weights ('\(node.inputs[0])') on the left and a stream on the right",
        hint: "put the stream first and transpose the weights: W·x is (xᵀ·Wᵀ)ᵀ")
    }
    guard constants[node.inputs[1]] != nil else {
      throw InputError(
        "multiplies two streams ('\(node.inputs[0])' and '\(node.inputs[1])'), as attention does",
        hint: "only products with constant weights can be lowered; simrun run --input executes it")
    }
    let isGemm = node.opType == "Gemm"
    let turnsB = try node.int("transB", default: 0) != 0
    let (alpha, beta) = (try node.float("alpha") ?? 1, try node.float("beta") ?? 1)
    if isGemm {
      guard try node.int("transA", default: 0) == 0, alpha.isFinite, alpha != 0, beta.isFinite
      else { throw InputError("cannot be lowered with transA, or with an alpha of 0") }
    }
    var weights = try IntegerWeights(
      node.inputs[1], rowAxis: turnsB ? 0 : 1, self, matrixRows: !turnsB)
    if isGemm { weights.scale = weights.scale.map { $0 * Double(alpha) } }
    let agreements = node.opType == "XnorPopcountMatMul" ? try weights.becomeSigns() : nil
    if let laid = windows[node.inputs[0]] {
      return try laidProduct(step, laid, weights, plus: agreements)
    }
    let input = try proportional(node.inputs[0], allowsOffset: true)
    let layout = layouts[node.inputs[0]]!
    let shape = layers[input.layer].shape
    let (rows, columns) = (weights.shape[0], weights.shape[1])
    let roles = layout.axes.last!.filter { size($0, shape) > 1 }
    let target = node.outputs[0]
    var area = [shape.height, shape.width]
    var matrix = weights.values
    if roles == [.channel] || roles.isEmpty {
      guard columns == shape.channels else {
        throw InputError("weights for \(columns) elements, but the stream has \(shape.channels)")
      }
      layouts[target] = layout
    } else {
      // A whole picture in one vector: rows follow the picture's own order.
      guard columns == shape.channels * shape.pixels else {
        throw InputError("weights for \(columns) elements of a picture of \(shape.tensor)")
      }
      let order = roles
      let sizes = order.map { size($0, shape) }
      let wanted = [Role.row, .column, .channel].filter { order.contains($0) }
      var moved: [Int] = []
      moved.reserveCapacity(matrix.count)
      for r in 0..<rows {
        moved += Probe.permuted(
          Array(matrix[r * columns..<(r + 1) * columns]), sizes,
          wanted.map { order.firstIndex(of: $0)! })
      }
      matrix = moved
      area = [1, 1]
      layouts[target] = .vector
    }
    let rule = LinearRule(
      weights: matrix, rows: rows, columns: columns, window: nil, isDepthwise: false,
      isBipolar: weights.isBipolar)
    try linear(
      step, rule, weights, input, bias: isGemm && node.inputs.count > 2 ? node.inputs[2] : nil,
      times: isGemm ? Float(beta) : 1, area, plus: agreements)
  }

  private func size(_ role: Role, _ shape: StreamShape) -> Int {
    switch role {
    case .frame: 1
    case .channel: shape.channels
    case .row: shape.height
    case .column: shape.width
    }
  }

  func require(_ name: String, _ layout: Layout) throws {
    guard layouts[name] == layout else { throw LayoutMismatch() }
  }

  /// The axes are not where a layer has them; perhaps they are with the other reading of the input.
  struct LayoutMismatch: Error {
    /// The node that says where they are, and what of it to change; nil where a layer's operation says it.
    var place: String?
    var hint: String?
  }

  /// Adds a linear layer: integer weights over a proportional stream.
  ///
  /// - Parameters:
  ///   - factor: what the bias is multiplied with, beta of a Gemm.
  ///   - agreements: what XnorPopcountMatMul counts for each row besides the products of signs and bits.
  mutating func linear(
    _ step: Reference.Step, _ rule: LinearRule, _ weights: IntegerWeights, _ input: Proportional,
    bias: String?, times factor: Float = 1, _ area: [Int], plus agreements: [Double]? = nil
  ) throws {
    let isPadded = rule.window?.isPadded ?? false
    let input = centred(input, step.node.inputs[0], isNeeded: isPadded) ?? input
    let source = layers[input.layer]
    let target = step.node.outputs[0]
    if agreements != nil {
      guard input.scale == [1], input.offset == nil, source.low.allSatisfy({ $0 >= 0 }),
        source.high.allSatisfy({ $0 <= 1 })
      else {
        throw InputError("counts agreements of bits, but '\(step.node.inputs[0])' has other values")
      }
    }
    if layouts[target] == nil { layouts[target] = layouts[step.node.inputs[0]] }
    var rule = rule
    var scale = weights.scale.count == 1 ? weights.scale : Self.expand(weights.scale, rule.rows)
    let constant = try offsets(rule, scale, input, step.node) ?? agreements
    if input.scale.count == 1 {
      scale = scale.map { $0 * input.scale[0] }
    } else if rule.isDepthwise {
      scale = (0..<rule.rows).map { (scale.count == 1 ? scale[0] : scale[$0]) * input.scale[$0] }
    } else {
      let (base, factors) = try multiples(input.scale, rule, step.node)
      for i in rule.weights.indices { rule.weights[i] *= factors[i % source.shape.channels] }
      rule.isBipolar = rule.isBipolar && Set(factors) == [1]
      scale = scale.map { $0 * base }
    }
    let (low, high) = Self.sums(rule, source)
    let isVector = shapes[target]!.count == 2
    let shape = StreamShape(
      height: area[0], width: area[1], channels: rule.rows,
      isVector: isVector && area == [1, 1])
    let offsets = try bias.flatMap { name -> [Float]? in
      guard !name.isEmpty else { return nil }
      guard let value = constants[name] else {
        throw InputError("its bias '\(name)' is not constant")
      }
      let numbers = factor == 1 ? value.floats : value.floats.map { $0 * factor }
      return value.count == 1 ? Array(repeating: numbers[0], count: rule.rows) : numbers
    }
    guard (low + high).allSatisfy({ abs($0) < 1 << 48 }) else {
      throw InputError("needs an accumulator of more than 48 bits")
    }
    add(
      Layer(
        kind: .linear(rule), inputs: [input.layer], shape: shape, low: low, high: high,
        scale: scale, bias: offsets, offset: constant, tensor: target, node: step.node.name),
      carrying: target)
  }

  /// What inputs whose 0 does not mean 0 add to the sums of each row; `nil` where they do.
  private mutating func offsets(
    _ rule: LinearRule, _ scale: [Double], _ input: Proportional, _ node: ModelNode
  ) throws -> [Double]? {
    guard let offset = input.offset, offset.contains(where: { $0 != 0 }) else { return nil }
    guard !(rule.window?.isPadded ?? false) else {
      throw InputError(
        "pads with 0, but its input '\(node.inputs[0])' has a mean taken off, so that no integer means 0",
        hint:
          "pad the picture before the mean is taken off, or put a quantiser (QuantIdentity) behind "
          + "the normalisation in the training code")
    }
    notes.append(
      "'\(node.name)' takes the integers in front of the normalisation; mean and scale are in what its "
        + "sums mean, so single values may lie inside the float error (simrun compare lists them)")
    let channels = layers[input.layer].shape.channels
    // A picture as one vector: channels are the fast part of a column's number.
    return (0..<rule.rows).map { r in
      (0..<rule.columns).reduce(0.0) { sum, k in
        let c = rule.isDepthwise ? r : k % channels
        return sum + Double(rule.weights[r * rule.columns + k]) * offset[c]
      } * (scale.count == 1 ? scale[0] : scale[r])
    }
  }

  private static func expand(_ list: [Double], _ count: Int) -> [Double] {
    list.count == count ? list : Array(repeating: list[0], count: count)
  }

  /// Scales of input channels as whole multiples of one, which then are in the weights: small ones where the
  /// scales are such, otherwise as near as a float32 sum is to the exact one.
  private mutating func multiples(_ scales: [Double], _ rule: LinearRule, _ node: ModelNode) throws
    -> (base: Double, factors: [Int])
  {
    if let exact = Self.commonScale(scales) { return exact }
    // As exact as a float32 sum of the products that there are: those of a group, in a convolution that has some.
    let tolerance = Double(max(4, rule.mostProducts / 2)) * 0x1p-24
    guard let ratio = try? WholeRatio(scales, tolerance: tolerance)
    else { throw Self.unlikeScales(scales, "which no integers hold") }
    let most = ratio.multiples.map(abs).max()!
    let weight = rule.weights.map(abs).max() ?? 1
    let (widest, overflow) = weight.multipliedReportingOverflow(by: most)
    let found = DataType.holding(-weight...weight).bits
    let bits = overflow ? 64 : DataType.holding(-widest...widest).bits
    guard bits <= 32 else {
      throw Self.unlikeScales(scales, "its weights would need \(bits) bits")
    }
    notes.append(
      "'\(node.name)' sums channels whose scales are no small whole multiples of one: they are in its weights, which "
        + "have \(bits) bits instead of \(found), and single values may lie inside the float error (simrun compare "
        + "lists them); one scale for all channels, or powers of two, in the training code keeps weights small"
    )
    return (ratio.unit, ratio.multiples)
  }

  private static func unlikeScales(_ scales: [Double], _ consequence: String) -> InputError {
    InputError(
      "sums channels whose scales are far apart and no whole multiples of one (\(scales.map(abs).min()!) to "
        + "\(scales.map(abs).max()!)): \(consequence)",
      hint:
        "use one scale per tensor, or power-of-two scales, for the activation in front of a layer that "
        + "mixes channels; one standard deviation for all channels if it takes pixels")
  }

  private static func commonScale(_ scales: [Double]) -> (base: Double, factors: [Int])? {
    let base = scales.map(abs).min()!
    for divisor in 1...16 {
      let unit = base / Double(divisor)
      let factors = scales.map { ($0 / unit).rounded() }
      let fits = zip(scales, factors).allSatisfy { abs($0 / unit - $1) < 1e-6 * abs($1) }
      if fits, factors.allSatisfy({ abs($0) <= 256 }) { return (unit, factors.map { Int($0) }) }
    }
    return nil
  }

  /// The range of each row's sum; padding adds zeros.
  static func sums(_ rule: LinearRule, _ source: Layer) -> (low: [Int], high: [Int]) {
    let isPadded = rule.window?.isPadded ?? false
    let lows = source.low.map { isPadded ? min($0, 0) : $0 }
    let highs = source.high.map { isPadded ? max($0, 0) : $0 }
    let channels = source.shape.channels
    var low = [Int](repeating: 0, count: rule.rows)
    var high = low
    for r in 0..<rule.rows {
      for k in 0..<rule.columns {
        let w = rule.weights[r * rule.columns + k]
        let c = rule.isDepthwise ? r : k % channels
        low[r] += w >= 0 ? w * lows[c] : w * highs[c]
        high[r] += w >= 0 ? w * highs[c] : w * lows[c]
      }
    }
    return (low, high)
  }
}

extension PoolRule {
  /// A window of the model over a stream's picture.
  init(_ rule: WindowRule, _ shape: StreamShape, kernel: [Int]? = nil) throws {
    let is1D = (kernel ?? rule.kernel ?? []).count == 1
    let window = try rule.window(
      over: is1D ? [shape.height * shape.width] : [shape.height, shape.width], kernel: kernel)
    self.init(window)
  }

  init(_ window: SpatialWindow) {
    let (r, c) = (window.rows, window.columns)
    func end(_ a: WindowAxis) -> Int {
      max(0, (a.count - 1) * a.stride + a.extent - a.size - a.begin)
    }
    self.init(
      kernel: [r.kernel, c.kernel], stride: [r.stride, c.stride],
      dilation: [r.dilation, c.dilation],
      padding: [r.begin, c.begin, max(0, end(r)), max(0, end(c))], output: [r.count, c.count])
  }
}
