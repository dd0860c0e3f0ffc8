import ArgumentParser
import DataflowAnalysis
import DesignFiles

/// The design a command works on, and what may be changed about it: the same for every command.
struct DesignOptions: ParsableArguments {
  @Argument(
    help: "A design (.json) or a FINN dataflow graph (.onnx).", completion: .file())
  var design: String

  @OptionGroup var changes: DesignChanges

  /// Reads the design and applies the changes; notes and warnings go to standard error.
  func load() throws -> LoadedDesign { try changes.load(design) }

  /// The device `design` is for, if it names one. Throws `InputError` for an unknown part.
  func device(of design: Design) throws -> Device? {
    do {
      return try design.part.map(Device.named)
    } catch let error as InputError {
      throw changes.part == nil ? error.at("part").inFile(self.design) : error.at("--part")
    }
  }
}

/// What a command may change about every design it reads.
struct DesignChanges: ParsableArguments {
  @Option(help: "A FINN folding configuration (folding_config.json, final_hw_config.json).")
  var folding: String?

  @Option(help: "FPGA part or board, e.g. xc7z020clg400-1 or Pynq-Z1.")
  var part: String?

  @Option(parsing: .unconditional, help: "Clock frequency in MHz.")
  var clockMhz: Double?

  @Option(help: "A .npz or .onnx with weights the design leaves out; may be repeated.")
  var parameters: [String] = []

  func validate() throws {
    if let clockMhz, !(clockMhz > 0 && clockMhz <= 10_000) {
      throw ValidationError("--clock-mhz must be above 0 and at most 10000")
    }
  }

  /// Reads the design in `file` and applies the changes; notes and warnings go to standard error.
  func load(_ file: String) throws -> LoadedDesign {
    var loaded = try DesignFile.load(
      file,
      options: ImportOptions(
        part: part.map(Device.part(for:)), clockMHz: clockMhz, parameterFiles: parameters))
    for note in loaded.notes { writeError("note: \(note)") }
    if let folding {
      let config = try FoldingConfig(contentsOf: folding)
      let warnings = try reportingFile(folding) { try loaded.design.apply(config) }
      for warning in warnings { writeError("warning: \(folding): \(warning)") }
    }
    try reportingFile(file) { try insertWidthConverters(&loaded) }
    return loaded
  }

  /// A graph from before FINN's InsertDWC has streams whose two ends differ in width.
  private func insertWidthConverters(_ loaded: inout LoadedDesign) throws {
    let (converted, streams) = try loaded.design.bridgingWidths()
    guard !streams.isEmpty else { return }
    loaded.design = converted
    let plural = streams.count == 1 ? "a width converter" : "\(streams.count) width converters"
    let shown = streams.prefix(3).joined(separator: ", ") + (streams.count > 3 ? ", …" : "")
    writeError("note: \(plural) inserted where the widths of a stream's ends differ (\(shown))")
  }
}

/// Names `file` in input errors that do not name one.
func reportingFile<T>(_ file: String, _ body: () throws -> T) throws -> T {
  do {
    return try body()
  } catch let error as InputError {
    throw error.inFile(file)
  }
}
