import SimKernels

extension Elementwise: BitBlock {
  package func bits(_ setup: BitSetup) throws -> any BlockBits {
    let types = [left.dataType, right.dataType, outputType]
    for type in types {
      try setup.requireCarried(type, "elements")
      guard type.bits <= 62 else {
        throw InputError("elements of \(type): at most 62 bits are computed here")
      }
    }
    var constants: [Int: Integers] = [:]
    for (i, operand) in [left, right].enumerated() where !operand.isStream {
      let role =
        [["lhs", "rhs"][i], "parameters\(i)"].first(where: setup.has)
        ?? setup.node.initializers.keys.sorted().first ?? "parameters"
      constants[i] = try setup.integers(
        role, type: operand.dataType, counts: [product(operand.shape)],
        shape: "\(operand.shape)", rowLength: operand.shape.last ?? 1)
    }
    if types.contains(.float32) {
      return FloatElementwiseBits(
        block: self, function: try floatFunction(), constants: constants)
    }
    guard let function = Self.functions[operation] else {
      throw InputError(
        "the integer result of \(operation) is not documented",
        hint: operation == "Div" ? "Div is computed for FLOAT32 results" : nil)
    }
    return ElementwiseBits(block: self, function: function, constants: constants)
  }

  /// The operation on numbers. Throws for those that work on bits and for results that would have to
  /// be rounded to integers.
  private func floatFunction() throws -> @Sendable (Float, Float) -> Float {
    guard let (function, isFlag) = Self.floatFunctions[operation] else {
      throw InputError("\(operation) is not defined for FLOAT32")
    }
    guard isFlag || outputType == .float32 else {
      throw InputError(
        "\(operation) of FLOAT32 to \(outputType): how it is rounded is not documented",
        at: "attribute 'out_dtype'")
    }
    return function
  }

  /// By operation, the function and whether it gives 0 or 1.
  private static let floatFunctions: [String: (@Sendable (Float, Float) -> Float, Bool)] = [
    "Add": ({ $0 + $1 }, false), "Sub": ({ $0 - $1 }, false), "Mul": ({ $0 * $1 }, false),
    "Div": ({ $0 / $1 }, false), "AbsDiff": ({ abs($0 - $1) }, false),
    "Max": ({ max($0, $1) }, false), "Min": ({ min($0, $1) }, false),
    "Equal": ({ $0 == $1 ? 1 : 0 }, true), "Less": ({ $0 < $1 ? 1 : 0 }, true),
    "LessOrEqual": ({ $0 <= $1 ? 1 : 0 }, true), "Greater": ({ $0 > $1 ? 1 : 0 }, true),
    "GreaterOrEqual": ({ $0 >= $1 ? 1 : 0 }, true),
  ]

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
  static func spread<T>(_ values: [T], _ shape: [Int], to target: [Int]) -> [T] {
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

  func schedule() -> WordSchedule { block.schedule }
}

/// The same with an operand or a result in floating point.
struct FloatElementwiseBits: BlockBits {
  let block: Elementwise
  let function: @Sendable (Float, Float) -> Float
  let constants: [Int: Integers]

  /// Sums and products are IEEE's in RTL (docs/reference/development-branch.md#elementwise).
  var approximation: String? { block.node.isDevelopmentRTL ? nil : floatApproximation }

  func frame(_ inputs: [Integers]) -> FrameResult {
    var streams = inputs[...]
    let operands = [block.left, block.right].enumerated().map { i, operand -> [Float] in
      let elements = (constants[i] ?? streams.popFirst())?.floats(of: operand.dataType) ?? []
      return ElementwiseBits.spread(elements, operand.shape, to: block.outputShape)
    }
    let results = zip(operands[0], operands[1]).map(function)
    let row = block.outputShape.last ?? 1
    guard block.outputType != .float32 else {
      return FrameResult([Integers(results, rowLength: row)])
    }
    let flags = Integers(
      results.map { Int64($0) }, rowLength: row, format: block.outputType.format)
    return FrameResult([flags])
  }

  func schedule() -> WordSchedule { block.schedule }
}

extension Elementwise {
  /// Every operand whole before the first result: right for any broadcast.
  fileprivate var schedule: WordSchedule {
    let output = outputs[0].words ?? 1
    let inputs = inputs.map { $0.words ?? 1 }
    return inputs.allSatisfy { $0 == output }
      ? .groups(inputs: inputs.map { _ in 1 }, outputs: [1])
      : .groups(inputs: inputs, outputs: [output])
  }
}
