import DataflowSim
import Foundation
import ONNXFormat

/// A design with its constant arrays, as far as they are at hand.
public struct LoadedDesign: Sendable {
  public var design: Design
  /// Weights and thresholds; timing needs none.
  public var parameters: ParameterStore?
  /// Things worth knowing about how the file was read, one sentence each.
  public var notes: [String]
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
    }
    return loaded
  }

  static func loadFile(_ path: String, _ options: ImportOptions) throws -> LoadedDesign {
    let data = try path == "-" ? InputFile.readStandardInput() : InputFile.read(path)
    let name = path == "-" ? "standard input" : path
    if isJSON(data, path) { return try loadJSON(data, name, options) }
    let source = try GraphSource(data, file: name, options: options)
    return try source.load(options.finnGeneration ?? source.age.generation)
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
