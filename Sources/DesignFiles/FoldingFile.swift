import DataflowSim

/// Folding configurations as FINN (JSON) and FINN+ (YAML) write them.
public enum FoldingFile {
  /// Reads the file; its content decides which of the two it is.
  ///
  /// Throws `InputError` with file and place.
  public static func read(_ path: String) throws -> FoldingConfig {
    let data = try InputFile.readJSON(path)
    let first = data.first { ![0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF].contains($0) }
    if first == UInt8(ascii: "{") { return try FoldingConfig(json: data, file: path) }
    let document = try YAMLDocument.value(data, file: path)
    return try FoldingConfig(document: document, file: path)
  }
}
