import ArgumentParser
import DataflowAnalysis
import DesignFiles
import FoundationEssentials

/// The options of `simrun run` that have to do with values.
struct DataOptions: ParsableArguments {
  @Option(help: "Input data (.npy or .npz): leading axis frames, then the input's shape.")
  var input: String?

  @Option(help: "Write what comes out of the graph outputs to this file (.npz or .npy).")
  var outputs: String?

  @Option(
    help: """
      Write what every stream carries to this file (.npz), whole frames with their elements in the order of \
      the tensor, as compare --golden reads them.
      """)
  var activations: String?

  @Flag(help: "Tell on standard error how far the run is even if that is no terminal.")
  var progress = false

  @Option(
    parsing: .unconditional, help: "Frames computed at the same time; all cores unless stated.")
  var threads: Int?

  @Option(
    name: .customLong("repeat"), parsing: .unconditional,
    help: "Send the first frame this often in one go, also with stalls; exit 1 if any differs.")
  var repeats: Int?

  @Option(help: "Seed of the random stalls of --repeat.")
  var seed: UInt64 = 1

  @Option(
    help: "Take the hardware without this hazard (simrun hazards lists them); may be repeated.")
  var withoutHazard: [String] = []

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads must be from 1 to 1024")
    }
    if let repeats, !(1...1_000_000).contains(repeats) {
      throw ValidationError("--repeat must be from 1 to 1000000")
    }
    if repeats != nil, outputs != nil || activations != nil {
      throw ValidationError("--repeat compares frames; it writes no --outputs and no --activations")
    }
  }

  var threadCount: Int { threads ?? ProcessInfo.processInfo.activeProcessorCount }
  var progressLine: ProgressLine { ProgressLine(isAskedFor: progress) }

  /// Whether anything asks for values.
  var isUsed: Bool {
    input != nil || outputs != nil || activations != nil || repeats != nil
  }

  func hazardsOff() throws -> Set<Hazard> {
    let hazards = try withoutHazard.map { name in
      do {
        return try Hazard(named: name)
      } catch let error as InputError {
        throw error.at("--without-hazard")
      }
    }
    if hazards.contains(.staleFrame) {
      throw InputError(
        "'stale-frame' is no defect that a run could do without: it follows from a wrong number of "
          + "words", at: "--without-hazard",
        hint: "turn off what makes the wrong number: mvu-startup-words, mvu-weight-stall-last, or "
          + "the scenario's faults")
    }
    return Set(hazards)
  }

  /// The tensors by graph input: those of `--input`, replaced by the data the scenario names.
  func tensors(
    for plane: Dataplane, of loaded: LoadedDesign, _ source: DesignOptions, scenario: Scenario?,
    file: String?
  ) throws -> [String: Tensor] {
    var tensors: [String: Tensor] = [:]
    if let input {
      tensors = try source.changes.tensors(
        in: input, of: loaded, entering: plane, threads: threadCount)
    }
    let allowsOutside = source.changes.allowOutside
    for (name, stimulus) in scenario?.sources ?? [:] {
      guard let data = stimulus.data else { continue }
      let path = try NamedFile.path(data, in: file ?? "", allowsOutside: allowsOutside)
      let arrays = try TensorFile(path)
      let only = arrays.names.count == 1 ? arrays.names.first : nil
      guard let array = arrays.names.contains(name) ? name : only else {
        throw InputError(
          "has no array '\(name)'", file: path,
          hint: "it holds \(arrays.names.joined(separator: ", "))")
      }
      try reportingFile(path) { try plane.requireFrames(name, arrays.shape(array)) }
      tensors[name] = try arrays.tensor(array)
    }
    return tensors
  }

  /// Writes `--outputs` and `--activations`, the words of every stream given.
  ///
  /// - Parameters:
  ///   - ordered: a stream in the order of its tensor; nil: as `tensor` has it.
  func write(
    outputs names: [String], streams: [String], ordered: ((String) throws -> Tensor)? = nil,
    _ tensor: (String) throws -> Tensor
  ) throws {
    let outputTensors = try self.outputs.map { _ in try names.map { ($0, try tensor($0)) } }
    let allTensors = try activations.map { _ in
      try streams.map { ($0, try ordered?($0) ?? tensor($0)) }
    }
    if let file = self.outputs, let outputTensors { try TensorFile.write(outputTensors, to: file) }
    if let activations, let allTensors { try TensorFile.write(allTensors, to: activations) }
  }
}

/// Says that hardware gives other values than whole frames have, even where nothing stalls.
func noteIdealStrikes(_ design: Design, frames: Int) {
  let strikes = try? HazardSearch(Plan(design)).idealStrikes(frames: min(max(frames, 1), 3))
  guard let strikes, let first = strikes.first else { return }
  let more = strikes.count > 1 ? " and \(strikes.count - 1) more" : ""
  writeError(
    "note: each frame is computed as its blocks should; in hardware \(first.hazard) at \(first.node)\(more) "
      + "changes words without any stall (a run by cycles shows them: run --max-cycles, compare --scenario)"
  )
}

extension Dataplane {
  /// Says that several frames, each computed by itself, are not what the hardware gives.
  func noteShiftedFrames(_ frames: Int) {
    guard frames > 1, let node = shiftingNodes.first else { return }
    let more = shiftingNodes.count > 1 ? " and \(shiftingNodes.count - 1) more" : ""
    writeError(
      "note: each frame is computed by itself; in hardware \(Hazard.windowLeftoverRows.rawValue) at "
        + "\(node)\(more) shifts every frame behind the first (--scenario moves the words as it does)"
    )
  }
}
