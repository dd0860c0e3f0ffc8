import ArgumentParser
import DataflowAnalysis
import DesignFiles
import Foundation
import OriginalModel

/// `simrun accuracy`: the number that is lost between training and hardware.
struct AccuracyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "accuracy",
    abstract: "How many labels are right, or how near pictures come: as trained, and as hardware.",
    discussion: """
      Takes quantised models and designs, several side by side. A model is measured twice: as it was \
      trained, and as the hardware it lowers to computes it. A design beside a model stands in the place of \
      what it computes of it: it takes what the model makes of --input up to there, and its output goes on \
      through the model's steps behind; of several models it is the last one in front of it. A design alone \
      takes its own integers. Give --labels (one number per frame) for top-1, or --targets (pictures) for PSNR.
      """)

  @Argument(help: "Quantised models (.onnx) or designs (.json, .onnx).", completion: .file())
  var subjects: [String]

  @OptionGroup var changes: DesignChanges

  @Option(help: "Input data (.npy or .npz): leading axis frames.")
  var input: String

  @Option(
    help: "Beside a model: the designs' own input data, when the model's is prepared differently.")
  var designInput: String?

  @Option(help: "The output of a model that is measured, where it has several; default: the first.")
  var output: String?

  @Option(help: "The right labels (.npy or .npz): one whole number per frame.")
  var labels: String?

  @Option(help: "The pictures that should come out (.npy or .npz).")
  var targets: String?

  @Option(
    parsing: .unconditional,
    help: "Distance between black and white in --targets; otherwise the targets' own.")
  var peak: Double?

  @Option(
    parsing: .unconditional, help: "Frames computed at the same time; all cores unless stated.")
  var threads: Int?

  @Flag(help: "Print one JSON document.")
  var json = false

  @OptionGroup var progressing: ProgressOptions

  func validate() throws {
    guard (labels == nil) != (targets == nil) else {
      throw ValidationError("state one of --labels and --targets")
    }
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads must be from 1 to 1024")
    }
    if let peak, !(peak > 0 && peak.isFinite) {
      throw ValidationError("--peak must be a number above 0")
    }
  }

  func run() throws {
    try reportingInputErrors {
      var accuracy = Accuracy(try goal())
      accuracy.goalFile = labels ?? targets
      accuracy.threads = threads ?? ProcessInfo.processInfo.activeProcessorCount
      let arrays = try TensorFile.read(input)
      let known = BestSoFar<[AccuracyResult]>()
      let results = try Interruption.reporting(
        known, { [self] in try show(AccuracyReport(results: $0, interrupted: true)) },
        advice: {
          ($0 == nil ? "no frame was measured yet" : "shown are the frames measured until then")
            + "\n  hint: the same command starts anew; data of fewer frames take less time"
        }
      ) {
        let models = try subjects.filter { try DesignFile.isOriginalModel($0) }
        guard designInput == nil || (!models.isEmpty && models.count < subjects.count) else {
          throw ValidationError("--design-input belongs to a design beside a model")
        }
        guard output == nil || !models.isEmpty else {
          throw ValidationError("--output belongs to a model: no subject is one")
        }
        var results: [AccuracyResult] = []
        // A design belongs to the last model in front of it.
        var beside = models.first
        for subject in subjects {
          if models.contains(subject) { beside = subject }
          let before = results
          results += try reportingFile(input) {
            try measure(subject, beside: beside, arrays, accuracy) { known.value = before + $0 }
          }
        }
        return results
      }
      try show(AccuracyReport(results: results))
    }
  }

  private func show(_ report: AccuracyReport) throws {
    if json { try printJSON(report) } else { try printText(report.text) }
  }

  private func measure(
    _ subject: String, beside model: String?, _ arrays: [String: Tensor], _ accuracy: Accuracy,
    known: ([AccuracyResult]) -> Void
  ) throws -> [AccuracyResult] {
    let line = ProgressLine(isAskedFor: progressing.progress)
    defer { line.clear() }
    guard subject == model else {
      let loaded = try changes.load(subject)
      let plane = try reportingFile(subject) {
        try Dataplane(loaded.design, parameters: loaded.parameters)
      }
      let data = try data(of: subject, plane, beside: model, arrays)
      noteIdealStrikes(loaded.design, frames: data.count)
      return [
        try accuracy.design(loaded, data, plane: plane, name: subject) {
          line.show($0.frames, of: data.count, "frames")
          known([$0])
        }
      ]
    }
    let reference = try changes.reference(subject, output: output)
    noteSeveralOutputs(reference, subject)
    let frames = try reference.frames(of: arrays, file: input)
    var results = [
      try accuracy.trained(reference, frames, name: subject) {
        line.show($0.frames, of: frames.count, "frames as trained")
        known([$0])
      }
    ]
    do {
      let model = try LoweredModel(reference, name: subject, part: changes.part)
      let measured = reference.graph.outputs[0]
      guard model.firstOutput == measured else {
        throw InputError("hardware has no part in its output '\(measured)'", file: subject)
      }
      results.append(
        try accuracy.lowered(LoweredRun(model), frames, name: subject) {
          line.show($0.frames, of: frames.count, "frames as hardware")
          known(results + [$0])
        })
    } catch let error as InputError {
      line.clear()
      writeError("note: only as trained, because it cannot be lowered: \(error)")
    }
    return results
  }

  private func noteSeveralOutputs(_ reference: Reference, _ subject: String) {
    let outputs = reference.graph.outputs
    guard output == nil, outputs.count > 1 else { return }
    writeError(
      "note: '\(subject)' has \(outputs.count) outputs; measured is '\(outputs[0])', --output takes another ("
        + outputs.dropFirst().map { "'\($0)'" }.joined(separator: ", ") + ")")
  }

  /// What a design is measured on: a model's data where one is beside it.
  private func data(
    of subject: String, _ plane: Dataplane, beside model: String?, _ arrays: [String: Tensor]
  ) throws -> Accuracy.Data {
    guard let model else { return .own(try plane.namedInputs(arrays, file: input)) }
    let reference = try changes.reference(model, output: output)
    let own = try designInput.map { try plane.namedInputs(TensorFile.read($0), file: $0) }
    let design: PlacedDesign
    do {
      design = try PlacedDesign(
        plane, in: reference, arrays: arrays, file: input, own: own,
        threads: ProcessInfo.processInfo.activeProcessorCount)
    } catch let error as InputError {
      throw error.inFile(subject)
    }
    tell(subject, model, design)
    return .model(design, try reference.frames(of: arrays, file: input))
  }

  private func tell(_ subject: String, _ model: String, _ design: PlacedDesign) {
    let tensors = design.entering.values.sorted().map { "'\($0)'" }
    let source =
      designInput.map { "'\($0)'" }
      ?? (tensors.isEmpty ? "nothing" : tensors.joined(separator: ", ")) + " of '\(model)'"
    writeError(
      "note: '\(subject)' is fed \(source)"
        + (design.leaving.map { "; its output goes on as '\($0)' of '\(model)'" } ?? ""))
    if !design.given.isEmpty {
      writeError(
        "note: '\(design.given.joined(separator: "', '"))' carries the model's codes: the design prepares its input in "
          + "a way the model does not contain; --design-input states the design's own data")
    }
  }

  private func goal() throws -> AccuracyGoal {
    if let labels {
      let tensor = try only(labels)
      guard tensor.elementType != .bool else {
        throw InputError(
          "holds booleans; one whole number per frame is needed, which class is right",
          file: labels,
          hint: "of two classes, labels.astype(int) makes 0 and 1")
      }
      guard tensor.shape.dropFirst().allSatisfy({ $0 == 1 }) else {
        // A single row is labels side by side, unless it says of each class whether it is the one.
        let isRow = tensor.shape.dropLast().allSatisfy { $0 == 1 } && !isOneHot(tensor)
        throw InputError(
          "has shape \(tensor.shape); one whole number per frame is needed", file: labels,
          hint: isRow
            ? "numpy.ravel(labels) makes one label per frame of a row of them"
            : "of one-hot rows, numpy.argmax(labels, axis=1) makes labels")
      }
      return .labels(try reportingFile(labels) { try tensor.asIntegers(name: "labels") })
    }
    let file = targets!
    let tensor = try only(file)
    let values = tensor.asDoubles()
    let count = max(1, tensor.shape.first ?? 1)
    let size = values.count / count
    let range = peak ?? (values.max() ?? 1) - (values.min() ?? 0)
    guard range > 0 else { throw InputError("are all one number", file: file) }
    return .pictures(
      (0..<count).map { values[$0 * size..<($0 + 1) * size].map { Float($0) } }, peak: range)
  }

  /// Whether all is 0 but for a single 1.
  private func isOneHot(_ row: Tensor) -> Bool {
    let values = row.asDoubles()
    return values.allSatisfy { $0 == 0 || $0 == 1 } && values.count { $0 == 1 } == 1
  }

  private func only(_ file: String) throws -> Tensor {
    let arrays = try TensorFile.read(file)
    guard arrays.count == 1, let tensor = arrays.values.first else {
      throw InputError(
        "holds \(arrays.count) arrays, one is needed", file: file,
        hint: "it holds \(arrays.keys.sorted().joined(separator: ", "))")
    }
    return tensor
  }
}

/// The result of `simrun accuracy` as JSON and text.
struct AccuracyReport: ResultDocument {
  static let kind = "accuracy"
  static let summary =
    "Labels that are right, or how near pictures come: as trained, and as hardware."

  /// A model is measured twice, a design once.
  var results: [AccuracyResult]
  /// An interruption ended it: what is missing was not looked at.
  var interrupted: Bool

  init(results: [AccuracyResult], interrupted: Bool = false) {
    (self.results, self.interrupted) = (results, interrupted)
  }

  /// How often the label is among several that come out.
  private static func among(_ result: AccuracyResult) -> String {
    guard let labels = result.labelsPerFrame, let correct = result.correctAmong,
      let share = result.topK
    else { return "" }
    return "; among the first \(labels): \(correct), \(share.percent(digits: 2))"
  }

  /// How near pictures come to their targets.
  private static func nearness(_ result: AccuracyResult) -> String {
    if result.isEqual == true { return "equal to the targets" }
    let equal = result.equalFrames ?? 0
    let others = equal > 0 ? "; \(equal) of \(result.frames.of("frame")) equal to the targets" : ""
    guard let psnr = result.psnr else {
      return "PSNR none: outputs or targets are infinite or no numbers\(others)"
    }
    return "PSNR \(String(format: "%.2f", psnr)) dB\(others)"
  }

  var text: String {
    let rows = results.map { result in
      let figure: String
      if let top1 = result.top1, let correct = result.correct {
        figure =
          "\(correct) of \(result.frames) right, \(top1.percent(digits: 2))" + Self.among(result)
      } else {
        figure = Self.nearness(result)
      }
      return [result.subject, result.computed, figure]
    }
    var table = TextTable()
    for row in rows { table.add(row) }
    let strikes = results.flatMap { result in
      (result.hazards ?? []).map { strike in
        "\(result.subject): \(strike.hazard) in \(strike.node) "
          + (strike.values.map { "changed \($0) values" } ?? "shifts every frame but the first")
          + "; simrun hazards \(result.subject) says more"
      }
    }
    return ([table.text] + strikes).joined(separator: "\n")
  }
}
