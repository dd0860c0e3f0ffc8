import DataflowSim
import Foundation

/// The directory a FINN build leaves behind: models after every step, reports, folding files.
///
/// The step that has the FIFOs says most; of the others the latest that opens is read, and
/// `final_hw_config.json` brings the FIFOs in.
struct FINNOutput {
  private let folder: String
  /// Models beside each other, best first, relative to `folder`.
  private let models: [String]

  static func isDirectory(_ path: String) -> Bool {
    var isDirectory: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
      && isDirectory.boolValue
  }

  /// - Parameter path: the output directory, or its `intermediate_models`.
  /// - Throws: `InputError` when no model lies there.
  init(_ path: String) throws {
    var folder = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    let isInner = URL(fileURLWithPath: folder).lastPathComponent == "intermediate_models"
    if isInner {
      folder =
        folder.contains("/")
        ? String(folder.dropLast("/intermediate_models".count)) : "."
      if folder.isEmpty { folder = "/" }
    }
    let places = ["intermediate_models", "", "intermediate_models/supported_op_partitions"]
    models = places.flatMap { place in
      Self.models(in: place.isEmpty ? folder : "\(folder)/\(place)")
        .map { place.isEmpty ? $0 : "\(place)/\($0)" }
    }
    self.folder = folder
    guard !models.isEmpty else {
      throw InputError(
        "is a directory without models", file: path,
        hint: "give FINN's output directory (with intermediate_models/*.onnx in it) or a file")
    }
  }

  /// The models of one folder, best first.
  private static func models(in folder: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let ranks = names.filter { $0.hasSuffix(".onnx") }.map { name in
      let rank = rank(name)
      let isKnown = rank != steps.count
      return (name: name, rank: rank, content: isKnown ? 0 : content("\(folder)/\(name)"))
    }
    return ranks.sorted { a, b in
      guard (a.rank, a.content) == (b.rank, b.content) else {
        return (a.rank, a.content) < (b.rank, b.content)
      }
      return a.name.compare(b.name, options: .numeric) == .orderedDescending
    }.map(\.name)
  }

  /// How much a model under a name of its own says, by the words in front of its weights: 0 with FIFOs, 1 with
  /// dataflow blocks, 2 with a partition that stands for them, 3 of what has no hardware yet.
  private static func content(_ path: String) -> Int {
    // Not of what is no file: a pipe may never begin.
    guard let start = try? InputFile.read(path).prefix(nodesWithin) else { return 3 }
    func has(_ word: String) -> Bool { start.range(of: Data(word.utf8)) != nil }
    if has("StreamingFIFO") { return 0 }
    if has("StreamingDataflowPartition") { return 2 }
    return has("fpgadataflow") ? 1 : 3
  }

  /// A graph's nodes come before its weights; of a longer graph the first are enough to know.
  private static let nodesWithin = 4 << 20

  /// The best step is 0; a step simrun does not know comes before those that have no hardware yet.
  private static func rank(_ name: String) -> Int {
    let step = String(name.dropLast(".onnx".count))
    return steps.firstIndex(of: step) ?? (software.contains(step) ? steps.count + 1 : steps.count)
  }

  private static let steps = [
    "step_set_fifo_depths", "step_create_stitched_ip", "step_measure_rtlsim_performance",
    "step_out_of_context_synthesis", "step_hw_ipgen", "step_hls_ipgen", "step_hw_codegen",
    "step_hls_codegen", "step_generate_estimate_reports", "step_minimize_bit_width",
    "step_apply_folding_config", "step_target_fps_parallelization", "step_specialize_layers",
    "step_create_dataflow_partition", "dataflow_parent", "step_synthesize_bitfile",
    "step_make_driver", "step_make_pynq_driver", "step_deployment_package", "step_convert_to_hw",
    "step_convert_to_hls",
  ]
  private static let software: Set<String> = [
    "step_qonnx_to_finn", "step_tidy_up", "step_streamline",
  ]

  /// Reads the best model that opens.
  ///
  /// Throws the `InputError` of the best one when none does.
  func load(_ options: ImportOptions) throws -> LoadedDesign {
    var failure: InputError?
    for model in models.prefix(40) {
      do {
        var loaded = try DesignFile.loadFile("\(folder)/\(model)", options)
        _ = try Plan(loaded.design.bridgingWidths().design)
        loaded.notes.insert(choice(model, after: failure), at: 0)
        applyFinalConfig(to: &loaded, options)
        loaded.readResources(of: folder)
        takeClock(from: "report/estimate_network_performance.json", for: &loaded, options)
        return loaded
      } catch let error as InputError {
        failure = failure ?? error
      }
    }
    throw failure ?? InputError("no model opens", file: folder)
  }

  private func choice(_ model: String, after failure: InputError?) -> String {
    let others = models.filter { $0 != model }
    let shown = others.listed(atMost: 4)
    let also = others.isEmpty ? "" : "; also there (\(others.count)): \(shown)"
    let reason = failure.map { "; \($0.message)" } ?? ""
    return "\(folder)/\(model) is read\(also)\(reason)"
  }

  /// Before its FIFOs are in, a graph gets them and their depths from the build's last folding file.
  private func applyFinalConfig(to loaded: inout LoadedDesign, _ options: ImportOptions) {
    let file = "\(folder)/final_hw_config.json"
    guard !options.hasFolding, FileManager.default.fileExists(atPath: file) else { return }
    guard !loaded.design.nodes.contains(where: \.isFIFO) else {
      loaded.notes.append("\(file) is not applied: the model has its FIFOs already")
      return
    }
    do {
      let config = try FoldingFile.read(file)
      let warnings = try loaded.apply(config)
      loaded.notes.append("\(file) is applied")
      loaded.notes += warnings.map { "\(file): \($0)" }
    } catch let error as InputError {
      let place = error.place.map { "\($0): " } ?? ""
      loaded.notes.append("\(file) is not applied: \(place)\(error.message)")
    } catch {
      loaded.notes.append("\(file) is not applied: it cannot be read")
    }
  }

  /// FINN's report states rate and cycles, and so the clock a model itself often lacks.
  private func takeClock(
    from report: String, for loaded: inout LoadedDesign, _ options: ImportOptions
  ) {
    let path = "\(folder)/\(report)"
    let index = loaded.notes.firstIndex(of: ONNXImporter.noClock)
    guard options.clockMHz == nil, let index,
      let data = try? InputFile.read(path, atMost: JSONValue.largestText),
      let root = try? JSONCursor(JSONValue(parsing: data, file: path)),
      let cycles = try? root.optional("max_cycles")?.double(),
      let rate = try? root.optional("estimated_throughput_fps")?.double()
    else { return }
    let clock = cycles * rate / 1e6
    guard clock.isFinite, clock >= 0.001, clock <= 10_000 else { return }
    loaded.design.clockMHz = (clock * 1e6).rounded() / 1e6
    loaded.notes[index] = "the clock, \(loaded.design.clockMHz) MHz, is that of \(folder)/\(report)"
    loaded.tellSchedules()
  }
}
