import DataflowSim
import SimModel

extension ModelPairing.Search {
  /// Products that a stream's sums count where they are 1 instead of adding ±1; nil for other sums.
  func popcount(_ stream: String) -> Int? {
    guard let writer = plane.graph[stream].writer,
      let block = try? plane.design.block(of: plane.design.nodes[writer.node])
        as? any ComputeBlock, case .agreements = block.compute.product
    else { return nil }
    return block.taps
  }

  func fit(
    _ actual: [Int64], _ tensor: ModelTensor, _ type: DataType, popcount: Int? = nil
  ) -> Fit {
    let count = min(actual.count, tensor.integers.count)
    guard count > 0 else { return Fit(factor: 1, offset: 0, share: 0) }
    if type == .binary, tensor.low == -1, tensor.high == 1 {
      let equal = (0..<count).count { 2 * Int(actual[$0]) - 1 == tensor.integers[$0] }
      return Fit(factor: 2, offset: -1, share: Double(equal) / Double(count))
    }
    var differences: [Int: Int] = [:]
    for i in 0..<count { differences[tensor.integers[i] - Int(actual[i]), default: 0] += 1 }
    if tensor.isEnd, tensor.makers.contains(.product) {
      // A popcount of n equal bits is (sum + n) / 2.
      let n = popcount ?? (2 * Int(actual[0]) - tensor.integers[0])
      let agree = (0..<count).count { tensor.integers[$0] == 2 * Int(actual[$0]) - n }
      if popcount != nil || (n > 0 && agree == count) {
        return Fit(factor: 2, offset: -n, share: Double(agree) / Double(count))
      }
      return Fit(factor: 1, offset: 0, share: Double(differences[0] ?? 0) / Double(count))
    }
    // The codes as they are, unless the type cannot hold them and a shift by the lowest fits better.
    let holds = type.contains(tensor.low) && type.contains(tensor.high)
    let shifts = holds ? [0] : [0, tensor.low - (type.range?.lowerBound ?? 0)]
    let shift = shifts.max { (differences[$0] ?? 0) < (differences[$1] ?? 0) } ?? 0
    return Fit(
      factor: 1, offset: shift, share: Double(differences[shift] ?? 0) / Double(count))
  }
}
