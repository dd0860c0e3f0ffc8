import DataflowSim
import SimModel

// What makes the branches of an addition comparable: numbers per channel that they are multiplied by.

extension LayerComparison {
  /// How the branches of an addition are multiplied in a design.
  enum Branches {
    case asInModel, otherwise, unknown
  }

  /// Whether what the branches in front of a node are multiplied by is what the model asks for.
  func branches(of node: Node, _ sum: Layer) throws -> Branches {
    let wanted = sum.inputs.map { factors(of: $0) }
    guard let parameters, wanted.count == 2, let addition = addition(in: node) else {
      return .unknown
    }
    let found = try addition.inputs.map { input -> [Int] in
      guard let writer = writer(of: input), Node.baseName(writer.opType) == "ChannelwiseOp",
        writer.attributes["Func"] == .string("mul"), let name = writer.initializers["parameters"]
      else { return [1] }
      return try parameters.tensor(name).asIntegers(name: name)
    }
    guard found.count == 2 else { return .unknown }
    func same(_ a: [Int], _ b: [Int]) -> Bool {
      !a.isEmpty && !b.isEmpty
        && (0..<max(a.count, b.count)).allSatisfy { a[$0 % a.count] == b[$0 % b.count] }
    }
    return same(found[0], wanted[0]) && same(found[1], wanted[1])
      || same(found[0], wanted[1]) && same(found[1], wanted[0]) ? .asInModel : .otherwise
  }

  private func factors(of index: Int) -> [Int] {
    if case .multiply(let list) = lowering.layers[index].kind { list } else { [1] }
  }

  /// What writes a stream, seen through nodes that change no value.
  private func writer(of stream: String) -> Node? {
    let origin = design.origin(of: stream)
    return design.nodes.first { $0.outputs.contains(origin) }
  }

  /// The addition that a node thresholds.
  private func addition(in node: Node) -> Node? {
    guard let input = node.inputs.first, let writer = writer(of: input),
      ["AddStreams", "StreamingEltwise"].contains(Node.baseName(writer.opType))
    else { return nil }
    return writer
  }

  /// Thresholds moved up to the next sum that two codes can make: those between two sums are one.
  ///
  /// `nil` where there are too many sums to look at.
  func snapped(_ values: [Int], _ steps: Int, _ sum: Layer) -> [Int]? {
    let parts = sum.inputs.map { lowering.layers[$0] }
    guard parts.count == 2, !values.isEmpty else { return nil }
    let factors = sum.inputs.map { self.factors(of: $0) }
    guard factors.contains(where: { $0.contains { $0 != 1 } }) else { return values }
    let channels = values.count / steps
    var result = values
    for c in 0..<channels {
      // The layer's own range is that of the product.
      let strides = factors.map { abs($0[c % $0.count]) }
      let counts = zip(parts, strides).map { ($0.high[c] - $0.low[c]) / max(1, $1) + 1 }
      guard counts.allSatisfy({ $0 <= 1 << 16 }), counts[0] * counts[1] <= 1 << 16 else {
        return nil
      }
      let lists = zip(parts, strides).map { part, step in
        step == 0 ? [0] : Array(stride(from: part.low[c], through: part.high[c], by: step))
      }
      let sums = Set(lists[0].flatMap { a in lists[1].map { a + $0 } }).sorted()
      for k in 0..<steps {
        let value = values[c * steps + k]
        result[c * steps + k] = sums.first { $0 >= value } ?? max(value, sum.high[c] + 1)
      }
    }
    return result
  }
}
