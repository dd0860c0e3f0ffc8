/// Elementwise binary operation with NumPy broadcasting (newer FINN), PE elements per word. An
/// operand is a stream or a constant of the code.
///
/// Source: docs/reference/development-branch.md#ops-it-adds.
package struct Elementwise: Block {
  static let operations = [
    "Add", "Sub", "AbsDiff", "Mul", "Div", "And", "Or", "Xor", "Equal", "Less", "LessOrEqual",
    "Greater", "GreaterOrEqual", "BitwiseAnd", "BitwiseOr", "BitwiseXor", "BitShift", "Max", "Min",
  ]
  package static let opTypes =
    operations.map { "Elementwise\($0)_hls" }
    + ["Add", "Sub", "Mul"].map { "Elementwise\($0)_rtl" }
  package static let summary = "Elementwise operation with broadcasting (newer FINN)"
  package static let attributes: [AttributeSpec] = [
    .dataType("lhs_dtype", "type of the left operand"),
    .dataType("rhs_dtype", "type of the right operand"),
    .dataType("out_dtype", "type of the results"),
    .ints("lhs_shape", default: [1], "shape of the left operand"),
    .ints("rhs_shape", default: [1], "shape of the right operand"),
    .ints("out_shape", default: [1], "shape of the results"),
    .string("lhs_style", oneOf: ["input", "const"], default: "input", "stream or constant"),
    .string("rhs_style", oneOf: ["input", "const"], default: "input", "stream or constant"),
    .int("PE", default: 1, "elements per word; divides the last dimension"),
    .string(
      "ram_style", oneOf: ["auto", "block", "distributed", "ultra"], default: "auto",
      "memory of constants"),
    .string(
      "mem_mode", oneOf: ["internal_embedded", "internal_decoupled"],
      default: "internal_embedded", "where constants are"),
    .flag("runtime_writeable_weights", "constants writable over AXI-Lite (development branch)")
      .since(.dev2026_04),
    .ints(
      "inFIFODepths", in: 0...AttributeSpec.maximumInt, default: [2, 2], "FIFO depth per input"),
  ]

  /// One side of the operation.
  package struct Operand: Sendable {
    package let shape: [Int]
    package let dataType: DataType
    /// A stream, not a constant.
    package let isStream: Bool
  }

  package let node: NodeSettings
  package let operation: String
  package let left: Operand
  package let right: Operand
  package let outputShape: [Int]
  package let outputType: DataType
  package let pe: Int

  package init(_ a: Attributes) throws {
    node = a.settings
    operation = String(a.opType.dropFirst("Elementwise".count).dropLast("_hls".count))
    left = Operand(
      shape: a.ints("lhs_shape"), dataType: a.dataType("lhs_dtype"),
      isStream: a.string("lhs_style") == "input")
    right = Operand(
      shape: a.ints("rhs_shape"), dataType: a.dataType("rhs_dtype"),
      isStream: a.string("rhs_style") == "input")
    outputShape = a.ints("out_shape")
    outputType = a.dataType("out_dtype")
    pe = a.int("PE")
    try a.require(!outputShape.isEmpty, "out_shape", "needs at least one dimension")
    try a.size("a tensor", outputShape)
    try a.requireDivides("PE", outputShape.last!, "the last dimension of out_shape")
    for (name, operand) in [("lhs_shape", left), ("rhs_shape", right)] {
      try a.require(
        !operand.shape.isEmpty && Self.broadcasts(operand.shape, to: outputShape), name,
        "does not broadcast to out_shape = \(outputShape)")
    }
  }

  private static func broadcasts(_ shape: [Int], to target: [Int]) -> Bool {
    shape.count <= target.count
      && zip(shape.reversed(), target.reversed()).allSatisfy { $0 == $1 || $0 == 1 }
  }

  private func port(_ shape: [Int], _ type: DataType) -> Port {
    let last = shape[shape.count - 1]
    // A broadcast last dimension travels one element per word.
    return Port(
      leading: Array(shape.dropLast()), channels: last, parallel: last == 1 ? 1 : pe,
      dataType: type)
  }
  package var inputs: [Port] {
    [left, right].filter(\.isStream).map { port($0.shape, $0.dataType) }
  }
  package var outputs: [Port] { [port(outputShape, outputType)] }
  package var expectedCycles: Int { outputs[0].words ?? 0 }
  package var buildIssues: [String] {
    guard isRTL, left.dataType != .float32 || right.dataType != .float32 else { return [] }
    return ["the RTL block computes FLOAT32 only, on DSP58 parts"]
  }

  package var foldings: [FoldingAttribute] {
    [FoldingAttribute("PE", dividing: outputShape.last ?? 1)]
  }
  package var hasKnownCost: Bool { false }
  /// An operand with as many words as the result is broadcast within words at most.
  package var isWordWise: Bool { true }
}
