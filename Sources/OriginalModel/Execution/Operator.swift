import SimModel

/// What an operation computes: outputs from inputs, `nil` where an input is left out.
typealias Kernel = @Sendable (_ inputs: [Value?]) throws -> [Value]

/// A node about to be made ready, with what is known about its inputs.
struct Preparation {
  let node: ModelNode
  /// The version of the default operator domain.
  let opset: Int
  /// Inputs that are constant.
  let constants: [Value?]

  /// Input `index` if it is constant.
  func constant(_ index: Int) -> Value? { index < constants.count ? constants[index] : nil }

  /// Whether the node has an input `index`, constant or not.
  func hasInput(_ index: Int) -> Bool {
    index < node.inputs.count && !node.inputs[index].isEmpty
  }
}

/// An operation of a model: how a node of it is made ready to run.
struct Operator: Sendable {
  /// Fewest and most inputs.
  let inputs: ClosedRange<Int>
  let prepare: @Sendable (Preparation) throws -> Kernel

  init(
    _ inputs: ClosedRange<Int>, _ prepare: @escaping @Sendable (Preparation) throws -> Kernel
  ) {
    self.inputs = inputs
    self.prepare = prepare
  }

  /// An operation whose attributes say nothing.
  init(_ inputs: ClosedRange<Int>, plain: @escaping Kernel) {
    self.init(inputs) { _ in plain }
  }
}

extension [Value?] {
  /// Input `index`. Throws `InputError` when it is left out.
  func value(_ index: Int) throws -> Value {
    guard index < count, let value = self[index] else {
      throw InputError("input \(index) is missing")
    }
    return value
  }

  /// Input `index` if it is there.
  func optional(_ index: Int) -> Value? { index < count ? self[index] : nil }

  /// Input `index` as whole numbers.
  func integers(_ index: Int) throws -> [Int] {
    guard let values = try value(index).integers else {
      throw InputError("input \(index) holds numbers that are not whole")
    }
    return values
  }
}

/// All operations that can be executed.
enum OperatorCatalogue {
  private static let byName: [String: Operator] = {
    let groups = [
      ArithmeticOperators.all, ActivationOperators.all, LinearOperators.all, PoolOperators.all,
      ReductionOperators.all, ShapeOperators.all, SelectionOperators.all, ResizeOperators.all,
      QuantizerOperators.all, LinearQuantizers.all, ThresholdOperators.all,
      QuantizedLinearOperators.all,
    ]
    return groups.reduce(into: [:]) { $0.merge($1) { first, _ in first } }
  }()

  /// Where exports put these operations; `onnx.brevitas`, the empty domain and the two general ones
  /// name the same quantisers.
  private static let domains: Set<String> = [
    "", "ai.onnx", "onnx.brevitas", "qonnx.custom_op.general", "finn.custom_op.general",
    "com.microsoft",
  ]
  static let channelsLast = "qonnx.custom_op.channels_last"

  /// Names of everything that can be executed, sorted.
  static var names: [String] { (Array(byName.keys) + ChannelsLast.all.keys).sorted() }

  /// The operation of a node.
  ///
  /// Throws `InputError` with what to do about one that is not known.
  static func named(_ opType: String, domain: String) throws -> Operator {
    if domain == channelsLast, let found = ChannelsLast.all[opType] { return found }
    if domain.hasPrefix("finn.custom_op.fpgadataflow") {
      throw InputError(
        "is a hardware block, and this is to be a model without any",
        hint: "give the dataflow graph as the design and the export or an earlier step as the model"
      )
    }
    guard domains.contains(domain), let found = byName[opType] else {
      let near = nearestName(to: opType, among: names).map { "did you mean '\($0)'? " } ?? ""
      let isOwn = !domain.isEmpty && !domains.contains(domain)
      let own =
        isOwn ? "where it is a function of the model itself, onnx.inliner writes it out; else " : ""
      throw InputError(
        "the operation \(opType)\(domain.isEmpty ? "" : " of domain \(domain)") is not supported",
        hint: (isOwn ? own : near)
          + "cut the model in front of it, or replace it in the training code")
    }
    return found
  }
}
