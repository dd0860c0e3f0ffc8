import DesignFiles
import DataflowSim
import OriginalModel

/// `simrun run MODEL --input`: an original model as it was trained.
struct ReferenceRun {
  let source: DesignOptions
  let data: DataOptions
  let json: Bool

  func run() throws {
    let reference = try source.changes.reference(source.design)
    let frames = try reference.frames(of: TensorFile.read(data.input!), file: data.input!)
    let line = data.progressLine
    let tensors = try reference.run(
      frames, keep: data.activations == nil ? .outputs : .all, threads: data.threadCount
    ) { line.show($0, of: frames.count, "frames") }
    line.clear()
    let outputs = reference.graph.outputs
    try data.write(outputs: outputs, streams: tensors.keys.sorted()) { tensors[$0]! }
    let report = ReferenceReport(
      model: source.design, frames: frames.count,
      outputs: outputs.map { .init(name: $0, shape: tensors[$0]!.shape) },
      operations: reference.steps.count)
    if json { try printJSON(report) } else { try printText(report.text) }
  }
}

/// What `simrun run MODEL` says about a model run as it was trained.
struct ReferenceReport: ResultDocument {
  static let kind = "reference"
  static let summary = "Whole frames computed as the model was trained."

  /// One output of the model.
  struct Output: Codable {
    /// As in the model.
    var name: String
    /// As written: frames, then the output's shape.
    var shape: [Int]
  }
  /// The file.
  var model: String
  /// Frames computed.
  var frames: Int
  /// In the model's order.
  var outputs: [Output]
  /// Operations that depend on the data.
  var operations: Int

  init(model: String, frames: Int, outputs: [Output], operations: Int) {
    self.model = model
    self.frames = frames
    self.outputs = outputs
    self.operations = operations
  }

  var text: String {
    let lines = outputs.map { "output \($0.name): shape \($0.shape)" }
    return
      ([
        "\(model): \(frames.of("frame")) computed as trained, \(operations.of("operation")) each, rounded once."
      ]
      + lines).joined(separator: "\n")
  }
}
