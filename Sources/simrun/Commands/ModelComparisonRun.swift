import DataflowAnalysis
import DesignFiles
import Foundation
import OriginalModel

/// `simrun compare --model`: a design against the model it was made of, layer by layer.
struct ModelComparisonRun {
  let source: DesignOptions
  let model: String
  /// The model's data; made-up frames when nil.
  let input: String?
  let designInput: String?
  /// Is told the tensors compared so far.
  let known: @Sendable ([TensorComparison]) -> Void
  /// Stalls and faults under which words are compared as well.
  var scenario: Scenario?

  func report(_ loaded: LoadedDesign) throws -> (ModelComparisonReport, [TensorComparison]) {
    var comparison = try reportingFile(source.design) {
      try Comparison(loaded.design, parameters: loaded.parameters)
    }
    comparison.threads = ProcessInfo.processInfo.activeProcessorCount
    comparison.known = known
    let reference = try source.changes.reference(model)
    let (arrays, file) = try reference.data(in: input, note: "; weights and thresholds need none")
    let pairing = try ModelPairing(
      comparison.plane, reference, arrays: arrays, file: file,
      designArrays: designInput.map { try TensorFile.read($0) }, threads: comparison.threads)
    tell(pairing)
    let results = try compare(pairing, comparison)
    var judged = try judge(results, pairing, reference, reference.frames(of: arrays, file: file))
    let wrong = judged.filter { $0.verdict == .wrong || $0.verdict == .tieRule }
    let comparisonOfLayers = try LayerComparison(loaded, reference)
    var verdicts = comparisonOfLayers.verdicts(pairing.pairs)
      .filter { verdict in
        verdict.isCertain || wrong.contains { $0.result.node == verdict.node }
      }
    for layer in wrong where !verdicts.contains(where: { $0.node == layer.result.node }) {
      if let pair = layer.pair, layer.differences.count == layer.result.differing,
        let verdict = comparisonOfLayers.border(pair, layer.differences)
      {
        verdicts.append(verdict)
      }
    }
    verdicts += comparison.plane.shiftingNodes.map(LayerVerdict.leftoverRows)
    // What the thresholds say is wrong is no noise, however few the values.
    for i in judged.indices
    where judged[i].verdict == .zone
      && verdicts.contains(where: { $0.node == judged[i].result.node && $0.isCertain })
    {
      judged[i].verdict = .wrong
    }
    let types = Dictionary(
      try results.map { ($0.stream, try comparison.plane.layout(of: $0.stream).dataType) }
    ) { first, _ in first }
    let named = Dictionary(judged.map { ($0.result.stream, $0) }) { first, _ in first }
    let final = results.map { named[$0.stream]?.named ?? $0 }
    var shown = final
    if let scenario {
      shown = try moved(pairing, comparison, scenario, named)
      verdicts += Self.struck(shown, loaded.design.name)
    }
    let report = ModelComparisonReport(
      comparison: ComparisonReport(loaded.design.name, shown),
      wrong: final.filter { !$0.isFine }.map { .init($0, types[$0.stream]!) },
      excused: judged.filter { $0.verdict == .zone }.map { .init($0, types[$0.result.stream]!) },
      verdicts: verdicts)
    return (report, shown)
  }

  /// What the design moves under a scenario, against the model: nothing is put right in between.
  private func moved(
    _ pairing: ModelPairing, _ comparison: Comparison, _ scenario: Scenario,
    _ judged: [String: JudgedLayer]
  ) throws -> [TensorComparison] {
    try compare(pairing, comparison, under: scenario).map { result in
      // What differs as it does without stalls, and only for the order of float sums, is excused here too.
      guard let calm = judged[result.stream], calm.verdict == .zone, result.missingWords == 0,
        result.origin == nil, result.differing == calm.result.differing
      else { return result }
      return calm.named
    }
  }

  /// What struck the words of a run, each cause once.
  private static func struck(_ results: [TensorComparison], _ design: String) -> [LayerVerdict] {
    var seen: Set<String> = []
    var verdicts = results.compactMap { result -> LayerVerdict? in
      guard let origin = result.origin, seen.insert("\(origin.cause) \(origin.place)").inserted
      else { return nil }
      return .struck(origin)
    }
    if verdicts.isEmpty, let short = results.first(where: { $0.missingWords > 0 }) {
      verdicts.append(.missing(short.missingWords, short.stream, node: short.node))
    }
    return verdicts
  }

  private func compare(
    _ pairing: ModelPairing, _ comparison: Comparison, under scenario: Scenario? = nil
  ) throws -> [TensorComparison] {
    let entries = pairing.pairs.map { pair in
      (
        pair.stream,
        ReferenceMap.Entry(
          reference: pair.tensor, scale: pair.scale, offset: pair.offset, channelsFirst: false)
      )
    }
    let arrays = pairing.values.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    return try comparison.run(
      pairing.inputs, reference: NPZ(NPZ.encode(arrays), file: model),
      map: ReferenceMap(entries: Dictionary(entries) { first, _ in first }), stopsAtFirst: false,
      feedsReference: scenario == nil, given: pairing.given, under: scenario)
  }

  private func tell(_ pairing: ModelPairing) {
    if !pairing.unpaired.isEmpty {
      writeError(
        "note: no stream carries \(pairing.unpaired.count) of the model's quantised tensors "
          + "(\(pairing.unpaired.listed(atMost: 3)))")
    }
    for stream in pairing.given.keys.sorted() {
      writeError(
        "note: stream '\(stream)' is not compared: the design prepares its input in a way the model does "
          + "not contain; --design-input states the design's own data")
    }
  }

  /// Which layers are wrong, and which values lie where another order of sums puts them.
  private func judge(
    _ results: [TensorComparison], _ pairing: ModelPairing, _ reference: Reference,
    _ frames: ModelFrames
  ) throws -> [JudgedLayer] {
    let differing = results.filter { $0.differing > 0 || !$0.isFine }
    guard !differing.isEmpty else { return [] }
    let zone = try ErrorZone(reference, pairing.pairs)
    let pairs = Dictionary(pairing.pairs.map { ($0.stream, $0) }) { first, _ in first }
    var runs: [Int: [String: Value]] = [:]
    func frame(_ index: Int) throws -> [String: Value] {
      if let known = runs[index] { return known }
      let run = try reference.run(frames.frame(index), keep: .all)
      runs = [index: run]
      return run
    }
    return try differing.map { result in
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
      case .insideZone where few, .ties where few: layer.verdict = .zone
      case .ties(let up):
        layer.verdict = .tieRule
        layer.isUp = up
      case .insideZone, .wrong:
        layer.verdict = result.isFine ? .zone : .wrong
        layer.isUp = differences.allSatisfy { $0.actual > $0.expected }
      }
      return layer
    }
  }

  /// The element of the frame, channels last.
  private func element(_ difference: Divergence, _ result: TensorComparison) -> Int {
    zip(difference.index, result.shape).reduce(0) { $0 * $1.1 + $1.0 }
  }
}

extension Reference {
  /// Frames that are made up where there is no data.
  private static let madeUp = 2

  /// The arrays of `input` and the file's name; without one made-up frames, of which a note tells.
  func data(in input: String?, note: String = "") throws -> (
    arrays: [String: Tensor], file: String
  ) {
    if let input { return (try TensorFile.read(input), input) }
    writeError(
      "note: without --input values are compared on \(Self.madeUp) made-up frames\(note)")
    return (try randomFrames(Self.madeUp), "made-up data")
  }
}

/// A layer that differs somewhere, and what that means.
struct JudgedLayer {
  enum Verdict { case wrong, tieRule, zone }

  var result: TensorComparison
  var pair: ModelPairing.Pair?
  var differences: [ErrorZone.Difference]
  var verdict: Verdict
  /// Of ties: the design's codes are the greater ones.
  var isUp = false

  /// The comparison with what the verdict says as its diagnosis.
  var named: TensorComparison {
    var named = result
    switch verdict {
    case .zone:
      if !result.isFine { named.diagnosis = .insideErrorZone(count: result.differing) }
    case .tieRule: named.diagnosis = .roundingRule(up: isUp, count: result.differing)
    case .wrong:
      if result.isFine { named.diagnosis = .offByOne(up: isUp) }
    }
    return named
  }
}
