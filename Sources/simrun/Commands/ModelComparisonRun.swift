import DataflowAnalysis
import DesignFiles
import FoundationEssentials
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
  /// Frames that are made up where there is no data.
  static let madeUp = 2
  /// Stalls and faults under which words are compared as well.
  var scenario: Scenario?

  func report(_ loaded: LoadedDesign) throws -> (ModelComparisonReport, [TensorComparison]) {
    var comparison = try reportingFile(source.design) {
      try Comparison(loaded.design, parameters: loaded.parameters)
    }
    comparison.threads = ProcessInfo.processInfo.activeProcessorCount
    comparison.known = known
    comparison.isOfModel = true
    var reference = try source.changes.reference(model)
    var (arrays, file) = try reference.data(in: input, note: "; weights and thresholds need none")
    func paired(_ arrays: [String: Tensor], _ model: Reference? = nil) throws -> ModelPairing {
      try ModelPairing(
        comparison.plane, model ?? reference, arrays: arrays, file: file,
        designArrays: designInput.map { try TensorFile.read($0) }, parameters: loaded.parameters,
        threads: comparison.threads)
    }
    // A design that takes raw numbers, whole ones, quantises them itself: its made-up data are such.
    func wholeNumbers() throws -> (arrays: [String: Tensor], pairing: ModelPairing)? {
      guard input == nil, designInput == nil, let type = try comparison.plane.onlyInput() else {
        return nil
      }
      let whole = try reference.randomFrames(Self.madeUp, wholeNumbers: type)
      return (try? paired(whole)).map { (whole, $0) }
    }
    var pairing: ModelPairing
    do {
      pairing = try paired(arrays)
      if pairing.differing > 0, let other = try wholeNumbers(),
        other.pairing.differing < pairing.differing, pairing.beginsLate(beside: other.pairing)
      {
        (arrays, pairing) = other
      }
    } catch let error as InputError {
      guard let other = try wholeNumbers() else { throw error }
      (arrays, pairing) = other
    }
    // A design that takes whole pictures has what it quantises in the order of its stream, not in that of a host.
    if pairing.differing > 0, designInput == nil, let type = try comparison.plane.onlyInput(),
      let whole = try takingIntegers(reference, type, arrays),
      let other = try? paired(arrays, whole), other.differing < pairing.differing
    {
      (reference, pairing) = (whole, other)
    }
    if pairing.differing > 0, pairing.entersLoosely, designInput == nil,
      let type = try comparison.plane.onlyInput(), reference.takesFractions(arrays)
    {
      writeError(
        "note: the design takes \(type), the model's input holds fractions: where the design quantises raw "
          + "numbers itself, compare on whole ones, or state the design's own data with --design-input"
      )
    }
    tell(pairing)
    let frames = try reference.frames(of: arrays, file: file)
    if frames.count > ModelPairing.mostFrames {
      writeError(
        "note: the first \(ModelPairing.mostFrames) of \(frames.count) frames are compared; simrun accuracy "
          + "computes all of them")
    }
    let comparisonOfLayers = LayerComparison(loaded, pairing)
    var judge = LayerJudge(
      pairing.pairs, ErrorZone(reference, pairing), reference, frames, comparisonOfLayers)
    let results = try compare(pairing, comparison) { try judge.judge($0, $1) }
    var judged = judge.judged
    let wrong = judged.filter { $0.verdict == .wrong || $0.verdict == .tieRule }
    let found = comparisonOfLayers.verdicts(pairing.pairs)
    var verdicts = found.filter { verdict in
      verdict.isCertain || wrong.contains { $0.result.node == verdict.node }
    }
    for rare in found where rare.isRare && !verdicts.contains(rare) {
      writeError(
        "note: '\(rare.node)': \(rare.finding); no fault by itself, so few\n  hint: \(rare.advice)")
    }
    for layer in wrong where !verdicts.contains(where: { $0.node == layer.result.node }) {
      guard let verdict = layer.padding, !verdicts.contains(where: { $0.node == verdict.node })
      else { continue }
      verdicts.append(verdict)
    }
    // Elements read as another type are other numbers, also behind the last tensor that is compared.
    verdicts += try DesignFacts(loaded.design).graphDiagnostics.filter {
      $0.code == "SR101" && $0.severity == .error
    }
    .map {
      LayerVerdict(
        node: $0.node ?? "", quantiser: "", finding: $0.message,
        advice: $0.help ?? "see simrun check")
    }
    verdicts += comparison.plane.shiftingNodes.map(LayerVerdict.leftoverRows)
    // What the thresholds say is wrong is no noise, however few the values.
    for i in judged.indices
    where judged[i].verdict == .zone
      && verdicts.contains(where: {
        $0.isCertain && ($0.within ?? $0.node) == judged[i].result.node
      })
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
      verdicts: verdicts, notCompared: pairing.uncompared(in: loaded.design))
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
    _ pairing: ModelPairing, _ comparison: Comparison, under scenario: Scenario? = nil,
    judging: (TensorComparison, Differences) throws -> Void = { _, _ in }
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
      feedsReference: scenario == nil, given: pairing.given, under: scenario,
      judging: judging)
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
}

extension ModelComparisonRun {
  /// The model with its only input, a float one that holds whole numbers, as integers of `type`; nil where it is none.
  private func takingIntegers(
    _ reference: Reference, _ type: DataType, _ arrays: [String: Tensor]
  ) throws -> Reference? {
    guard reference.graph.inputs.count == 1, let input = reference.graph.inputs.first,
      input.dataType == nil, input.kind.range == nil, !reference.takesFractions(arrays)
    else { return nil }
    var options = try source.changes.model.options(parameters: source.changes.parameters)
    options.inputTypes[input.name] = type.name
    return try? Reference(ModelGraph(contentsOf: model, options: options))
  }
}

extension Dataplane {
  /// The type of what enters, where it is one tensor of integers.
  fileprivate func onlyInput() throws -> DataType? {
    guard inputs.count == 1 else { return nil }
    let type = try layout(of: inputs[0]).dataType
    return type.isInteger ? type : nil
  }
}

extension Reference {
  /// Whether any number of the data has a fraction.
  fileprivate func takesFractions(_ arrays: [String: Tensor]) -> Bool {
    arrays.values.contains { $0.asDoubles().contains { $0 != $0.rounded() } }
  }

  /// The arrays of `input` and the file's name; without one made-up frames, of which a note tells.
  func data(in input: String?, note: String = "") throws -> (
    arrays: [String: Tensor], file: String
  ) {
    if let input { return (try TensorFile.read(input), input) }
    writeError(
      "note: without --input values are compared on \(ModelComparisonRun.madeUp) made-up frames\(note)"
    )
    return (try randomFrames(ModelComparisonRun.madeUp), "made-up data")
  }
}
