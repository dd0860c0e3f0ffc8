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

/// The one way from a file to a design: `simrun-design` JSON or FINN dataflow ONNX.
public enum DesignFile {
  /// Reads `path`, whichever of the two it is; the content decides, not the suffix.
  ///
  /// A FINN parent graph is followed to its child next to it. Throws `InputError` (exit code 65)
  /// with file, place and what would be right.
  public static func load(_ path: String, options: ImportOptions = .init()) throws -> LoadedDesign {
    var loaded = try load(path, options, depth: 0)
    if !options.parameterFiles.isEmpty {
      let given = try ParameterSources(options.parameterFiles, for: loaded.design).store
      loaded.parameters = loaded.parameters.map(given.merging) ?? given
    }
    return loaded
  }

  private static func load(_ path: String, _ options: ImportOptions, depth: Int) throws
    -> LoadedDesign
  {
    let data = try InputFile.read(path)
    if isJSON(data, path) { return try loadJSON(data, path, options) }
    var importer = try ONNXImporter(data, file: path, options: options)
    let children = importer.partitions
    guard !children.isEmpty else { return try importer.run() }
    let child = try childFile(children, of: path)
    guard depth < 4 else { throw InputError("partitions are nested too deeply", file: path) }
    var loaded = try load(child, options, depth: depth + 1)
    loaded.notes.insert("\(path) is a parent graph; its dataflow graph is \(child)", at: 0)
    return loaded
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
    guard let file = design.parametersFile, options.parameterFiles.isEmpty else {
      return LoadedDesign(design: design, parameters: nil, notes: [])
    }
    let beside = sibling(file, of: path)
    guard FileManager.default.fileExists(atPath: beside) else {
      let note = "the parameter file \(beside) is missing; timing does not need it"
      return LoadedDesign(design: design, parameters: nil, notes: [note])
    }
    let store = ParameterStore(try NPZ(contentsOf: beside))
    return LoadedDesign(design: design, parameters: store, notes: [])
  }

  /// `name` as seen from the folder of `path`.
  private static func sibling(_ name: String, of path: String) -> String {
    URL(fileURLWithPath: name, relativeTo: URL(fileURLWithPath: path).deletingLastPathComponent())
      .path
  }

  private static func childFile(_ children: [String], of path: String) throws -> String {
    guard children.count == 1, let child = children.first else {
      throw InputError(
        "has \(children.count) dataflow partitions: \(children.joined(separator: ", "))",
        file: path, hint: "give one of these files to simrun")
    }
    let lastComponent = URL(fileURLWithPath: child).lastPathComponent
    for candidate in [child, lastComponent].map({ sibling($0, of: path) })
    where FileManager.default.fileExists(atPath: candidate) {
      return candidate
    }
    throw InputError(
      "is a parent graph, and its dataflow graph '\(child)' is not beside it", file: path,
      hint: "put the child file next to it or give the child to simrun")
  }
}
