import SimModel

/// QLinear operations, and those on integers, as what they are short for.
///
/// A QLinearConv is a convolution of codes less their zero points, a product with the ratio of the scales and a
/// quantiser. Sums of codes are exact, so each step gives what the operation gives; and only one of them knows
/// how a convolution is lowered.
///
/// Source: ONNX operator specification; ONNX Runtime's contributed operators.
struct QuantizedExpansion {
  private(set) var nodes: [ModelNode] = []
  private(set) var constants: [String: Value]
  /// Codes less their zero point, by code and zero point: one quantiser for all who read them.
  private var shifted: [[String]: String] = [:]
  /// The node that is taken apart: it names what stands for it.
  private var node = ModelNode(
    name: "", opType: "", domain: "", inputs: [], outputs: [], attributes: [:])

  /// Beyond this not every integer is a float32 number.
  private static let exact = 1 << 24
  private static let one = "simrun.one"

  init(_ list: [ModelNode], _ constants: [String: Value]) throws {
    self.constants = constants
    guard list.contains(where: { Self.operations[$0.opType] != nil }) else {
      nodes = list
      return
    }
    self.constants[Self.one] = Value(scalar: 1)
    for other in list {
      node = other
      guard !other.outputs.isEmpty, let expand = Self.operations[other.opType], try expand(&self)
      else {
        nodes.append(other)
        continue
      }
    }
  }

  private typealias Expand = @Sendable (inout QuantizedExpansion) throws -> Bool

  /// Each says whether it could be taken apart, before it adds anything.
  private static let operations: [String: Expand] = [
    "QLinearConv": { try $0.convolution() },
    "QLinearMatMul": { $0.product() },
    "QGemm": { try $0.gemm() },
    "ConvInteger": { $0.integerSums("Conv", axis: 0) },
    "MatMulInteger": { $0.integerSums("MatMul", axis: -1) },
    "QLinearAdd": { $0.pair("Add") },
    "QLinearMul": { $0.pair("Mul") },
    "QLinearAveragePool": { try $0.single("AveragePool") },
    "QLinearGlobalAveragePool": { try $0.single("GlobalAveragePool") },
    "QLinearLeakyRelu": { try $0.single("LeakyRelu") },
    "QLinearSigmoid": { try $0.single("Sigmoid") },
    "QLinearSoftmax": { try $0.softmax() },
    "QLinearConcat": { $0.concatenation() },
  ]

  // MARK: Parts

  private func input(_ index: Int) -> String {
    index < node.inputs.count ? node.inputs[index] : ""
  }

  private func count(_ name: String) -> Int? { constants[name]?.count }

  /// A tensor beside the one that the node makes.
  private func beside(_ what: String) -> String { "\(node.outputs[0]).\(what)" }

  @discardableResult
  private mutating func add(
    _ op: String, _ inputs: [String], _ output: String,
    _ attributes: [String: ModelNode.Attribute] = [:], isMain: Bool = false
  ) -> String {
    nodes.append(
      ModelNode(
        name: isMain ? node.name : "\(node.name).\(output.split(separator: ".").last ?? "")",
        opType: op, domain: "", inputs: inputs, outputs: [output], attributes: attributes))
    return output
  }

  /// Codes of a tensor less their zero point, as float32.
  private mutating func codes(_ name: String, _ zero: String, axis: Int? = nil) -> String {
    if let known = shifted[[name, zero]] { return known }
    let several = zero.isEmpty ? 1 : count(zero) ?? 1
    var scale = Self.one
    if several > 1 {
      scale = "simrun.ones.\(several)"
      constants[scale] = Value([Float](repeating: 1, count: several), shape: [several])
    }
    let output = "\(name).codes\(shifted.count)"
    add(
      "DequantizeLinear", [name, scale] + (zero.isEmpty ? [] : [zero]), output,
      axis.map { ["axis": .int($0)] } ?? [:])
    shifted[[name, zero]] = output
    return output
  }

  /// The numbers of a tensor.
  private mutating func numbers(_ name: String, _ scale: String, _ zero: String, _ what: String)
    -> String
  {
    let codes = codes(name, zero)
    return add("Mul", [codes, scale], beside(what))
  }

  /// What sums mean in steps of the output: input scale · weight scale / output scale.
  private mutating func ratio(_ x: String, _ w: String, _ y: String, trailing: Int = 0) -> String {
    var ratio = add("Mul", [x, w], beside("scales"))
    if !y.isEmpty { ratio = add("Div", [ratio, y], beside("ratio")) }
    guard trailing > 0, (count(w) ?? 1) > 1 else { return ratio }
    let shape = beside("shape")
    let sizes = [-1] + [Int](repeating: 1, count: trailing)
    constants[shape] = Value(sizes, shape: [sizes.count], kind: .int64)
    return add("Reshape", [ratio, shape], beside("channels"))
  }

  /// The codes of numbers that are in steps already, or of a scale.
  private mutating func quantise(_ x: String, _ scale: String, _ zero: String) {
    add("QuantizeLinear", [x, scale] + (zero.isEmpty ? [] : [zero]), node.outputs[0])
  }

  /// An int32 bias in float32; `nil` when it is not exact there: at most 24 significant bits are.
  private mutating func bias(_ name: String) -> String? {
    guard let values = constants[name]?.integers,
      values.allSatisfy({ Float(exactly: $0) != nil })
    else { return nil }
    return add("Cast", [name], beside("bias"), ["to": .int(1)])
  }

  // MARK: Operations

  private mutating func convolution() throws -> Bool {
    guard let weights = constants[input(3)], count(input(1)) == 1, count(input(6)) == 1 else {
      return false
    }
    let bias = bias(input(8))
    guard bias != nil || input(8).isEmpty else { return false }
    let inputs =
      [codes(input(0), input(2)), codes(input(3), input(5), axis: 0)] + (bias.map { [$0] } ?? [])
    let sums = add("Conv", inputs, beside("sums"), node.attributes, isMain: true)
    let ratio = ratio(input(1), input(4), input(6), trailing: max(0, weights.shape.count - 2))
    quantise(add("Mul", [sums, ratio], beside("steps")), Self.one, input(7))
    return true
  }

  private mutating func product() -> Bool {
    guard count(input(1)) == 1, count(input(6)) == 1 else { return false }
    let inputs = [codes(input(0), input(2)), codes(input(3), input(5), axis: -1)]
    let sums = add("MatMul", inputs, beside("sums"), isMain: true)
    let ratio = ratio(input(1), input(4), input(6))
    quantise(add("Mul", [sums, ratio], beside("steps")), Self.one, input(7))
    return true
  }

  private mutating func gemm() throws -> Bool {
    guard count(input(1)) == 1, input(7).isEmpty || count(input(7)) == 1,
      try node.float("alpha") ?? 1 == 1
    else { return false }
    let isTurned = try node.int("transB", default: 0) != 0
    let bias = bias(input(6))
    guard bias != nil || input(6).isEmpty else { return false }
    let inputs =
      [codes(input(0), input(2)), codes(input(3), input(5), axis: isTurned ? 0 : 1)]
      + (bias.map { [$0] } ?? [])
    var attributes = node.attributes
    attributes["alpha"] = nil
    let sums = add("Gemm", inputs, beside("sums"), attributes, isMain: true)
    let ratio = ratio(input(1), input(4), input(7))
    guard !input(7).isEmpty else {
      add("Mul", [sums, ratio], node.outputs[0])
      return true
    }
    quantise(add("Mul", [sums, ratio], beside("steps")), Self.one, input(8))
    return true
  }

  /// Sums that float32 holds exactly.
  private mutating func integerSums(_ op: String, axis: Int) -> Bool {
    guard let weights = constants[input(1)], let w = weights.integers, !w.isEmpty,
      let rows = axis < 0 ? weights.shape.last : weights.shape.first
    else { return false }
    let zeros = constants[input(3)]?.integers ?? [0]
    // Codes and weights of 8 bits; what is wider is no operation of these.
    let codes8 = -256...256
    guard !zeros.isEmpty, (w + zeros).allSatisfy(codes8.contains) else { return false }
    let inner = axis < 0 ? 1 : weights.shape.dropFirst().reduce(1, *)
    var sums = [Int](repeating: 0, count: rows)
    for (i, value) in w.enumerated() {
      let row = i / inner % rows
      sums[row] += abs(value - zeros[zeros.count == 1 ? 0 : row % zeros.count])
    }
    // Codes of 8 bits less a zero point.
    guard (sums.max() ?? 0) * 255 < Self.exact else { return false }
    let inputs = [codes(input(0), input(2)), codes(input(1), input(3), axis: axis)]
    let sum = add(op, inputs, beside("sums"), node.attributes, isMain: true)
    add("Cast", [sum], node.outputs[0], ["to": .int(6)])
    return true
  }

  private mutating func pair(_ op: String) -> Bool {
    let a = numbers(input(0), input(1), input(2), "a")
    let b = numbers(input(3), input(4), input(5), "b")
    quantise(add(op, [a, b], beside("sum"), isMain: true), input(6), input(7))
    return true
  }

  private mutating func single(_ op: String) throws -> Bool {
    let isLast = try node.int("channels_last", default: 0) != 0
    var attributes = node.attributes
    attributes["channels_last"] = nil
    var x = numbers(input(0), input(1), input(2), "x")
    // Pictures: these operations have no channels-last form for anything else.
    if isLast { x = turned(x, [0, 3, 1, 2], "first") }
    var result = add(op, [x], beside("real"), attributes, isMain: true)
    if isLast { result = turned(result, [0, 2, 3, 1], "last") }
    quantise(result, input(3), input(4))
    return true
  }

  private mutating func turned(_ x: String, _ order: [Int], _ what: String) -> String {
    add("Transpose", [x], beside(what), ["perm": .ints(order)])
  }

  /// Its own operator set is that of the model, whose Softmax knows what an axis means.
  private mutating func softmax() throws -> Bool {
    let opset = try node.int("opset", default: 13)
    let axis = try node.int("axis", default: opset < 13 ? 1 : -1)
    let x = numbers(input(0), input(1), input(2), "x")
    quantise(
      add("Softmax", [x], beside("real"), ["axis": .int(axis)], isMain: true), input(3), input(4))
    return true
  }

  private mutating func concatenation() -> Bool {
    let parts = stride(from: 2, to: node.inputs.count - 1, by: 3).map {
      numbers(input($0), input($0 + 1), input($0 + 2), "part\($0)")
    }
    quantise(
      add("Concat", parts, beside("real"), node.attributes, isMain: true), input(0), input(1))
    return true
  }
}
