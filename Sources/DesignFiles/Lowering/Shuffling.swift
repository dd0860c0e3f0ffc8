import OriginalModel
import SimModel

// Elements in another order: DepthToSpace, SpaceToDepth, and shuffles that are written as a Reshape that cuts axes into
// pieces, a Transpose and a Reshape that joins them again (channel shuffle, pixel shuffle and its inverse).

/// A tensor between the reshapes of a shuffle.
struct CutTensor: Sendable {
  /// A part of one of the picture's axes: every `stride`-th index of it, `length` times.
  struct Piece: Equatable, Sendable {
    var role: Role
    var stride: Int
    var length: Int
  }

  /// The stream that is shuffled.
  var source: String
  /// Of each axis the pieces, slowest first; of an axis of length 1 none.
  var axes: [[Piece]]

  /// The same elements as `shape`; nil where an axis of it is no whole pieces.
  func reshaped(to shape: [Int]) -> CutTensor? {
    var rest = Array(axes.joined())[...]
    var result: [[Piece]] = []
    for length in shape {
      var (axis, missing): ([Piece], Int) = ([], length)
      while missing > 1 {
        guard let piece = rest.popFirst() else { return nil }
        if missing % piece.length == 0 {
          axis.append(piece)
          missing /= piece.length
        } else if piece.length % missing == 0 {
          let inner = piece.length / missing
          axis.append(Piece(role: piece.role, stride: piece.stride * inner, length: missing))
          rest.insert(
            Piece(role: piece.role, stride: piece.stride, length: inner), at: rest.startIndex)
          missing = 1
        } else {
          return nil
        }
      }
      result.append(axis)
    }
    return rest.isEmpty ? CutTensor(source: source, axes: result) : nil
  }

  func transposed(_ order: [Int]) -> CutTensor {
    CutTensor(source: source, axes: order.map { axes[$0] })
  }

  /// How the stream is cut, rows, columns and channels, and the order in which the pieces come out of the axes
  /// `rows`, `columns` and `channels`.
  func shuffle(rows: [Piece], columns: [Piece], channels: [Piece]) -> (shape: [Int], order: [Int]) {
    let roles: [Role] = [.row, .column, .channel]
    let cut = roles.flatMap { role in
      axes.joined().filter { $0.role == role }.sorted { $0.stride > $1.stride }
    }
    return (
      cut.map(\.length), (rows + columns + channels).map { cut.firstIndex(of: $0)! }
    )
  }
}

extension Lowering {
  /// A step of a shuffle: the Reshape that begins it, or what follows one.
  mutating func shuffle(_ step: Reference.Step) throws {
    let (source, target) = (step.node.inputs[0], step.node.outputs[0])
    let shape = shapes[target]!
    let cut = cuts[source] ?? whole(source)
    let isTranspose = step.node.opType == "Transpose"
    let order = try step.node.ints("perm") ?? Array(shape.indices.reversed())
    guard let moved = isTranspose ? cut.transposed(order) : cut.reshaped(to: shape) else {
      throw unmovable(step, cut)
    }
    if !isTranspose, cuts[source] != nil, shape.count == 4 || shape.count == 3 {
      return try shuffle(moved, as: target, shape, step.node)
    }
    let readers = reference.steps.filter { $0.node.inputs.contains(target) }
    guard !readers.isEmpty, !reference.graph.outputs.contains(target),
      readers.allSatisfy({ LayoutOperations.names.contains($0.node.opType) })
    else { throw unmovable(step, cut) }
    cuts[target] = moved
  }

  /// A tensor none of whose axes is cut.
  private func whole(_ name: String) -> CutTensor {
    let axes = zip(layouts[name]!.axes, shapes[name]!).flatMap { roles, length in
      [layouts[name]!.parts(of: roles, length: length)]
    }
    return CutTensor(
      source: name,
      axes: axes.map { parts in
        parts.filter { $0.length > 1 }.map { .init(role: $0.role, stride: 1, length: $0.length) }
      })
  }

  private func unmovable(_ step: Reference.Step, _ cut: CutTensor) -> InputError {
    InputError(
      "gives shape \(shapes[step.node.outputs[0]] ?? []), which cuts through the axes of "
        + "\(shapes[cut.source] ?? [])",
      hint:
        "only shapes that keep whole axes together can be streamed, or a Reshape, a Transpose and a Reshape "
        + "that make a picture of channels, rows and columns again")
  }

  /// The shuffled stream of a tensor that is a picture again.
  private mutating func shuffle(
    _ cut: CutTensor, as target: String, _ shape: [Int], _ node: ModelNode
  ) throws {
    guard cut.axes[0].isEmpty else {
      throw InputError("moves channels or pixels into the batch, which no stream has")
    }
    layouts[target] = shape.count == 4 ? .channelsFirst : .channelsFirst1D
    let found = cut.shuffle(
      rows: shape.count == 4 ? cut.axes[2] : [], columns: cut.axes.last!, channels: cut.axes[1])
    try shuffle(cut.source, as: target, found.shape, found.order, node)
  }

  /// Blocks of channels become blocks of pixels, or the other way round.
  mutating func depthToSpace(_ step: Reference.Step) throws {
    let node = step.node
    let (source, target) = (node.inputs[0], node.outputs[0])
    try require(source, .channelsFirst)
    let block = try node.int("blocksize", default: 1)
    let shape = layers[try proportional(source).layer].shape
    layouts[target] = .channelsFirst
    if node.opType == "SpaceToDepth" {
      let split = [shape.height / block, block, shape.width / block, block, shape.channels]
      return try shuffle(source, as: target, split, [0, 2, 1, 3, 4], node)
    }
    let isBlockFast = try node.string("mode") == "CRD"
    let depth = shape.channels / (block * block)
    let split =
      isBlockFast
      ? [shape.height, shape.width, depth, block, block]
      : [shape.height, shape.width, block, block, depth]
    try shuffle(
      source, as: target, split, isBlockFast ? [0, 3, 1, 4, 2] : [0, 2, 1, 3, 4], node)
  }

  /// A stream seen as `split`, its axes taken in the order `order`.
  private mutating func shuffle(
    _ source: String, as target: String, _ split: [Int], _ order: [Int], _ node: ModelNode
  ) throws {
    if integerRanges[source] != nil { try settle(source) }
    let input = try proportional(source)
    let old = layers[input.layer]
    let code = codes[source].flatMap { $0.scale.count == 1 ? $0.scale : nil }
    guard order != Array(order.indices) || streamShape(of: target) != old.shape else {
      // Every element stays where it is.
      edges[target] = Edge(
        starts: [.init(layer: input.layer, tensor: target)], steps: [], pools: [], tensor: target)
      if let code { note(target, input.layer, code, node.name) }
      return
    }
    var layer = old
    layer.kind = .shuffle(shape: split, order: order)
    layer.inputs = [input.layer]
    layer.shape = streamShape(of: target)
    let channels = layer.shape.channels
    // Where each pixel keeps its channels, they keep what is theirs.
    let moved =
      layer.shape.pixels == old.shape.pixels
      ? Self.shuffled(Array(0..<channels), split, order, old.shape) : nil
    guard moved != nil || input.scale.count == 1 else {
      throw InputError("mixes channels of different scales into one picture")
    }
    let range = old.range
    layer.low = moved?.map { old.low[$0] } ?? Array(repeating: range.lowerBound, count: channels)
    layer.high = moved?.map { old.high[$0] } ?? Array(repeating: range.upperBound, count: channels)
    layer.scale =
      input.scale.count == 1 ? input.scale : moved?.map { input.scale[$0] } ?? input.scale
    layer.divisor = 1
    (layer.tensor, layer.node) = (target, node.name)
    let index = add(layer, carrying: target)
    if let code = codes[source], code.scale.count == 1 {
      note(target, index, code.scale, node.name)
    }
  }

  /// The channels of every pixel in their new order; nil where pixels move too.
  private static func shuffled(
    _ channels: [Int], _ split: [Int], _ order: [Int], _ shape: StreamShape
  ) -> [Int]? {
    var (pixels, axis) = (1, 0)
    while axis < split.count, pixels < shape.pixels {
      pixels *= split[axis]
      axis += 1
    }
    guard pixels == shape.pixels, Array(order.prefix(axis)) == Array(0..<axis) else { return nil }
    return Probe.permuted(
      channels.map { Float($0) }, Array(split[axis...]), order[axis...].map { $0 - axis }
    ).map { Int($0) }
  }
}
