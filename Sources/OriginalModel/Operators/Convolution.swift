import SimModel
import SimKernels

/// A convolution with its weights made ready: one `LinearProduct` per group.
///
/// Weights are `(O, I/groups, kernel…)`; pictures are channels first here.
struct Convolution: Sendable {
  private let outputs: Int
  private let inputs: Int
  private let groups: Int
  let kernel: [Int]
  private let products: [LinearProduct]
  /// Elements of patches made at a time.
  private static let patchElements = 1 << 20

  init(weights: Value, bias: Value?, groups: Int, isConstant: Bool) throws {
    let shape = weights.shape
    guard (3...4).contains(shape.count) else {
      throw InputError("weights of shape \(shape) are not those of a 1-D or 2-D convolution")
    }
    guard groups > 0, shape[0] % groups == 0 else {
      throw InputError("\(shape[0]) output channels do not make \(groups) groups")
    }
    let biases = bias?.floats
    guard biases.map({ $0.count == shape[0] }) ?? true else {
      throw InputError("a bias of \(biases!.count) elements for \(shape[0]) output channels")
    }
    outputs = shape[0]
    inputs = shape[1] * groups
    self.groups = groups
    kernel = Array(shape[2...])
    let taps = kernel.reduce(1, *)
    let (perGroup, depth) = (outputs / groups, shape[1])
    let w = weights.floats
    products = (0..<groups).map { g in
      // Taps in front, channels fastest: the order of a patch.
      var rows: [Float] = []
      rows.reserveCapacity(perGroup * depth * taps)
      for o in g * perGroup..<(g + 1) * perGroup {
        for t in 0..<taps {
          for c in 0..<depth { rows.append(w[(o * depth + c) * taps + t]) }
        }
      }
      return LinearProduct(
        weights: rows, rows: perGroup, columns: taps * depth,
        bias: biases.map { Array($0[g * perGroup..<(g + 1) * perGroup]) }, isConstant: isConstant)
    }
  }

  /// `(N, C, spatial…)` to `(N, O, spatial…)`.
  func apply(_ x: Value, _ window: SpatialWindow) throws -> Value {
    guard x.shape.count == window.rank + 2, x.shape[1] == inputs else {
      throw InputError(
        "data of shape \(x.shape) for weights that take \(inputs) channels",
        hint: "is the data (N, H, W, C)? the model wants (N, C, H, W)")
    }
    let frames = x.shape[0]
    let shape = [frames, outputs] + window.outputShape
    let values = x.floats
    let sources = try window.sources()
    var out = [Float]()
    out.reserveCapacity(try Extent.count(shape))
    let (depth, perGroup) = (inputs / groups, outputs / groups)
    for frame in 0..<frames {
      for g in 0..<groups {
        let start = (frame * inputs + g * depth) * window.inputCount
        let slice = values[start..<start + depth * window.inputCount]
        let pixels = ChannelOrder.last(slice, channels: depth, pixels: window.inputCount)
        let sums = multiply(products[g], pixels, depth, sources, window)
        out += ChannelOrder.first(sums[...], channels: perGroup, pixels: window.outputCount)
      }
    }
    return Value(out, shape: shape)
  }

  /// `(pixels, depth)` to `(output pixels, rows)`, some output pixels at a time.
  private func multiply(
    _ product: LinearProduct, _ pixels: [Float], _ depth: Int, _ sources: [Int32],
    _ window: SpatialWindow
  ) -> [Float] {
    let step = max(1, Self.patchElements / max(1, product.columns)) * window.taps
    var out: [Float] = []
    out.reserveCapacity(window.outputCount * product.rows)
    func eachPart(_ body: ([Int32]) -> [Float]) {
      for start in stride(from: 0, to: sources.count, by: step) {
        out += body(Array(sources[start..<min(start + step, sources.count)]))
      }
    }
    if let data = DyadicIntegers(pixels), let kernel = product.integerKernel(for: data) {
      let integers = data.integers()
      eachPart { part in
        kernel.apply(
          Gather(pieceLength: depth, sourcesPerRow: window.taps, sources: part).apply(integers))
      }
    } else {
      eachPart { product.apply(Self.patches(pixels, depth, $0)) }
    }
    return out
  }

  private static func patches(_ pixels: [Float], _ depth: Int, _ sources: [Int32]) -> [Float] {
    [Float](unsafeUninitializedCapacity: sources.count * depth) { out, filled in
      pixels.withUnsafeBufferPointer { pixels in
        for (i, source) in sources.enumerated() {
          let target = out.baseAddress! + i * depth
          if source >= 0 {
            target.update(from: pixels.baseAddress! + Int(source) * depth, count: depth)
          } else {
            target.update(repeating: 0, count: depth)
          }
        }
      }
      filled = sources.count * depth
    }
  }
}

/// Transposed convolution: zeros between the pixels, then a convolution with the kernel turned by
/// half a turn and inputs and outputs swapped in every group.
struct TransposedConvolution: Sendable {
  private let convolution: Convolution
  private let rule: WindowRule
  private let outputPadding: [Int]
  private let outputShape: [Int]?
  private let kernel: [Int]

  /// Weights are `(C, O/groups, kernel…)`.
  init(weights: Value, bias: Value?, node: ModelNode, isConstant: Bool) throws {
    rule = try WindowRule(node)
    let groups = try node.int("group", default: 1)
    let shape = weights.shape
    guard (3...4).contains(shape.count), groups > 0, shape[0] % groups == 0 else {
      throw InputError("weights of shape \(shape) do not make \(groups) groups")
    }
    let kernel = Array(shape[2...])
    self.kernel = kernel
    outputPadding = try node.ints("output_padding") ?? kernel.map { _ in 0 }
    outputShape = try node.ints("output_shape").map { Array($0.suffix(kernel.count)) }
    guard outputPadding.count == kernel.count, outputPadding.allSatisfy({ $0 >= 0 }) else {
      throw node.wrong("output_padding", "one number per spatial axis")
    }
    convolution = try Convolution(
      weights: Self.turned(weights, groups: groups), bias: bias, groups: groups,
      isConstant: isConstant)
  }

  private static func turned(_ weights: Value, groups: Int) -> Value {
    let shape = weights.shape
    let (depth, perGroup) = (shape[0] / groups, shape[1])
    let taps = shape[2...].reduce(1, *)
    let w = weights.floats
    var out: [Float] = []
    out.reserveCapacity(w.count)
    for g in 0..<groups {
      for o in 0..<perGroup {
        for c in 0..<depth {
          for t in (0..<taps).reversed() {
            out.append(w[((g * depth + c) * perGroup + o) * taps + t])
          }
        }
      }
    }
    return Value(out, shape: [groups * perGroup, depth] + shape[2...])
  }

  func apply(_ x: Value) throws -> Value {
    let rank = kernel.count
    guard x.shape.count == rank + 2 else {
      throw InputError("data of shape \(x.shape) for a kernel of \(rank) axes")
    }
    let strides = rule.strides ?? kernel.map { _ in 1 }
    let dilations = rule.dilations ?? kernel.map { _ in 1 }
    guard strides.count == rank, dilations.count == rank else {
      throw InputError("kernel_shape, strides and dilations do not have the same axes")
    }
    var pads = rule.pads ?? Array(repeating: 0, count: 2 * rank)
    let size = Array(x.shape[2...])
    let extents = (0..<rank).map { (kernel[$0] - 1) * dilations[$0] + 1 }
    if outputShape != nil || rule.autoPad.hasPrefix("SAME") {
      for i in 0..<rank {
        let wanted = outputShape?[i] ?? size[i] * strides[i]
        let total = max(0, strides[i] * (size[i] - 1) + outputPadding[i] + extents[i] - wanted)
        pads[i] = rule.autoPad == "SAME_UPPER" ? total / 2 : total - total / 2
        pads[rank + i] = total - pads[i]
      }
    }
    guard pads.count == 2 * rank else { throw InputError("pads do not have \(2 * rank) elements") }
    let spread = try Self.spread(x, strides)
    var axes = (0..<rank).map { i in
      WindowAxis(
        size: spread.shape[2 + i], kernel: kernel[i], stride: 1, dilation: dilations[i],
        begin: extents[i] - 1 - pads[i], end: extents[i] - 1 - pads[rank + i] + outputPadding[i])
    }
    for i in axes.indices { try axes[i].settle("NOTSET", isCeiling: false) }
    if rank == 1 { axes.insert(.single, at: 0) }
    return try convolution.apply(
      spread, SpatialWindow(rows: axes[0], columns: axes[1], rank: rank))
  }

  /// Zeros between the pixels.
  private static func spread(_ x: Value, _ strides: [Int]) throws -> Value {
    guard strides.contains(where: { $0 > 1 }) else { return x }
    let rank = strides.count
    let size = Array(x.shape[2...])
    let wide = (0..<rank).map { (size[$0] - 1) * strides[$0] + 1 }
    let planes = x.shape[0] * x.shape[1]
    let shape = Array(x.shape[..<2]) + wide
    var out = [Float](repeating: 0, count: try Extent.count(shape))
    let v = x.floats
    let (h, w) = rank == 1 ? (1, size[0]) : (size[0], size[1])
    let (sh, sw) = rank == 1 ? (1, strides[0]) : (strides[0], strides[1])
    let (rows, columns) = rank == 1 ? (1, wide[0]) : (wide[0], wide[1])
    for p in 0..<planes {
      for i in 0..<h {
        for j in 0..<w {
          out[(p * rows + i * sh) * columns + j * sw] = v[(p * h + i) * w + j]
        }
      }
    }
    return Value(out, shape: shape)
  }
}
