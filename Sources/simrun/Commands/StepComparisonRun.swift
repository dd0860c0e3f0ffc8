import DataflowAnalysis
import DesignFiles
import FoundationEssentials
import OriginalModel

/// `simrun compare STEP --model STEP` for graphs that no hardware can be made of yet.
struct StepComparisonRun {
  let source: DesignOptions
  let model: String
  let input: String?
  let designInput: String?

  func report() throws -> (ModelComparisonReport, [TensorComparison]) {
    let design = try source.changes.reference(source.design)
    let reference = try source.changes.reference(model)
    let (arrays, file) = try reference.data(in: input)
    let pairing = try reportingFile(source.design) {
      try GraphPairing(
        design, reference,
        arrays: arrays, file: file, designArrays: designInput.map { try TensorFile.read($0) },
        threads: ProcessInfo.processInfo.activeProcessorCount)
    }
    if !pairing.unpaired.isEmpty {
      writeError(
        "note: '\(source.design)' has no tensor for \(pairing.unpaired.count) of the model's quantised ones "
          + "(\(pairing.unpaired.listed(atMost: 3)))")
    }
    var judge = LayerJudge(
      pairing.layers.map(\.pair), ErrorZone(reference, pairing), reference,
      try reference.frames(of: arrays, file: file))
    let results = try pairing.layers.map { layer in
      let result = TensorComparison(
        tensor: layer.tensor, node: layer.node, reference: layer.modelTensor,
        expected: layer.expected, actual: layer.actual, shape: layer.shape, range: layer.range,
        unit: layer.scale)
      if result.differing > 0 || !result.isFine {
        try judge.judge(
          result,
          Differences(
            expected: layer.expected, actual: layer.actual, shape: layer.shape, range: layer.range,
            unit: layer.scale))
      }
      return result
    }
    let judged = judge.judged
    let named = Dictionary(judged.map { ($0.result.stream, $0) }) { first, _ in first }
    let final = results.map { named[$0.stream]?.named ?? $0 }
    let types = Dictionary(
      pairing.layers.map { ($0.tensor, DataType.holding($0.range)) }
    ) { first, _ in first }
    let report = ModelComparisonReport(
      comparison: ComparisonReport(source.design, final),
      wrong: final.filter { !$0.isFine }.map { .init($0, types[$0.stream]!) },
      excused: judged.filter { $0.verdict == .zone }.map { .init($0, types[$0.result.stream]!) },
      verdicts: [])
    return (report, final)
  }
}
