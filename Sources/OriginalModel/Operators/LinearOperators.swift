import SimModel

/// Convolutions and matrix products.
enum LinearOperators {
  static let all: [String: Operator] = [
    "Conv": Operator(2...3, convolution),
    "ConvTranspose": Operator(2...3, transposedConvolution),
    "MatMul": Operator(2...2, matrixProduct),
    "Gemm": Operator(2...3, generalProduct),
    "XnorPopcountMatMul": Operator(2...2, plain: agreements),
    "Im2Col": Operator(1...1, patches),
  ]

  static func convolution(_ preparation: Preparation) throws -> Kernel {
    let rule = try WindowRule(preparation.node)
    let groups = try preparation.node.int("group", default: 1)
    let ready = try preparation.constant(1).flatMap { weights -> Convolution? in
      guard !preparation.hasInput(2) || preparation.constant(2) != nil else { return nil }
      return try Convolution(
        weights: weights, bias: preparation.constant(2), groups: groups, isConstant: true)
    }
    return { inputs in
      let x = try inputs.value(0)
      let convolution =
        try ready
        ?? Convolution(
          weights: inputs.value(1), bias: inputs.optional(2), groups: groups, isConstant: false)
      guard x.shape.count == convolution.kernel.count + 2 else {
        throw InputError(
          "data of shape \(x.shape) for a kernel of shape \(convolution.kernel)")
      }
      let window = try rule.window(over: Array(x.shape[2...]), kernel: convolution.kernel)
      return [try convolution.apply(x, window)]
    }
  }

  private static func transposedConvolution(_ preparation: Preparation) throws -> Kernel {
    let node = preparation.node
    let isReady =
      preparation.constant(1) != nil && (!preparation.hasInput(2) || preparation.constant(2) != nil)
    let ready =
      try isReady
      ? TransposedConvolution(
        weights: preparation.constant(1)!, bias: preparation.constant(2), node: node,
        isConstant: true) : nil
    return { inputs in
      let convolution =
        try ready
        ?? TransposedConvolution(
          weights: inputs.value(1), bias: inputs.optional(2), node: node, isConstant: false)
      return [try convolution.apply(inputs.value(0))]
    }
  }

  private static func matrixProduct(_ preparation: Preparation) throws -> Kernel {
    let ready = preparation.constant(1).flatMap { b -> LinearProduct? in
      guard b.shape.count == 2 else { return nil }
      return LinearProduct(
        weights: transposed(b.floats[...], b.shape[0], b.shape[1]), rows: b.shape[1],
        columns: b.shape[0], bias: nil)
    }
    return { inputs in
      let (a, b) = (try inputs.value(0), try inputs.value(1))
      if let ready, let inner = a.shape.last {
        guard inner == ready.columns else { throw mismatch(a.shape, b.shape) }
        return [
          Value(ready.multiply(a.floats), shape: Array(a.shape.dropLast()) + [ready.rows])
        ]
      }
      return [try product(a, b)]
    }
  }

  private static func mismatch(_ a: [Int], _ b: [Int]) -> InputError {
    InputError("shapes \(a) and \(b) are not those of a matrix product")
  }

  static func transposed(_ x: ArraySlice<Float>, _ rows: Int, _ columns: Int) -> [Float] {
    ChannelOrder.last(x, channels: rows, pixels: columns)
  }

  /// NumPy's `matmul`.
  static func product(_ a: Value, _ b: Value) throws -> Value {
    guard !a.shape.isEmpty, !b.shape.isEmpty else { throw mismatch(a.shape, b.shape) }
    let x = a.shape.count == 1 ? a.reshaped([1] + a.shape) : a
    let y = b.shape.count == 1 ? b.reshaped(b.shape + [1]) : b
    let (m, k) = (x.shape[x.shape.count - 2], x.shape[x.shape.count - 1])
    let n = y.shape[y.shape.count - 1]
    guard k == y.shape[y.shape.count - 2] else { throw mismatch(a.shape, b.shape) }
    let batch = try Extent.broadcast(Array(x.shape.dropLast(2)), Array(y.shape.dropLast(2)))
    let p = Broadcast(Array(x.shape.dropLast(2)), to: batch)
    let q = Broadcast(Array(y.shape.dropLast(2)), to: batch)
    let (u, v) = (x.floats, y.floats)
    var out: [Float] = []
    out.reserveCapacity(try Extent.count(batch + [m, n]))
    for i in 0..<batch.reduce(1, *) {
      let weights = transposed(v[q[i] * k * n..<(q[i] + 1) * k * n], k, n)
      let product = LinearProduct(
        weights: weights, rows: n, columns: k, bias: nil, isConstant: false)
      out += product.apply(Array(u[p[i] * m * k..<(p[i] + 1) * m * k]))
    }
    var shape = batch
    if a.shape.count > 1 { shape.append(m) }
    if b.shape.count > 1 { shape.append(n) }
    return Value(out, shape: shape)
  }

  /// α·A·B + β·C.
  private static func generalProduct(_ preparation: Preparation) throws -> Kernel {
    let node = preparation.node
    let alpha = try node.float("alpha") ?? 1
    let beta = try node.float("beta") ?? 1
    let (turnsA, turnsB) = (
      try node.int("transA", default: 0) != 0, try node.int("transB", default: 0) != 0
    )
    @Sendable func linear(_ b: Value, _ c: Value?, isConstant: Bool) throws -> LinearProduct? {
      guard b.shape.count == 2 else { throw InputError("B of shape \(b.shape) is no matrix") }
      let (rows, columns) = turnsB ? (b.shape[0], b.shape[1]) : (b.shape[1], b.shape[0])
      let weights = turnsB ? b.floats : transposed(b.floats[...], columns, rows)
      guard alpha == 1, c == nil || beta == 1 else { return nil }
      var bias: [Float]?
      if let c {
        guard c.count == rows || c.count == 1, c.shape.dropLast().allSatisfy({ $0 == 1 }) else {
          return nil
        }
        bias = c.count == rows ? c.floats : Array(repeating: c.floats[0], count: rows)
      }
      return LinearProduct(
        weights: weights, rows: rows, columns: columns, bias: bias, isConstant: isConstant)
    }
    let isReady =
      preparation.constant(1) != nil && (!preparation.hasInput(2) || preparation.constant(2) != nil)
    let ready =
      isReady
      ? try linear(preparation.constant(1)!, preparation.constant(2), isConstant: true) : nil
    return { inputs in
      let (a, b) = (try inputs.value(0), try inputs.value(1))
      guard a.shape.count == 2, b.shape.count == 2 else { throw mismatch(a.shape, b.shape) }
      let (m, k) = turnsA ? (a.shape[1], a.shape[0]) : (a.shape[0], a.shape[1])
      let x = turnsA ? transposed(a.floats[...], k, m) : a.floats
      guard k == (turnsB ? b.shape[1] : b.shape[0]) else { throw mismatch(a.shape, b.shape) }
      if let product = try ready ?? linear(b, inputs.optional(2), isConstant: false) {
        return [Value(product.multiply(x), shape: [m, product.rows])]
      }
      let n = turnsB ? b.shape[0] : b.shape[1]
      let weights = turnsB ? b.floats : transposed(b.floats[...], k, n)
      return [try scaled(x, weights, inputs.optional(2), (m, n, k), alpha, beta)]
    }
  }

  /// The general case in twice double precision, rounded once.
  private static func scaled(
    _ x: [Float], _ w: [Float], _ c: Value?, _ size: (m: Int, n: Int, k: Int), _ alpha: Float,
    _ beta: Float
  ) throws -> Value {
    let shape = [size.m, size.n]
    let bias = c?.floats
    guard try c.map({ try Extent.broadcast($0.shape, shape) == shape }) ?? true else {
      throw InputError("C of shape \(c!.shape) does not fit a product of shape \(shape)")
    }
    let at = c.map { Broadcast($0.shape, to: shape) }
    let values = (0..<size.m * size.n).map { i -> Float in
      var sum = DoubleDouble(0)
      for k in 0..<size.k {
        let product = Double(x[i / size.n * size.k + k]) * Double(w[i % size.n * size.k + k])
        sum = sum + DoubleDouble(product)
      }
      var result = sum * DoubleDouble(Double(alpha))
      if let bias, let at {
        result = result + DoubleDouble(Double(bias[at[i]]) * Double(beta))
      }
      return result.float
    }
    return Value(values, shape: shape)
  }

  /// The number of equal bits of two matrices of 0 and 1.
  private static let agreements: Kernel = { inputs in
    let (a, b) = (try inputs.value(0), try inputs.value(1))
    let signs = { (v: Value) in Value(v.floats.map { 2 * $0 - 1 }, shape: v.shape) }
    let sum = try product(signs(a), signs(b))
    let length = Float(a.shape.last ?? 1)
    return [Value(sum.floats.map { ($0 + length) / 2 }, shape: sum.shape)]
  }

  /// Sliding windows of channels-last pictures side by side: `(N, H, W, C)` to `(N, H', W', kh·kw·C)`.
  ///
  /// `depthwise` says what the matrix behind is like and changes no order.
  private static func patches(_ preparation: Preparation) throws -> Kernel {
    let node = preparation.node
    guard let kernel = try node.ints("kernel_size"), let stride = try node.ints("stride"),
      kernel.count == 2, stride.count == 2
    else { throw InputError("states no kernel_size and stride of two axes") }
    let pads = try node.ints("pad_amount") ?? [0, 0, 0, 0]
    let dilations = try node.ints("dilations") ?? [1, 1]
    let fill = try node.float("pad_value") ?? 0
    guard pads.count == 4, dilations.count == 2 else { throw InputError("states odd padding") }
    return { inputs in
      let x = try inputs.value(0)
      guard x.shape.count == 4 else {
        throw InputError("data of shape \(x.shape) is not (N, H, W, C)")
      }
      var rows = WindowAxis(
        size: x.shape[1], kernel: kernel[0], stride: stride[0], dilation: dilations[0],
        begin: pads[0], end: pads[2])
      var columns = WindowAxis(
        size: x.shape[2], kernel: kernel[1], stride: stride[1], dilation: dilations[1],
        begin: pads[1], end: pads[3])
      try rows.settle("NOTSET", isCeiling: false)
      try columns.settle("NOTSET", isCeiling: false)
      let window = SpatialWindow(rows: rows, columns: columns, rank: 2)
      let (depth, taps) = (x.shape[3], window.taps)
      let shape = [x.shape[0]] + window.outputShape + [taps * depth]
      var out: [Float] = []
      out.reserveCapacity(try Extent.count(shape))
      let v = x.floats
      let sources = try window.sources()
      for frame in 0..<x.shape[0] {
        let base = frame * window.inputCount * depth
        for start in Swift.stride(from: 0, to: sources.count, by: taps) {
          let row = sources[start..<start + taps]
          func element(_ source: Int32, _ channel: Int) -> Float {
            source < 0 ? fill : v[base + Int(source) * depth + channel]
          }
          for source in row {
            for c in 0..<depth { out.append(element(source, c)) }
          }
        }
      }
      return [Value(out, shape: shape)]
    }
  }
}
