import ArgumentParser
import DataflowAnalysis
import DesignFiles
import Foundation

/// `simrun compare`: where a compiled design leaves its reference, and why.
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compare every layer with reference activations; name the first wrong value and why.",
    discussion: """
      Exits with 0 when all tensors agree (values exactly on a rounding boundary aside), with 1 and \
      the first divergence otherwise.

      --model takes the export of the training, or any earlier graph of the same network, instead of a \
      golden file: streams and quantised tensors are paired by order, shape and values, and each layer \
      is fed the model's codes, so that every wrong layer is named, not only the first.
      """)

  @OptionGroup var source: DesignOptions

  @Option(help: "Input data (.npy or .npz): leading axis frames, then the input's shape.")
  var input: String

  @Option(help: "Reference activations (.npz).")
  var golden: String?

  @Option(help: "A quantised model (.onnx) that computes the reference: no golden file is needed.")
  var model: String?

  @Option(
    help: "With --model: the design's own input data, when the model's is prepared differently.")
  var designInput: String?

  @Option(help: "Which array belongs to which stream, with scale and offset (.json).")
  var map: String?

  @Option(
    help: "Compare what the design moves under this scenario (.json), hazards and faults included.")
  var scenario: String?

  @Flag(help: "Go on behind the first divergence.")
  var all = false

  @Flag(help: "Print one JSON document.")
  var json = false

  @Flag(help: "Print the table as CSV.")
  var csv = false

  func validate() throws {
    guard (golden == nil) != (model == nil) else {
      throw ValidationError("state one of --golden and --model")
    }
    guard model == nil || (map == nil && scenario == nil) else {
      throw ValidationError("--model needs no --map, and goes without --scenario")
    }
  }

  func run() throws {
    try reportingInputErrors {
      let loaded = try source.load()
      if let model { return try compare(loaded, with: model) }
      var comparison = try reportingFile(source.design) {
        try Comparison(loaded.design, parameters: loaded.parameters)
      }
      comparison.threads = ProcessInfo.processInfo.activeProcessorCount
      let inputs = try comparison.plane.namedInputs(TensorFile(input))
      let golden = golden!
      let reference = try NPZ(contentsOf: golden)
      let map = try map.map(ReferenceMap.init(contentsOf:))
      let stimulus = try scenario.map { try Scenario(contentsOf: $0) }
      let results = try reportingFile(input) {
        try comparison.run(
          inputs, reference: reference, map: map, stopsAtFirst: !all, under: stimulus)
      }
      if stimulus == nil {
        comparison.plane.noteShiftedFrames(inputs.values.compactMap(\.shape.first).max() ?? 1)
      }
      let left = comparison.unmatched(reference, map)
      if !left.isEmpty {
        writeError(
          "note: \(left.count) of \(reference.names.count) arrays of \(golden) belong to no stream "
            + "(\(left.prefix(3).joined(separator: ", "))\(left.count > 3 ? ", …" : ""))"
            + (map == nil ? "; --map says which belongs to which" : ""))
      }
      try show(ComparisonReport(loaded.design.name, results))
      if !results.allSatisfy(\.isFine) { throw SimrunExit.bitsDiffer }
    }
  }

  /// Against what a model computes for the same data.
  private func compare(_ loaded: LoadedDesign, with model: String) throws {
    var comparison = try reportingFile(source.design) {
      try Comparison(loaded.design, parameters: loaded.parameters)
    }
    comparison.threads = ProcessInfo.processInfo.activeProcessorCount
    let reference = try source.changes.reference(model)
    let pairing = try ModelPairing(
      comparison.plane, reference, arrays: TensorFile.read(input), file: input,
      designArrays: designInput.map { try TensorFile.read($0) },
      threads: comparison.threads)
    let entries = pairing.pairs.map { pair in
      (
        pair.stream,
        ReferenceMap.Entry(
          reference: pair.tensor, scale: pair.scale, offset: pair.offset, channelsFirst: false)
      )
    }
    let arrays = pairing.values.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    let results = try comparison.run(
      pairing.inputs, reference: NPZ(NPZ.encode(arrays), file: model),
      map: ReferenceMap(entries: Dictionary(entries) { first, _ in first }), stopsAtFirst: false,
      feedsReference: true, given: pairing.given)
    if !pairing.unpaired.isEmpty {
      writeError(
        "note: no stream carries \(pairing.unpaired.count) of the model's quantised tensors "
          + "(\(pairing.unpaired.prefix(3).joined(separator: ", "))"
          + "\(pairing.unpaired.count > 3 ? ", …" : ""))")
    }
    for stream in pairing.given.keys.sorted() {
      writeError(
        "note: stream '\(stream)' is not compared: the design prepares its input in a way the model does "
          + "not contain; --design-input states the design's own data")
    }
    let wrong = results.filter { !$0.isFine }
    let types = Dictionary(
      try results.map { ($0.stream, try comparison.plane.layout(of: $0.stream).dataType) }
    ) { first, _ in first }
    let verdicts = try LayerComparison(loaded, reference).verdicts(pairing.pairs)
      .filter { verdict in verdict.isCertain || wrong.contains { $0.node == verdict.node } }
    let report = ModelComparisonReport(
      comparison: ComparisonReport(loaded.design.name, results),
      wrong: wrong.map { .init($0, types[$0.stream]!) }, verdicts: verdicts)
    if json {
      try printJSON(report)
    } else {
      try printText(csv ? report.comparison.csv : report.text)
    }
    if !wrong.isEmpty { throw SimrunExit.bitsDiffer }
  }

  private func show(_ report: ComparisonReport) throws {
    if json {
      try printJSON(report)
    } else {
      try printText(csv ? report.csv : report.text)
    }
  }
}
