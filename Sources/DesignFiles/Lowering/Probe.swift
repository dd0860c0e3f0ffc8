import OriginalModel
import SimModel

/// Evaluates what the model makes of integers on a stream: the reference's own operations, run on
/// numbers of our choice, one channel beside the other.
struct Probe {
  let reference: Reference
  let layers: [Layer]
  let layouts: [String: Layout]
  /// Shapes of the model's tensors.
  let shapes: [String: [Int]]
  /// Units in the last place by which numbers at the starts are moved.
  var ulps = 0

  /// What tensor `name` is for integers at the starts of an edge.
  ///
  /// - Parameter integers: per start `count × channels` integers.
  /// - Returns: `count × channels` float32 numbers for each of `tensors`.
  /// Throws `InputError` when the function differs between pixels.
  func evaluate(_ edge: Edge, _ integers: [[Int]], count: Int, tensors: [String]? = nil) throws
    -> [[Float]]
  {
    let wanted = tensors ?? [edge.tensor]
    let channels = layers[edge.starts[0].layer].shape.channels
    let size = sizes(edge, count: count)
    var values: [String: Value] = [:]
    for (start, list) in zip(edge.starts, integers) {
      let layer = layers[start.layer]
      let numbers = list.indices.map { i -> Float in
        let number = layer.value(list[i], i % channels)
        // 0 has next to it what a division makes 0 again.
        return ulps == 0 ? number : number + Float(ulps) * max(number.ulp, 0x1p-100)
      }
      values[start.tensor] = try laid(numbers, start.tensor, size)
    }
    for step in edge.steps { try run(step, edge, &values, size) }
    return try wanted.map { try collected(values[$0]!, $0, size) }
  }

  private func run(
    _ step: Reference.Step, _ edge: Edge, _ values: inout [String: Value], _ size: [Role: Int]
  ) throws {
    let node = step.node
    if LayoutOperations.names.contains(node.opType), let x = values[node.inputs[0]] {
      let numbers = try canonical(x, node.inputs[0], size)
      values[node.outputs[0]] = try placed(numbers, node.outputs[0], size, x)
      return
    }
    if let pool = edge.pools.first(where: { $0.output == node.outputs[0] }) {
      values[pool.output] = values[pool.input]
      return
    }
    for (name, value) in try reference.evaluate(step, on: values) { values[name] = value }
  }

  /// Spatial axes count 1 each unless an axis of a tensor on the way mixes them with channels.
  private func sizes(_ edge: Edge, count: Int) -> [Role: Int] {
    let shape = layers[edge.starts[0].layer].shape
    let names = edge.starts.map(\.tensor) + edge.steps.flatMap(\.node.outputs)
    let isMixed = names.contains { name in
      layouts[name]?.axes.contains { axis in
        axis.contains(.channel) && axis.contains { $0 == .row || $0 == .column }
      } ?? false
    }
    return [
      .frame: count, .channel: shape.channels, .row: isMixed ? shape.height : 1,
      .column: isMixed ? shape.width : 1,
    ]
  }

  private static let canonicalOrder: [Role] = [.frame, .channel, .row, .column]

  /// `count × channels` numbers as the tensor `name` has its axes.
  private func laid(_ numbers: [Float], _ name: String, _ size: [Role: Int]) throws -> Value {
    let area = size[.row]! * size[.column]!
    let spread = area == 1 ? numbers : numbers.flatMap { Array(repeating: $0, count: area) }
    return try placed(spread, name, size, nil)
  }

  /// Canonical numbers as the tensor `name` has its axes; integers stay integers.
  private func placed(_ numbers: [Float], _ name: String, _ size: [Role: Int], _ like: Value?)
    throws
    -> Value
  {
    guard let layout = layouts[name] else { throw InputError("'\(name)' has no known axes") }
    let moved = Self.permuted(
      numbers, Self.canonicalOrder.map { size[$0]! },
      layout.order.map { Self.canonicalOrder.firstIndex(of: $0)! })
    let shape = layout.shape(size)
    if let like, case .integer = like.elements {
      return Value(moved.map { Int($0) }, shape: shape, kind: like.kind)
    }
    return Value(moved, shape: shape)
  }

  /// A tensor's numbers in the order frame, channel, row, column.
  private func canonical(_ x: Value, _ name: String, _ size: [Role: Int]) throws -> [Float] {
    guard let layout = layouts[name] else { throw InputError("'\(name)' has no known axes") }
    guard x.shape.reduce(1, *) == size.values.reduce(1, *) else {
      throw Self.differs
    }
    let order = layout.order
    return Self.permuted(
      x.floats, order.map { size[$0]! }, Self.canonicalOrder.map { order.firstIndex(of: $0)! })
  }

  /// `count × channels` numbers; every pixel must agree.
  private func collected(_ x: Value, _ name: String, _ size: [Role: Int]) throws -> [Float] {
    let numbers = try canonical(x, name, size)
    let area = size[.row]! * size[.column]!
    guard area > 1 else { return numbers }
    return try stride(from: 0, to: numbers.count, by: area).map { start in
      guard (start..<start + area).allSatisfy({ numbers[$0] == numbers[start] }) else {
        throw Self.differs
      }
      return numbers[start]
    }
  }

  private static let differs = InputError(
    "what stands in front of the quantiser differs between pixels, as a constant with a value for each "
      + "(a positional encoding) does",
    hint:
      "thresholds are one list per channel; add a constant per channel, or quantise in front and "
      + "behind it; simrun run --input executes the model as it is")

  static func permuted<T>(_ x: [T], _ shape: [Int], _ order: [Int]) -> [T] {
    let wide = order.filter { shape[$0] > 1 }
    if wide == wide.sorted() { return x }
    let strides = shape.indices.map { shape[($0 + 1)...].reduce(1, *) }
    let target = order.map { shape[$0] }
    let steps = order.map { strides[$0] }
    var out: [T] = []
    out.reserveCapacity(x.count)
    var position = [Int](repeating: 0, count: target.count)
    var source = 0
    for _ in 0..<x.count {
      out.append(x[source])
      var axis = target.count - 1
      while axis >= 0 {
        position[axis] += 1
        source += steps[axis]
        if position[axis] < target[axis] { break }
        source -= steps[axis] * target[axis]
        position[axis] = 0
        axis -= 1
      }
    }
    return out
  }
}

/// Operations that change shapes or names and no value.
enum LayoutOperations {
  static let names: Set<String> = [
    "Transpose", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Identity", "Dropout", "DebugMarker",
  ]
}

/// Operations on one element at a time.
enum ElementwiseOperations {
  static let names: Set<String> = [
    "Add", "Sub", "Sum", "Mul", "Div", "Pow", "Max", "Min", "Neg", "Abs", "Sqrt", "Exp", "Log",
    "Reciprocal", "Floor", "Ceil", "Round", "Sign", "Relu", "LeakyRelu", "PRelu", "Clip", "Sigmoid",
    "Tanh", "Softplus", "Erf", "Elu", "HardSigmoid", "HardSwish", "BatchNormalization", "Cast",
    "Where", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "QuantizeLinear",
  ]
  /// Whether an operation may rise here and fall there: it is looked at integer by integer.
  static func mayTurn(_ node: ModelNode, _ constants: [String: Value]) -> Bool {
    switch node.opType {
    case "Abs", "HardSwish", "Pow", "Reciprocal", "Where", "Greater", "GreaterOrEqual", "Less",
      "LessOrEqual":
      return true
    case "LeakyRelu", "Elu":
      return ((try? node.float("alpha")) ?? nil).map { $0 < 0 } ?? false
    case "PRelu":
      return constants[node.inputs[1]]?.floats.contains { $0 < 0 } ?? true
    case "Add", "Sub", "Sum", "Mul", "Div", "Max", "Min":
      // Two functions of one stream.
      return node.inputs.allSatisfy { constants[$0] == nil }
    default: return false
    }
  }

  static let quantizers: Set<String> = [
    "Quant", "IntQuant", "BipolarQuant", "Trunc", "MultiThreshold", "DequantizeLinear",
  ]
}
