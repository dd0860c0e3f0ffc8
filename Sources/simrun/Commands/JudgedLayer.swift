import DataflowAnalysis
import DesignFiles
import OriginalModel

/// A layer that differs somewhere, and what that means.
struct JudgedLayer {
  enum Verdict { case wrong, tieRule, zone }

  var result: TensorComparison
  var pair: ModelPairing.Pair?
  var verdict: Verdict
  /// Another padding than the model's, or just the pixels whose windows reach into it differ.
  var padding: LayerVerdict?
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
}

/// Tells which layers are wrong, and whose values lie where another order of sums puts them.
struct LayerJudge {
  /// In the order they were judged.
  private(set) var judged: [JudgedLayer] = []
  private let pairs: [String: ModelPairing.Pair]
  private let zone: ErrorZone
  private let reference: Reference
  private let frames: ModelFrames
  /// What the weights and thresholds of both sides say; nil where there are none.
  private let layers: LayerComparison?
  /// The frame of the model that was run last.
  private var run: (index: Int, values: [String: Value])?

  init(
    _ pairs: [ModelPairing.Pair], _ zone: ErrorZone, _ reference: Reference, _ frames: ModelFrames,
    _ layers: LayerComparison? = nil
  ) {
    self.pairs = Dictionary(pairs.map { ($0.stream, $0) }) { first, _ in first }
    (self.zone, self.reference, self.frames, self.layers) = (zone, reference, frames, layers)
  }

  /// Judges a tensor that differs, by all its differences.
  mutating func judge(_ result: TensorComparison, _ all: Differences) throws {
    WorkProgress.tell("whether float sums explain '\(result.stream)'")
    let pair = pairs[result.stream]
    var layer = JudgedLayer(result: result, pair: pair, verdict: .wrong)
    defer { judged.append(layer) }
    guard let pair else { return }
    let differences = all.lazy.map {
      ErrorZone.Difference(
        frame: $0.frame, element: $0.element, expected: $0.expected, actual: $0.actual)
    }
    // Noise goes both ways; many values on one side are a rule.
    let isOneSided = Set(differences.map { $0.actual > $0.expected }).count == 1
    let few = result.differing <= max(8, result.elements / 1000) || !isOneSided
    let (reference, frames) = (reference, frames)
    var known = run
    let verdict = try zone.judge(pair, differences, isMany: !few) { index in
      if let known, known.index == index { return known.values }
      let values = try reference.run(frames.frame(index), keep: .all)
      known = (index, values)
      return values
    }
    run = known
    switch verdict {
    case .insideZone: layer.verdict = .zone
    case .ties where few: layer.verdict = .zone
    case .ties(let up):
      layer.verdict = .tieRule
      layer.isUp = up
      layer.border = QuantizerBorder(pair.modelNode, reference)?.place ?? layer.border
    case .wrong: break
    }
    if layer.verdict != .zone { layer.padding = layers?.border(pair, differences) }
  }
}
