import ArgumentParser
import DataflowAnalysis
import DesignFiles

/// The design a command works on, and what may be changed about it: the same for every command.
struct DesignOptions: ParsableArguments {
  @Argument(
    help: """
      A design (.json), a FINN graph (.onnx), FINN's output directory, or - for standard input.
      """, completion: .file())
  var design: String

  @OptionGroup var changes: DesignChanges

  /// Reads the design and applies the changes; notes and warnings go to standard error.
  func load(usesBoardPort: Bool = false) throws -> LoadedDesign {
    try changes.load(design, usesBoardPort: usesBoardPort)
  }

  /// What `design` may use: the budget, or else its part. A part simrun does not know is a warning:
  /// timing never needs one.
  func device(of design: Design) -> Device? { changes.device(of: design) }
}

/// What a command may change about every design it reads.
struct DesignChanges: ParsableArguments {
  @Option(help: "A FINN folding configuration: JSON, as final_hw_config.json, or YAML.")
  var folding: String?

  @Option(help: "FPGA part or board, e.g. xc7z020clg400-1 or Pynq-Z1.")
  var part: String?

  @Option(help: "Resources instead of a part's, e.g. LUT=53200,BRAM_18K=280,DSP=220,URAM=0.")
  var budget: ResourceBudget?

  @Option(parsing: .unconditional, help: "Clock frequency in MHz.")
  var clockMhz: Double?

  @Option(
    parsing: .unconditional,
    help: """
      Bits of the memory port: adds DMAs where the design has none. Otherwise fps takes the port of \
      the board that --part names; 0: no DMAs.
      """)
  var portWidth: Int?

  @Option(
    help: """
      The FINN the hardware comes from, where the file shows it wrongly: 0.5 to 0.10, or 2026-04, \
      2026-08 for states of its development branch.
      """)
  var finnGeneration: FINNGeneration?

  @Option(help: "A .npz or .onnx with weights the design leaves out; may be repeated.")
  var parameters: [String] = []

  func validate() throws {
    if let clockMhz, !(clockMhz > 0 && clockMhz <= 10_000) {
      throw ValidationError("--clock-mhz must be above 0 and at most 10000")
    }
    if let portWidth, portWidth != 0,
      !(8...4096).contains(portWidth) || portWidth & (portWidth - 1) != 0
    {
      throw ValidationError("--port-width must be a power of two from 8 to 4096, or 0")
    }
  }

  /// Reads the design in `file` and applies the changes; notes and warnings go to standard error.
  ///
  /// - Parameter usesBoardPort: add the DMAs of the board that `--part` names.
  func load(_ file: String, usesBoardPort: Bool = false) throws -> LoadedDesign {
    var options = ImportOptions(
      part: part.map(Device.part(for:)), clockMHz: clockMhz, finnGeneration: finnGeneration,
      parameterFiles: parameters)
    options.hasFolding = folding != nil
    var loaded = try DesignFile.load(file, options: options)
    for note in loaded.notes { writeError("note: \(note)") }
    if let folding {
      let config = try FoldingFile.read(folding)
      let warnings = try reportingFile(folding) { try loaded.design.apply(config) }
      for warning in warnings { writeError("warning: \(folding): \(warning)") }
    }
    try reportingFile(file) {
      try insertWidthConverters(&loaded)
      try insertDMAs(&loaded, usesBoardPort: usesBoardPort)
    }
    return loaded
  }

  /// What `design` may use: the budget, or else its part, if simrun knows it.
  func device(of design: Design) -> Device? {
    if let budget { return .budget(budget.resources) }
    guard let part = design.part else { return nil }
    do {
      return try Device.named(part)
    } catch {
      let near = (error as? InputError)?.hint.map { "\n  hint: \($0)" } ?? ""
      writeError(
        "warning: unknown part '\(part)': no utilisation (--budget states resources)\(near)")
      return nil
    }
  }

  private func insertDMAs(_ loaded: inout LoadedDesign, usesBoardPort: Bool) throws {
    let board = usesBoardPort ? part.flatMap(Board.named) : nil
    guard let width = portWidth ?? board?.portWidth, width > 0 else { return }
    let (design, added) = try loaded.design.insertingDMAs(portWidth: width)
    guard !added.isEmpty else { return }
    loaded.design = design
    let reason =
      portWidth == nil ? board.map { ", as \($0.name) has it (--port-width 0: none)" } : nil
    writeError(
      "note: \(added.count) DMA\(added.count == 1 ? "" : "s") added at a memory port of \(width) bits"
        + (reason ?? ""))
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

extension FINNGeneration: ExpressibleByArgument {}

/// Names `file` in input errors that do not name one.
func reportingFile<T>(_ file: String, _ body: () throws -> T) throws -> T {
  do {
    return try body()
  } catch let error as InputError {
    throw error.inFile(file)
  }
}
