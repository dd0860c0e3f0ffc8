import DataflowAnalysis
import DesignFiles
import Foundation
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
    let results = pairing.layers.map { layer in
      TensorComparison(
        tensor: layer.tensor, node: layer.node, reference: layer.modelTensor,
        expected: layer.expected, actual: layer.actual, shape: layer.shape, range: layer.range,
        unit: layer.scale)
    }
    let report = ModelComparisonReport(
      comparison: ComparisonReport(source.design, results),
      wrong: zip(pairing.layers, results).filter { !$1.isFine }.map {
        .init($1, .holding($0.range))
      }, excused: [], verdicts: [])
    return (report, results)
  }
}
