import DataflowSim
import FoundationEssentials

extension LoadedDesign {
  /// Writes the design to `path` and its arrays to a `.npz` of the same stem beside it; both
  /// files appear, or neither.
  ///
  /// Arrays are stored in the narrowest integer type that holds them. Returns the names of the
  /// arrays written and of those the design names but no file had.
  public func write(to path: String, withParameters: Bool) throws
    -> (written: [String], missing: [String])
  {
    let (files, written, missing) = try files(at: path, withParameters: withParameters)
    try OutputFiles.write(files)
    return (written, missing)
  }

  /// What `write` writes.
  public func files(at path: String, withParameters: Bool) throws
    -> (files: [(path: String, contents: Data)], written: [String], missing: [String])
  {
    var design = design
    design.parametersFile = nil
    let used = Set(design.nodes.flatMap(\.initializers.values)).sorted()
    let present = withParameters ? used.filter { parameters?.contains($0) ?? false } : []
    var files: [(path: String, contents: Data)] = []
    if let parameters, !present.isEmpty {
      let arrays = try present.map { ($0, try parameters.tensor($0).narrowed()) }
      let archive = Self.archive(beside: path)
      design.parametersFile = archive.lastPathComponent
      files.append((archive.path, try NPZ.encode(arrays)))
    }
    files.append((path, try design.json()))
    return (files, present, used.filter { !present.contains($0) })
  }

  /// The `.npz` of a design's arrays.
  public static func archive(beside path: String) -> URL {
    URL(fileURLWithPath: path).deletingPathExtension().appendingPathExtension("npz")
  }
}
