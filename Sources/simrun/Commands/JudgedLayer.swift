import DataflowAnalysis
import DesignFiles
import OriginalModel

/// A layer that differs somewhere, and what that means.
struct JudgedLayer {
  enum Verdict { case wrong, tieRule, zone }

  var result: TensorComparison
  var pair: ModelPairing.Pair?
  var differences: [ErrorZone.Difference]
  var verdict: Verdict
  /// Of ties: the design's codes are the greater ones.
  var isUp = false
  /// What the values lie exactly on, and what the model does there.
  var border = "a half, which the model rounds to even"

  /// The comparison with what the verdict says as its diagnosis.
  var named: TensorComparison {
    var named = result
    switch verdict {
    case .zone:
      if !result.isFine { named.diagnosis = .insideErrorZone(count: result.differing) }
    case .tieRule:
      named.diagnosis = .roundingRule(up: isUp, count: result.differing, border: border)
    case .wrong: break
    }
    return named
  }

  /// Which layers are wrong, and which values lie where another order of sums puts them.
  static func judged(
    _ results: [TensorComparison], _ pairs: [ModelPairing.Pair], _ zone: ErrorZone,
    _ reference: Reference, _ frames: ModelFrames
  ) throws -> [JudgedLayer] {
    let differing = results.filter { $0.differing > 0 || !$0.isFine }
    guard !differing.isEmpty else { return [] }
    let pairs = Dictionary(pairs.map { ($0.stream, $0) }) { first, _ in first }
    var runs: [Int: [String: Value]] = [:]
    func frame(_ index: Int) throws -> [String: Value] {
      if let known = runs[index] { return known }
      let run = try reference.run(frames.frame(index), keep: .all)
      runs = [index: run]
      return run
    }
    return try differing.enumerated().map { n, result in
      WorkProgress.tell("whether float sums explain it", n, of: differing.count)
      let pair = pairs[result.stream]
      let differences = result.differences.map { difference in
        ErrorZone.Difference(
          frame: difference.frame, element: element(difference, result),
          expected: difference.expected, actual: difference.actual)
      }
      var layer = JudgedLayer(result: result, pair: pair, differences: differences, verdict: .wrong)
      // Noise goes both ways; many values on one side are a rule.
      let isOneSided = Set(differences.map { $0.actual > $0.expected }).count == 1
      let few = result.differing <= max(8, result.elements / 1000) || !isOneSided
      guard result.differing == differences.count, let pair else { return layer }
      switch try zone.judge(pair, differences, isMany: !few, frame) {
      case .insideZone: layer.verdict = .zone
      case .ties where few: layer.verdict = .zone
      case .ties(let up):
        layer.verdict = .tieRule
        layer.isUp = up
        layer.border = QuantizerBorder(pair.modelNode, reference)?.place ?? layer.border
      case .wrong: break
      }
      return layer
    }
  }

  /// The element of the frame, channels last.
  private static func element(_ difference: Divergence, _ result: TensorComparison) -> Int {
    zip(difference.index, result.shape).reduce(0) { $0 * $1.1 + $1.0 }
  }
}
