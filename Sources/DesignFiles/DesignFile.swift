import DataflowSim
import FoundationEssentials
import ONNXFormat
import OriginalModel

/// A design with its constant arrays, as far as they are at hand.
public struct LoadedDesign: Sendable {
  /// As the file says it.
  public var design: Design
  /// Weights and thresholds; timing needs none.
  public var parameters: ParameterStore?
  /// The folder from which the design's own file names all of these; nil where it does not.
  private var folder: URL?
  /// Things worth knowing about how the file was read, one sentence each.
  public var notes: [String]
  /// What was read of the HLS builds of nodes, by name.
  public var hlsReadings: [String: HLSScheduleReading] = [:]
  /// What became of looking for them.
  var schedules = ScheduleSearch()

  /// What was placed of nodes, as they were built, and the report that says so.
  package var placed: [(node: Node, use: PlacedUse, file: String)] = []
  /// What HLS reported of nodes, as they were built.
  package var reported: [(node: Node, area: ReportedArea)] = []

  /// What the data of the original model give its design; nil for a design that is none's.
  public private(set) var original: OriginalFeed?

  /// A design, its arrays, and what was noted on the way.
  public init(design: Design, parameters: ParameterStore?, notes: [String]) {
    self.design = design
    self.parameters = parameters
    self.notes = notes
  }
}

extension LoadedDesign {
  /// Whether a design made of this one has its arrays only if they are written beside it, to `path`.
  public func needsArrays(at path: String) -> Bool {
    parameters != nil && folder != Self.folder(of: path)
  }

  /// All arrays are those that the design in file `path` names.
  fileprivate mutating func keepFolder(_ path: String) {
    if design.parametersFile != nil { folder = Self.folder(of: path) }
  }

  private static func folder(of path: String) -> URL {
    URL(fileURLWithPath: path).deletingLastPathComponent().resolvingSymlinksInPath()
  }

  fileprivate func made(of model: LoweredModel) -> LoadedDesign {
    var loaded = self
    loaded.original = OriginalFeed { arrays, file, threads in
      let frames = try model.reference.frames(of: arrays, file: file)
      return try LoweredRun(model).feed(frames, 0..<frames.count, threads: threads)
    }
    return loaded
  }
}

/// Makes the data of an original model what enters the design it was lowered to: its host's part is done.
public struct OriginalFeed: Sendable {
  fileprivate let feed: @Sendable ([String: Tensor], String, Int) throws -> [String: Tensor]

  /// By graph input, leading axis frames. Throws `InputError` for arrays that are not the model's.
  ///
  /// - Parameters:
  ///   - arrays: the model's inputs by name, as read from `file`.
  ///   - threads: frames computed at the same time.
  public func tensors(of arrays: [String: Tensor], file: String, threads: Int) throws -> [String:
    Tensor]
  {
    try feed(arrays, file, threads)
  }
}

/// The one way from a file to a design: `simrun-design` JSON, FINN dataflow ONNX or FINN's output.
public enum DesignFile {
  /// Reads `path`: a file, whose content decides what it is, FINN's output directory, or `-` for
  /// standard input.
  ///
  /// A FINN parent graph is followed to its children. Throws `InputError` (exit code 65) with file,
  /// place and what would be right.
  public static func load(_ path: String, options: ImportOptions = .init()) throws -> LoadedDesign {
    var loaded =
      try FINNOutput.isDirectory(path)
      ? FINNOutput(path).load(options) : loadFile(path, options)
    if !options.parameterFiles.isEmpty {
      let given = try ParameterSources(options.parameterFiles, for: loaded.design).store
      loaded.parameters = loaded.parameters.map(given.merging) ?? given
    } else {
      loaded.keepFolder(path)
    }
    loaded.specialise()
    try loaded.readNarrowWeights()
    return loaded
  }

  static func loadFile(_ path: String, _ options: ImportOptions) throws -> LoadedDesign {
    let data =
      try path == "-"
      ? InputFile.readStandardInput(check: requireModel)
      : InputFile.read(path, isStreamed: true, atMost: largestModel)
    let name = path == "-" ? "standard input" : path
    if isJSON(data, path) {
      var loaded = try loadJSON(data, name, options)
      try loaded.readSchedules(beside: folders([path]), options.hlsBuild)
      return loaded
    }
    let source = try GraphSource(data, file: name, options: options)
    if source.importer.isOriginalModel { return try lower(data, name, options) }
    let age = source.age
    var loaded = try source.load(options.finnGeneration ?? age.generation)
    loaded.design.isGenerationAssumed = options.finnGeneration == nil && age.isOpen
    try loaded.readSchedules(beside: folders([path] + source.childFiles), options.hlsBuild)
    loaded.dropBuildPaths()
    return loaded
  }

  /// The folders that `files` lie in; FINN keeps its models one below a build's output.
  private static func folders(_ files: [String]) -> [String] {
    var seen: Set<String> = []
    return files.filter { $0 != "-" }.flatMap { file -> [String] in
      let folder = URL(fileURLWithPath: file).deletingLastPathComponent()
      let isInner = folder.lastPathComponent == "intermediate_models"
      return [folder.path] + (isInner ? [folder.deletingLastPathComponent().path] : [])
    }.filter { seen.insert($0).inserted }
  }

  /// An original model as the design it lowers to.
  private static func lower(_ data: Data, _ path: String, _ options: ImportOptions) throws
    -> LoadedDesign
  {
    let name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    let graph = try ModelGraph(data, file: path, options: options.model)
    do {
      let model = try LoweredModel(
        Reference(graph), name: options.name ?? name, part: options.part,
        clockMHz: options.clockMHz)
      return model.loaded.made(of: model)
    } catch let error as InputError where !graph.hasQuantizers {
      var error = error
      error.hint =
        "nothing in it is quantised: give the export of a quantised training (QONNX, QDQ), or run "
        + "FINN's create_dataflow_partition step and give the dataflow graph"
      throw error
    }
  }

  /// Whether `path` is an original model (QONNX, QDQ, a FINN step before hardware) and not a design.
  public static func isOriginalModel(_ path: String) throws -> Bool {
    guard path != "-", !FINNOutput.isDirectory(path) else { return false }
    let data = try InputFile.read(path)
    guard !isJSON(data, path) else { return false }
    return try ONNXImporter(data, file: path, options: ImportOptions()).isOriginalModel
  }

  /// Whether a file is a design already, JSON or a FINN graph; false for directories and standard input, which
  /// may hold either.
  public static func isDesign(_ path: String) throws -> Bool {
    guard path != "-", !FINNOutput.isDirectory(path) else { return false }
    return try !isOriginalModel(path)
  }

  /// Bytes of a model: what protobuf can hold.
  static let largestModel = 1 << 31

  /// Throws for what begins like neither JSON nor a model, or goes on for longer than JSON may.
  private static func requireModel(_ start: Data) throws {
    guard let first = start.first else { return }
    // The fields of a model, and UTF-8's mark.
    let tags: Set<UInt8> = [0x08, 0x12, 0x1A, 0x22, 0x28, 0x32, 0x3A, 0x42, 0x72, 0xA2, 0xCA, 0xEF]
    guard !isJSON(start, "") else {
      guard start.count <= JSONValue.largestText else {
        throw InputError(
          "is longer than the \(JSONValue.largestText) bytes that JSON may have",
          file: "standard input")
      }
      return
    }
    guard tags.contains(first) || [0x20, 0x09, 0x0A, 0x0D].contains(first) else {
      throw InputError(
        "is neither JSON nor an ONNX model: it begins with byte \(first)", file: "standard input")
    }
  }

  /// An ONNX file starts with a protobuf tag; no tag it may start with is a brace, a bracket or
  /// white space that JSON allows.
  private static func isJSON(_ data: Data, _ path: String) -> Bool {
    let bom: [UInt8] = [0xEF, 0xBB, 0xBF]
    let start = data.starts(with: bom) ? data.dropFirst(3) : data
    let first = start.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
    if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") { return true }
    return path.lowercased().hasSuffix(".json")
  }

  private static func loadJSON(_ data: Data, _ path: String, _ options: ImportOptions) throws
    -> LoadedDesign
  {
    var design = try Design(json: data, file: path)
    design.dropChecksums()
    design.name = options.name ?? design.name
    design.part = options.part ?? design.part
    design.clockMHz = options.clockMHz ?? design.clockMHz
    design.finnGeneration = options.finnGeneration ?? design.finnGeneration
    guard let file = design.parametersFile, options.parameterFiles.isEmpty else {
      return LoadedDesign(design: design, parameters: nil, notes: [])
    }
    let beside = try NamedFile.path(file, in: path, allowsOutside: options.allowsOutside)
    guard FileManager.default.fileExists(atPath: beside) else {
      let note = "the parameter file \(beside) is missing; timing does not need it"
      return LoadedDesign(design: design, parameters: nil, notes: [note])
    }
    let store = ParameterStore(try NPZ(contentsOf: beside))
    return LoadedDesign(design: design, parameters: store, notes: [])
  }
}
