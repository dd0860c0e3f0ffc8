import SimKernels

extension Elementwise: BitBlock {
  public func bits(_ setup: BitSetup) throws -> any BlockBits {
    for type in [left.dataType, right.dataType, outputType] {
      try setup.requireExact(type, "elements")
      guard type.bits <= 62 else {
        throw InputError("elements of \(type): at most 62 bits are computed here")
      }
    }
    guard let function = Self.functions[operation] else {
      throw InputError("\(operation) has no defined integer result")
    }
    var constants: [Int: Integers] = [:]
    for (i, operand) in [left, right].enumerated() where !operand.isStream {
      let role =
        setup.has("parameters\(i)")
        ? "parameters\(i)"
        : setup.node.initializers.keys.sorted().first ?? "parameters"
      constants[i] = try setup.integers(
        role, type: operand.dataType, counts: [product(operand.shape)],
        shape: "\(operand.shape)", rowLength: operand.shape.last ?? 1)
    }
    return ElementwiseBits(block: self, function: function, constants: constants)
  }

  private static func flag(_ condition: Bool) -> Int64 { condition ? 1 : 0 }

  private static let functions: [String: @Sendable (Int64, Int64) -> Int64] = [
    "Add": { $0 &+ $1 }, "Sub": { $0 &- $1 }, "Mul": { $0 &* $1 },
    "AbsDiff": { $0 > $1 ? $0 &- $1 : $1 &- $0 },
    "And": { flag($0 != 0 && $1 != 0) }, "Or": { flag($0 != 0 || $1 != 0) },
    "Xor": { flag(($0 != 0) != ($1 != 0)) }, "Equal": { flag($0 == $1) },
    "Less": { flag($0 < $1) }, "LessOrEqual": { flag($0 <= $1) },
    "Greater": { flag($0 > $1) }, "GreaterOrEqual": { flag($0 >= $1) },
    "BitwiseAnd": { $0 & $1 }, "BitwiseOr": { $0 | $1 }, "BitwiseXor": { $0 ^ $1 },
    "Max": { max($0, $1) }, "Min": { min($0, $1) },
  ]
}

/// Two operands with NumPy broadcasting; results are truncated to the output type.
struct ElementwiseBits: BlockBits {
  let block: Elementwise
  let function: @Sendable (Int64, Int64) -> Int64
  /// Operands that are constants: 0 left, 1 right.
  let constants: [Int: Integers]

  func frame(_ inputs: [Integers]) -> FrameResult {
    var streams = inputs[...]
    let operands = [block.left, block.right].enumerated().map { i, operand -> [Int64] in
      let elements = constants[i] ?? streams.popFirst()
      return Self.spread(elements?.int64s ?? [], operand.shape, to: block.outputShape)
    }
    let exact = zip(operands[0], operands[1]).map(function)
    let (kept, wrap) = Integers(.int64(exact), format: .signed(64)).wrapped(
      to: block.outputType.format, rowLength: block.outputShape.last ?? 1)
    return FrameResult(kept, wrap: wrap)
  }

  /// `values` of `shape` repeated to the larger `target`.
  private static func spread(_ values: [Int64], _ shape: [Int], to target: [Int]) -> [Int64] {
    if shape == target { return values }
    let padded = Array(repeating: 1, count: target.count - shape.count) + shape
    var steps = [Int](repeating: 0, count: target.count)
    var size = 1
    for axis in padded.indices.reversed() {
      steps[axis] = padded[axis] == 1 ? 0 : size
      size *= padded[axis]
    }
    let count: Int = product(target)
    return (0..<count).map { i in
      var rest = i
      var index = 0
      for axis in target.indices.reversed() {
        index += rest % target[axis] * steps[axis]
        rest /= target[axis]
      }
      return values[index]
    }
  }

  /// Every operand whole before the first result: right for any broadcast.
  func schedule() -> WordSchedule {
    let output = block.outputs[0].words ?? 1
    let inputs = block.inputs.map { $0.words ?? 1 }
    return inputs.allSatisfy { $0 == output }
      ? .groups(inputs: inputs.map { _ in 1 }, outputs: [1])
      : .groups(inputs: inputs, outputs: [output])
  }
}
