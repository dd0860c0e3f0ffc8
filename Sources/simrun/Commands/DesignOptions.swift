import ArgumentParser
import DataflowAnalysis
import DesignFiles
import FoundationEssentials
import OriginalModel

/// The design a command works on, and what may be changed about it: the same for every command.
struct DesignOptions: ParsableArguments {
  @Argument(
    help: """
      A design (.json), a FINN graph or a quantised model (.onnx), FINN's output directory, or - for \
      standard input.
      """, completion: .file())
  var design: String

  @OptionGroup var changes: DesignChanges

  /// Reads the design and applies the changes; notes and warnings go to standard error.
  ///
  /// - Parameter hasModel: options that speak of an original model mean another file.
  func load(
    usesBoardPort: Bool = false, tellsHazards: Bool = true, hasModel: Bool = false
  ) throws -> LoadedDesign {
    try changes.load(
      design, usesBoardPort: usesBoardPort, tellsHazards: tellsHazards, hasModel: hasModel)
  }

  /// Parameters that no file beside it holds are written beside the design that `--apply` names; they replace none of
  /// the files that are read.
  func requireFreeArchive(of loaded: LoadedDesign, beside apply: String?) throws {
    guard let apply, loaded.needsArrays(at: apply) else { return }
    try OutputPlace.requireDistinct(
      [("the parameters beside --apply", LoadedDesign.archive(beside: apply).path)], inputs: files)
  }

  /// The files that what a command tells is made of; no result may replace one of them.
  var files: [(what: String, path: String?)] { [("the design", design)] + changes.files }

  /// Another command on the same design, changed in the same way.
  func next(_ verb: String, _ more: String..., reason: String) -> NextStep {
    next(verb, more, reason: reason)
  }

  /// Another command on the same design, changed in the same way.
  func next(_ verb: String, _ more: [String], reason: String) -> NextStep {
    let fresh = more.enumerated().map { place, word in
      place > 0 && ["-o", "--apply"].contains(more[place - 1]) ? self.fresh(word) : word
    }
    return NextStep([verb, design] + changes.arguments + fresh, reason: reason)
  }

  /// The name of a result that would replace none of the files it is made from: `sized.json`, or `sized-2.json`.
  func fresh(_ name: String) -> String {
    func place(_ path: String) -> String { URL(filePath: path).standardizedFileURL.path() }
    let taken = Set(files.compactMap(\.path).map(place))
    let parts = name.split(separator: ".", maxSplits: 1)
    let names = [name] + (2...taken.count + 2).map { "\(parts[0])-\($0).\(parts.last ?? "json")" }
    return names.first { !taken.contains(place($0)) } ?? name
  }

  /// The same design, changed in the same way but for what a folding configuration just written states.
  func next(folding file: String, reason: String) -> NextStep {
    var changed = changes
    (changed.folding, changed.depth) = (file, [])
    return NextStep([design] + changed.arguments, reason: reason)
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
    help: "The depth of a FIFO in words: NAME=WORDS, NAME a FIFO or a stream; may be repeated.")
  var depth: [FIFODepth] = []

  @Option(
    help: """
      The FINN the hardware comes from, where the file shows it wrongly: 0.5 to 0.10, or 2026-04, \
      2026-08 for states of its development branch.
      """)
  var finnGeneration: FINNGeneration?

  @Option(
    help: """
      Where HLS has left its files: the folder with FINN's code_gen_ipgen_… folders, or 'stored' for \
      the paths the graph states. Looked for beside the model anyway.
      """)
  var hlsBuild: HLSBuildPlace?

  @Option(
    help: """
      Which estimate decides what fits: calibrated (on placed designs, its high end) or finn (FINN's own).
      """)
  var cost: CostChoice?

  @Option(help: "Coefficients of the calibrated estimate, as simrun calibrate writes them.")
  var costModel: String?

  @Option(help: "A .npz or .onnx with weights the design leaves out; may be repeated.")
  var parameters: [String] = []

  @Flag(help: "Let files name others outside their own folder (parameters, data, children).")
  var allowOutside = false

  @OptionGroup var model: ModelChoices

  /// The files that say what is changed.
  var files: [(what: String, path: String?)] {
    [("--folding", folding), ("--cost-model", costModel)] + parameters.map { ("--parameters", $0) }
  }

  /// The changes as they were typed.
  var arguments: [String] {
    let single: [[String]?] = [
      folding.map { ["--folding", $0] }, part.map { ["--part", $0] },
      budget.map { ["--budget", $0.text] },
      clockMhz.map { ["--clock-mhz", $0.plain] },
      portWidth.map { ["--port-width", String($0)] },
      finnGeneration.map { ["--finn-generation", $0.rawValue] },
      hlsBuild.map { ["--hls-build", $0.text] },
      cost.map { ["--cost", $0.rawValue] }, costModel.map { ["--cost-model", $0] },
    ]
    let depths: [String] = depth.flatMap { ["--depth", "\($0.name)=\($0.words)"] }
    return single.compactMap(\.self).flatMap(\.self) + depths
      + parameters.flatMap { ["--parameters", $0] } + (allowOutside ? ["--allow-outside"] : [])
      + model.arguments
  }

  func validate() throws {
    if cost == .finn, costModel != nil {
      throw ValidationError("--cost finn and --cost-model exclude each other")
    }
    if let clockMhz, !Design.clockRange.contains(clockMhz) {
      throw ValidationError("--clock-mhz must be 0.001 to 10000")
    }
    if let portWidth, portWidth != 0,
      !(8...4096).contains(portWidth) || portWidth & (portWidth - 1) != 0
    {
      throw ValidationError("--port-width must be a power of two from 8 to 4096, or 0")
    }
  }

  /// Reads the design in `file`, applies the changes and adds the width converters and DMAs it lacks;
  /// notes, warnings and the first problem go to standard error.
  ///
  /// - Parameters:
  ///   - usesBoardPort: add the DMAs of the board that `--part` names.
  ///   - tellsHazards: warn of what goes wrong whatever happens.
  ///   - hasModel: options that speak of an original model mean another file.
  func load(
    _ file: String, usesBoardPort: Bool = false, tellsHazards: Bool = true, hasModel: Bool = false
  ) throws -> LoadedDesign {
    var loaded = try readAsIs(file, hasModel: hasModel)
    try reportingFile(file) {
      // Streams of converters that are still to be added have names, too.
      let later = depth.filter { !loaded.design.names($0) }
      for depth in depth where loaded.design.names(depth) { try loaded.design.set(depth) }
      let facts = try DesignFacts(loaded.design)
      loaded.design = facts.design
      for depth in later { try loaded.design.set(depth) }
      tellConverters(facts.bridged.sorted(by: naturally))
      tellProblems(facts.graphDiagnostics.filter { $0.severity == .error }, file)
      if tellsHazards { tellHazards(facts, file) }
      try insertDMAs(&loaded, usesBoardPort: usesBoardPort)
    }
    return loaded
  }

  /// Adds the DMAs of the board that `--part` names, unless the design in `file` has any.
  func insertBoardPort(_ loaded: inout LoadedDesign, _ file: String) throws {
    try reportingFile(file) { try insertDMAs(&loaded, usesBoardPort: true) }
  }

  /// Reads the design in `file` and applies the changes, no more.
  func read(_ file: String) throws -> LoadedDesign {
    var loaded = try readAsIs(file, hasModel: false)
    try reportingFile(file) {
      if depth.contains(where: { !loaded.design.names($0) }) {
        loaded.design = try loaded.design.bridgingWidths().design
      }
      for depth in depth { try loaded.design.set(depth) }
    }
    return loaded
  }

  /// The same without `--depth`.
  private func readAsIs(_ file: String, hasModel: Bool) throws -> LoadedDesign {
    var options = ImportOptions(
      part: part.map { Device.part(for: $0.printable) }, clockMHz: clockMhz,
      finnGeneration: finnGeneration,
      parameterFiles: parameters, model: try model.options(parameters: parameters))
    options.hasFolding = folding != nil
    options.hlsBuild = hlsBuild
    options.allowsOutside = allowOutside
    var loaded = try DesignFile.load(file, options: options)
    if !hasModel, let option = model.arguments.first, try DesignFile.isDesign(file) {
      writeError(
        "warning: \(option) speaks of an original model; \(file) is a design and keeps its own")
    }
    if folding != nil, !loaded.placed.isEmpty {
      // What was placed is of the design as it was built, not as it is before any folding.
      options.hasFolding = false
      let built = try DesignFile.load(file, options: options)
      (loaded.placed, loaded.reported) = (built.placed, built.reported)
    }
    try foldAndTell(&loaded)
    return loaded
  }

  /// What `design` may use: the budget, or else its part, if simrun knows it.
  func device(of design: Design) -> Device? {
    if let budget { return .budget(budget.resources) }
    guard let part = design.part else { return nil }
    return Device.known(part, otherwise: "no utilisation (--budget states resources)")
  }

  /// Says that a design is looked at without the DMAs that `simrun DESIGN --fps` adds for a board.
  func noteBoardPort(_ design: Design) {
    guard portWidth == nil, let board = part.flatMap(Board.named), let width = board.portWidth,
      !design.nodes.contains(where: { BlockCatalogue.find($0.opType)?.role == .memoryAccess })
    else { return }
    writeError(
      "note: without the DMAs of \(board.name); --port-width \(width) adds them, as --fps does")
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
}

/// Which estimate decides.
enum CostChoice: String, ExpressibleByArgument, CaseIterable {
  case calibrated, finn
}

extension DesignChanges {
  /// How the nodes of a loaded design are charged: by `--cost` and `--cost-model`, and by what its build has
  /// placed and reported.
  func costing(_ loaded: LoadedDesign? = nil) throws -> Costing {
    if cost == .finn { return .finn }
    var costing = Costing(try costModel.map(CostModel.init(contentsOf:)) ?? .shipped)
    loaded?.tell(&costing)
    return costing
  }
}

extension FINNGeneration: ExpressibleByArgument {}

extension HLSBuildPlace: ExpressibleByArgument {
  /// `stored`, or a folder.
  public init?(argument: String) {
    guard !argument.isEmpty else { return nil }
    self = argument == "stored" ? .stored : .below(argument)
  }

  /// As it was typed.
  fileprivate var text: String {
    switch self {
    case .stored: "stored"
    case .below(let folder): folder
    }
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

/// What a person may say about an original model beyond its file.
struct ModelChoices: ParsableArguments {
  @Option(
    help: "A model's input shape where the file leaves it open: NAME=1,3,32,32; may be repeated.")
  var shape: [String] = []

  @Option(
    help: "The integer type of a float model input: NAME=UINT8; may be repeated.")
  var inputType: [String] = []

  /// The choices as they were typed.
  var arguments: [String] {
    shape.flatMap { ["--shape", $0] } + inputType.flatMap { ["--input-type", $0] }
  }

  func options(parameters: [String] = []) throws -> ModelOptions {
    var options = ModelOptions()
    options.archives = try parameters.filter { $0.hasSuffix(".npz") }.map {
      try NPZ(contentsOf: $0)
    }
    for text in shape {
      let (name, value) = try split(text, "--shape", "NAME=1,3,32,32")
      let sizes = value.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
      guard sizes.allSatisfy({ $0.map { $0 > 0 } ?? false }) else {
        throw InputError("'\(value)' is no shape", at: "--shape", hint: "write NAME=1,3,32,32")
      }
      options.shapes[name] = sizes.map { $0! }
    }
    for text in inputType {
      let (name, value) = try split(text, "--input-type", "NAME=UINT8")
      guard let type = DataType(value), type.isInteger else {
        let near = nearestName(to: value, among: DataType.knownNames)
        throw InputError(
          "'\(value)' is no integer type", at: "--input-type",
          hint: near.map { "did you mean '\($0)'?" } ?? "UINT8 or INT8, for instance")
      }
      options.inputTypes[name] = type.name
    }
    return options
  }

  private func split(_ text: String, _ option: String, _ form: String) throws -> (String, String) {
    guard let equals = text.lastIndex(of: "="), equals != text.startIndex else {
      throw InputError("'\(text)' names no input", at: option, hint: "write \(form)")
    }
    return (String(text[..<equals]), String(text[text.index(after: equals)...]))
  }
}

extension DesignChanges {
  /// Reads the original model in `file`, ready to run as it was trained.
  func reference(_ file: String, output: String? = nil) throws -> Reference {
    var graph = try ModelGraph(contentsOf: file, options: model.options(parameters: parameters))
    if let output { try graph.putFirst(output: output) }
    return try Reference(graph)
  }

  /// What the arrays of `input` give the graph inputs of `plane`, the design of `loaded`.
  ///
  /// The data of an original model are the model's own, which its host quantises; where they do not fit it,
  /// they may be the design's already.
  func tensors(in input: String, of loaded: LoadedDesign?, entering plane: Dataplane, threads: Int)
    throws -> [String: Tensor]
  {
    guard let original = loaded?.original else { return try plane.namedInputs(TensorFile(input)) }
    do {
      let arrays = try TensorFile.read(input)
      return try original.tensors(of: arrays, file: input, threads: threads).reduce(into: [:]) {
        $0[$1.key] = try plane.shaped($1.value, as: $1.key)
      }
    } catch let error as InputError {
      guard let tensors = try? plane.namedInputs(TensorFile(input)) else { throw error }
      writeError("note: \(input) is no data of the model; it is taken for what enters the design")
      return tensors
    }
  }
}

extension Dataplane {
  /// The same elements in the shape that a DMA in front of the design reads them in.
  fileprivate func shaped(_ tensor: Tensor, as input: String) throws -> Tensor {
    let layout = try layout(of: input)
    let shape = tensor.shape.prefix(1) + layout.shape
    guard tensor.shape != Array(shape), tensor.count == shape.reduce(1, *) else { return tensor }
    return try Tensor(shape: Array(shape), elementType: tensor.elementType, bytes: tensor.bytes)
  }
}
