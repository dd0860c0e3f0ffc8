import DataflowSim
import SimModel

// Numbers per channel that are added or multiplied: zero points, biases, and what makes the branches of an addition
// comparable.

extension LayerComparison {
  /// An addition or a product with a number per channel.
  private struct Constant {
    var node: String
    /// `add` or `mul`.
    var function: String
    var values: [Int]
    /// It works on sums of the layer, not on what goes into them.
    var isBehindSums: Bool
  }

  /// The ChannelwiseOps that go into what a node computes, against the model's; right ones are left out.
  ///
  /// - Parameter index: the layer of the model that the node should be.
  func parameters(_ node: Node, _ index: Int, _ pair: ModelPairing.Pair) throws -> [LayerVerdict] {
    // A stream of shifted codes has constants of its own.
    guard pair.shift == 0 else { return [] }
    let wanted = constants(of: index)
    let found = try constants(of: node)
    guard !wanted.isEmpty, found.count == wanted.count,
      zip(found, wanted).allSatisfy({
        $0.function == $1.function && $0.isBehindSums == $1.isBehindSums
      })
    else { return [] }
    return zip(found, wanted).compactMap { found, wanted in
      let channels = max(found.values.count, wanted.values.count)
      let differing = (0..<channels).filter {
        found.values[$0 % found.values.count] != wanted.values[$0 % wanted.values.count]
      }
      guard let first = differing.first else { return nil }
      let verb = found.function == "mul" ? "multiplies" : "adds"
      return LayerVerdict(
        node: found.node, quantiser: pair.modelNode,
        finding: "\(verb) another number in \(differing.count) of \(channels) channels",
        advice: "channel \(first): \(found.values[first % found.values.count]) should be "
          + "\(wanted.values[first % wanted.values.count])"
          + (found.function == "mul"
            ? "; it makes the steps of both branches of an addition the same"
            : "; it is the zero point of the stream, or a bias in steps of the sum"))
    }
  }

  /// What the model multiplies and adds between the codes in front of a layer and the layer.
  private func constants(of index: Int) -> [Constant] {
    let layer = lowering.layers[index]
    var found: [Constant] = []
    func walk(_ index: Int, _ isBehindSums: Bool, isFirst: Bool) {
      let layer = lowering.layers[index]
      var isBehindSums = isBehindSums
      switch layer.kind {
      case .thresholds, .difference, .maxPool: if !isFirst { return }
      case .input, .labels: return
      case .linear: isBehindSums = false
      case .multiply(let list):
        found.append(Constant(node: "", function: "mul", values: list, isBehindSums: isBehindSums))
      case .offset(let list):
        found.append(Constant(node: "", function: "add", values: list, isBehindSums: isBehindSums))
      default: break
      }
      for input in layer.inputs { walk(input, isBehindSums, isFirst: false) }
    }
    if case .maxPool = layer.kind { return [] }
    walk(index, true, isFirst: true)
    return found
  }

  /// The same in the design.
  private func constants(of node: Node) throws -> [Constant] {
    guard let parameters else { return [] }
    var found: [Constant] = []
    var seen: Set<String> = []
    func walk(_ node: Node, _ isBehindSums: Bool, isFirst: Bool) throws {
      guard seen.insert(node.name).inserted, isFirst || node.initializers["thresholds"] == nil
      else { return }
      var isBehindSums = isBehindSums
      if node.initializers["weights"] != nil { isBehindSums = false }
      if Node.baseName(node.opType) == "ChannelwiseOp", let name = node.initializers["parameters"],
        case .string(let function)? = node.attributes["Func"]
      {
        found.append(
          Constant(
            node: node.name, function: function,
            values: try parameters.tensor(name).asIntegers(name: name), isBehindSums: isBehindSums))
      }
      if ["StreamingMaxPool", "Pool"].contains(Node.baseName(node.opType)), !isFirst { return }
      for input in node.inputs {
        guard let writer = design.nodes.first(where: { $0.outputs.contains(input) }) else {
          continue
        }
        try walk(writer, isBehindSums, isFirst: false)
      }
    }
    try walk(node, true, isFirst: true)
    return found.filter { !$0.values.isEmpty }
  }

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

  private static let wires: Set<String> = ["StreamingDataWidthConverter", "StreamingFIFO"]

  /// What writes a stream, seen through nodes that change no value.
  private func writer(of stream: String) -> Node? {
    guard let writer = design.nodes.first(where: { $0.outputs.contains(stream) }) else {
      return nil
    }
    guard Self.wires.contains(Node.baseName(writer.opType)), let input = writer.inputs.first else {
      return writer
    }
    return self.writer(of: input)
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
      let lists = zip(parts, factors).map { part, factors -> [Int] in
        // The layer's own range is that of the product.
        let factor = factors[c % factors.count]
        guard factor != 0 else { return [0] }
        return Array(stride(from: part.low[c], through: part.high[c], by: max(1, abs(factor))))
      }
      guard lists[0].count * lists[1].count <= 1 << 16 else { return nil }
      let sums = Set(lists[0].flatMap { a in lists[1].map { a + $0 } }).sorted()
      for k in 0..<steps {
        let value = values[c * steps + k]
        result[c * steps + k] = sums.first { $0 >= value } ?? max(value, sum.high[c] + 1)
      }
    }
    return result
  }
}
