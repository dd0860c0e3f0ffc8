import SimModel

/// Pictures of another size: nearest neighbours, and depth to space and back.
enum ResizeOperators {
  static let all: [String: Operator] = [
    "Resize": Operator(1...4, resize),
    "Upsample": Operator(1...2, resize),
    "DepthToSpace": Operator(1...1) { try space($0, isToSpace: true) },
    "SpaceToDepth": Operator(1...1) { try space($0, isToSpace: false) },
  ]

  private static func resize(_ preparation: Preparation) throws -> Kernel {
    let node = preparation.node
    let mode = try node.string("mode") ?? "nearest"
    guard mode == "nearest" else {
      throw InputError(
        "mode '\(mode)' is not supported", at: "attribute 'mode'",
        hint: "nearest is; upsample with nearest neighbours in the training code")
    }
    let isUpsample = node.opType == "Upsample" || preparation.opset < 11
    let transform =
      isUpsample
      ? "asymmetric" : try node.string("coordinate_transformation_mode") ?? "half_pixel"
    let rounding = isUpsample ? "floor" : try node.string("nearest_mode") ?? "round_prefer_floor"
    let attribute: [Float]? =
      if case .floats(let list)? = node.attributes["scales"] { list } else { nil }
    let scalesAt = node.opType == "Upsample" || preparation.opset < 11 ? 1 : 2
    return { inputs in
      let x = try inputs.value(0)
      let rank = x.shape.count
      var factors: [Float]
      var shape: [Int]
      if let sizes = inputs.optional(3), sizes.count > 0 {
        shape = try inputs.integers(3)
        factors = zip(shape, x.shape).map { Float($0) / Float($1) }
      } else {
        factors = inputs.optional(scalesAt)?.floats ?? attribute ?? []
        shape = zip(x.shape, factors).map { Int((Float($0) * $1).rounded(.down)) }
      }
      guard shape.count == rank, factors.allSatisfy({ $0 > 0 && $0.isFinite }) else {
        throw InputError("states neither \(rank) scales nor \(rank) sizes")
      }
      _ = try Extent.count(shape)
      let strides = Extent.strides(x.shape)
      var indices = [0]
      for axis in 0..<rank {
        let cells = try (0..<shape[axis]).map { position in
          let at = try coordinate(
            position, factors[axis], x.shape[axis], shape[axis], transform)
          return min(max(try nearest(at, rounding), 0), x.shape[axis] - 1) * strides[axis]
        }
        indices = indices.flatMap { base in cells.map { base + $0 } }
      }
      return [ShapeOperators.gathered(x, indices, shape)]
    }
  }

  private static func coordinate(
    _ position: Int, _ factor: Float, _ from: Int, _ to: Int, _ transform: String
  ) throws -> Float {
    let x = Float(position)
    switch transform {
    case "asymmetric": return x / factor
    case "half_pixel": return (x + 0.5) / factor - 0.5
    case "pytorch_half_pixel": return to > 1 ? (x + 0.5) / factor - 0.5 : 0
    case "align_corners": return to > 1 ? x * Float(from - 1) / Float(to - 1) : 0
    default:
      throw InputError(
        "'\(transform)' is not supported", at: "attribute 'coordinate_transformation_mode'",
        hint: "asymmetric, half_pixel, pytorch_half_pixel and align_corners are")
    }
  }

  private static func nearest(_ x: Float, _ rounding: String) throws -> Int {
    switch rounding {
    case "floor": return Int(x.rounded(.down))
    case "ceil": return Int(x.rounded(.up))
    case "round_prefer_floor": return Int((x - 0.5).rounded(.up))
    case "round_prefer_ceil": return Int((x + 0.5).rounded(.down))
    default:
      throw InputError("'\(rounding)' is not supported", at: "attribute 'nearest_mode'")
    }
  }

  /// DCR: the block's position is the slow part of a channel's number; CRD (PyTorch's pixel shuffle):
  /// the fast part.
  private static func space(_ preparation: Preparation, isToSpace: Bool) throws -> Kernel {
    let node = preparation.node
    guard let block = try node.int("blocksize"), (1...1 << 16).contains(block) else {
      throw node.wrong("blocksize", "a positive number")
    }
    let mode = try node.string("mode") ?? "DCR"
    guard ["DCR", "CRD"].contains(mode) else { throw node.wrong("mode", "DCR or CRD") }
    let isBlockFast = mode == "CRD"
    return { inputs in
      let x = try inputs.value(0)
      guard x.shape.count == 4 else {
        throw InputError("data of shape \(x.shape) is not (N, C, H, W)")
      }
      let (n, c, h, w) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
      let area = block * block
      if isToSpace {
        guard c % area == 0 else {
          throw InputError("\(c) channels do not make blocks of \(area)")
        }
        let split =
          isBlockFast ? [n, c / area, block, block, h, w] : [n, block, block, c / area, h, w]
        let order = isBlockFast ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2]
        return [
          try ShapeOperators.transposed(x.reshaped(split), order)
            .reshaped([n, c / area, h * block, w * block])
        ]
      }
      guard h % block == 0, w % block == 0 else {
        throw InputError("pictures of \(h) by \(w) do not make blocks of \(block)")
      }
      let split = [n, c, h / block, block, w / block, block]
      return [
        try ShapeOperators.transposed(x.reshaped(split), [0, 3, 5, 1, 2, 4])
          .reshaped([n, c * area, h / block, w / block])
      ]
    }
  }
}
