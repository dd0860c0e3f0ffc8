import FoundationEssentials

/// Arrays in a file: one `.npy` or an `.npz` of several, told apart by content. An array is unpacked
/// when it is asked for, so that one of a wrong shape costs nothing.
public struct TensorFile: Sendable {
  private enum Content: Sendable {
    case array(Data, name: String)
    case archive(NPZ)
  }

  /// As named in errors.
  public let path: String
  private let content: Content

  /// Reads the directory of the file. Throws `InputError` when it is neither.
  public init(_ path: String) throws {
    self.path = path
    let data = try InputFile.read(path)
    if data.starts(with: [0x93]) {
      let name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
      content = .array(data, name: name.printable)
    } else if !data.starts(with: Array("PK".utf8)) {
      throw InputError(
        "is neither .npy nor .npz, the formats of numpy", file: path,
        hint:
          "numpy.save(\"x.npy\", array) writes one, frames on the leading axis; numpy.loadtxt reads CSV"
      )
    } else {
      content = .archive(try NPZ(data, file: path))
    }
  }

  /// Names of the arrays, sorted; a `.npy` has one, named after the file.
  public var names: [String] {
    switch content {
    case .array(_, let name): [name]
    case .archive(let archive): archive.names
    }
  }

  /// The shape of an array, from its header alone.
  public func shape(_ name: String) throws -> [Int] {
    switch content {
    case .array(let data, _): try NPY.shape(of: data, file: path)
    case .archive(let archive): try archive.shape(name)
    }
  }

  /// Unpacks one array.
  public func tensor(_ name: String) throws -> Tensor {
    switch content {
    case .array(let data, _): try NPY.decode(data, file: path)
    case .archive(let archive): try archive.tensor(name)
    }
  }
}

extension TensorFile {
  /// All arrays of the file; a `.npy` has one, named after the file.
  public static func read(_ path: String) throws -> [String: Tensor] {
    let file = try TensorFile(path)
    return Dictionary(uniqueKeysWithValues: try file.names.map { ($0, try file.tensor($0)) })
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
