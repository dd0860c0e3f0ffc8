import ArgumentParser
import DataflowAnalysis
import DesignFiles

struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Turn a FINN graph, its output directory or a quantised model into a design file.",
    discussion: """
      Writes design.json, and design.npz with weights and thresholds beside it. Both files appear \
      or neither. Every other command also takes the .onnx directly.
      """)

  @Argument(
    help:
      "A FINN graph or quantised model (.onnx), FINN's output directory, or - for standard input.")
  var model: String

  @Option(name: .shortAndLong, help: "The design file to write.")
  var output: String

  @Option(help: "FPGA part, e.g. xc7z020clg400-1; an ONNX file does not name it.")
  var part: String?

  @Option(
    parsing: .unconditional,
    help: "Clock frequency in MHz; otherwise the model's clk_ns, otherwise 100.")
  var clockMhz: Double?

  @Option(help: "The FINN the hardware comes from; otherwise read off the graph.")
  var finnGeneration: FINNGeneration?

  @Option(
    help: """
      Where HLS has left its files: the folder with FINN's code_gen_ipgen_… folders, or 'stored' for \
      the paths the graph states. Looked for beside the model anyway.
      """)
  var hlsBuild: HLSBuildPlace?

  @Option(
    help: """
      A .npz (by array name) or .onnx (by node name) with arrays the model leaves out; may be \
      repeated, later files win.
      """)
  var parameters: [String] = []

  @Option(help: "A folding configuration (JSON or YAML) to apply first.", completion: .file())
  var folding: String?

  @Flag(help: "Write no .npz; timing needs none.")
  var noParameters = false

  @Option(help: "The design's name; otherwise the model file's.")
  var name: String?

  @OptionGroup var original: ModelChoices

  @OptionGroup var progressing: ProgressOptions

  func validate() throws {
    if let clockMhz, !Design.clockRange.contains(clockMhz) {
      throw ValidationError("--clock-mhz must be 0.001 to 10000")
    }
  }

  func run() throws {
    try reportingInputErrors { try importModel() }
  }

  private func importModel() throws {
    try OutputPlace.requireDistinct(
      [("-o", output)],
      inputs: [("the model", model), ("--folding", folding)]
        + parameters.map { ("--parameters", $0) })
    var options = ImportOptions(
      name: name, part: part.map { Device.part(for: $0.printable) }, clockMHz: clockMhz,
      finnGeneration: finnGeneration,
      parameterFiles: parameters, model: try original.options(parameters: parameters))
    options.hlsBuild = hlsBuild
    options.hasFolding = folding != nil
    var loaded = try progressing.showing { try DesignFile.load(model, options: options) }
    if let folding {
      let config = try FoldingFile.read(folding)
      let warnings = try reportingFile(folding) { try loaded.apply(config) }
      loaded.notes += warnings
    }
    // What no other command could run is not written.
    try reportingFile(model) { _ = try Plan(loaded.design.bridgingWidths().design) }
    let arrays = try loaded.write(to: output, withParameters: !noParameters)
    for note in loaded.notes { writeError("note: \(note)") }
    if !loaded.placed.isEmpty {
      writeError(
        "note: a design file has no place for what was placed: fps, check and sweep of \(model.printable) itself "
          + "go by it")
    }
    if !noParameters, !arrays.missing.isEmpty {
      writeError(
        "note: \(arrays.missing.count.of("array")) missing in the model "
          + "(\(arrays.missing.listed(atMost: 3)));"
          + " timing does not need them, --parameters adds them")
    }
    if loaded.design.isGenerationAssumed {
      writeError(
        "note: nothing in the graph tells which FINN it is for; FINN "
          + "\(loaded.design.finnGeneration.rawValue) is taken (--finn-generation)")
    }
    if let part = loaded.design.part {
      _ = Device.known(part, otherwise: "written as stated; its cost will be compared with nothing")
    }
    let count = arrays.written.count
    writeError(
      "wrote \(output): \(loaded.design.nodes.count.of("node")), "
        + count.of("parameter array"))
  }
}
