import Foundation

/// Arrays in a file: one `.npy` or an `.npz` of several, told apart by content.
public enum TensorFile {
  /// All arrays of the file; a `.npy` has one, named after the file.
  public static func read(_ path: String) throws -> [String: Tensor] {
    let data = try InputFile.read(path)
    if data.starts(with: [0x93]) {
      let name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
      return [name: try NPY.decode(data, file: path)]
    }
    let archive = try NPZ(data, file: path)
    return Dictionary(
      uniqueKeysWithValues: try archive.names.map { ($0, try archive.tensor($0)) })
  }

  /// Writes arrays as `.npz`, or a single one as `.npy` when `path` ends so.
  public static func write(_ tensors: [(name: String, tensor: Tensor)], to path: String) throws {
    if path.hasSuffix(".npy") {
      guard tensors.count == 1 else {
        throw InputError("a .npy file holds one array, not \(tensors.count)", file: path)
      }
      try OutputFiles.write([(path, NPY.encode(tensors[0].tensor))])
    } else {
      try OutputFiles.write([(path, try NPZ.encode(tensors))])
    }
  }
}
