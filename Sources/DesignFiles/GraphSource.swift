import DataflowSim
import Foundation
import ONNXFormat

/// An ONNX file opened, with the children its partitions stand for.
///
/// A parent with one partition is that partition; several are joined along the parent's edges, which
/// is the design on the board: DMA in, accelerators, DMA out.
struct GraphSource {
  let importer: ONNXImporter
  /// By index of the partition's node in the graph.
  let children: [Int: GraphSource]

  init(_ data: Data, file: String, options: ImportOptions, depth: Int = 0) throws {
    let importer = try ONNXImporter(data, file: file, options: options)
    self.importer = importer
    var children: [Int: GraphSource] = [:]
    for partition in importer.partitions {
      guard depth < 4 else { throw InputError("partitions are nested too deeply", file: file) }
      let path = try Self.childFile(partition.model, of: file, options.allowsOutside)
      children[partition.index] = try GraphSource(
        try InputFile.read(path, atMost: DesignFile.largestModel), file: path, options: options,
        depth: depth + 1)
    }
    self.children = children
  }

  /// The files of all children, theirs included.
  var childFiles: [String] { children.values.flatMap { [$0.importer.file] + $0.childFiles } }

  /// What the names in this file and in its children allow.
  var age: GraphAge { children.values.reduce(importer.age) { $0.narrowed(by: $1.age) } }

  /// The design; `generation` holds for all parts.
  func load(_ generation: FINNGeneration) throws -> LoadedDesign {
    var importer = importer
    importer.generation = generation
    if let only = try importer.onlyPartition(), let child = children[only] {
      var loaded = try child.load(generation)
      loaded.notes.insert(
        "\(importer.file) is a parent graph; its dataflow graph is \(child.importer.file)", at: 0)
      return loaded
    }
    return try importer.run { index in try children[index]?.load(generation) }
  }

  /// The child file a parent names: where it says, or else by the last one, two or three components of
  /// that path beside the parent. FINN stores the path of the machine it ran on.
  ///
  /// What lies outside the parent's folder is not opened unless `allowsOutside`.
  static func childFile(_ stored: String, of parent: String, _ allowsOutside: Bool = false) throws
    -> String
  {
    // As the user typed it, so that messages stay short.
    let folder = parent.lastIndex(of: "/").map { String(parent[..<$0]) } ?? "."
    let parts = stored.split(whereSeparator: { $0 == "/" || $0 == "\\" }).map(String.init)
    guard !parts.isEmpty else {
      throw InputError(
        "is a parent graph with a partition that names no file", file: parent,
        hint: "give the dataflow graph itself to simrun")
    }
    let places =
      [stored.hasPrefix("/") ? stored : "\(folder)/\(stored)"]
      + (1...3).filter { $0 <= parts.count }.map {
        "\(folder)/" + parts.suffix($0).joined(separator: "/")
      }
    let found = places.filter(isFile)
    if let inside = found.first(where: { allowsOutside || NamedFile.isBelow($0, folder) }) {
      return inside
    }
    if let outside = found.first {
      return try NamedFile.path(outside, in: parent, allowsOutside: false)
    }
    throw InputError(
      "is a parent graph, and its dataflow graph '\(stored)' is not there, nor beside it",
      file: parent,
      hint: "looked for \(places.dropFirst().joined(separator: ", ")); "
        + "put the child there or give the child to simrun")
  }

  private static func isFile(_ path: String) -> Bool {
    var isDirectory: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
      && !isDirectory.boolValue
  }
}
