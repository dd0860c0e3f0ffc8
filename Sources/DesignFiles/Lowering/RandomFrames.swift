import OriginalModel
import SimModel

extension Reference {
  /// Made-up input data: random numbers in the range that the model's first quantisers tell apart.
  ///
  /// - Parameter wholeNumbers: of which type inputs are whose type the model leaves open; nil: float.
  public func randomFrames(_ count: Int, seed: UInt64 = 1, wholeNumbers: DataType? = nil) throws
    -> [String: Tensor]
  {
    var arrays: [String: Tensor] = [:]
    for input in graph.inputs {
      let size = inputShapes[input.name]!.reduce(1, *)
      let shape = [count] + inputShapes[input.name]!
      let stated = input.dataType.flatMap { DataType($0)?.range } ?? input.kind.range
      if let range = stated ?? wholeNumbers?.range {
        let limits = max(range.lowerBound, -(1 << 15))...min(range.upperBound, 1 << 15)
        var random = SeededGenerator(seed: seed)
        arrays[input.name] = try Tensor(
          (0..<count * size).map { _ in
            input.dataType == "BIPOLAR"
              ? (Bool.random(using: &random) ? 1 : -1) : Int.random(in: limits, using: &random)
          }, shape: shape)
      } else {
        let range = try range(of: input.name)
        var random = SeededGenerator(seed: seed)
        arrays[input.name] = try Tensor(
          (0..<count * size).map { _ in Float.random(in: range, using: &random) }, shape: shape)
      }
    }
    return arrays
  }

  /// Of a few usual ranges the one that gives most different codes.
  private func range(of input: String) throws -> ClosedRange<Float> {
    let usual: [ClosedRange<Float>] = [-1...1, 0...1, -8...8, 0...255]
    let first = steps.first { ElementwiseOperations.quantizers.contains($0.node.opType) }
    guard let first else { return -1...1 }
    let host = part(for: [first.node.outputs[0]])
    var best: (range: ClosedRange<Float>, codes: Int) = (-1...1, 0)
    for range in usual {
      var random = SeededGenerator(seed: 1)
      var values: [String: Value] = [:]
      for other in graph.inputs {
        let shape = inputShapes[other.name]!
        guard other.kind.range == nil else { return -1...1 }
        values[other.name] = Value(
          (0..<shape.reduce(1, *)).map { _ in Float.random(in: range, using: &random) },
          shape: shape)
      }
      let codes = try run(host, values).values.map { Set($0.floats).count }.max() ?? 0
      if codes > best.codes { best = (range, codes) }
    }
    return best.range
  }
}
