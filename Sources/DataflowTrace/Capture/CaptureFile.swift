import FoundationEssentials

/// A capture of whatever kind.
public enum CaptureFile {
  /// Reads a value change dump, an FST or an ILA's CSV.
  ///
  /// - Parameters:
  ///   - map: which signals are which streams; nil: found by their names.
  ///   - design: what was captured.
  /// - Returns: the levels, and the map by which they were read.
  /// - Throws: `InputError` with the line where the file is wrong.
  public static func read(_ path: String, map: VCDMap?, design: Design) throws -> (
    capture: VCDCapture, map: VCDMap
  ) {
    let data = try InputFile.read(path)
    if FSTCapture.recognises(data) {
      return try read(FSTCapture(data, path: path), path, map, design)
    }
    try TextLines.requireText(data, file: path)
    let mark = data.first(where: { !" \t\r\n".utf8.contains($0) })
    if mark == UInt8(ascii: "$") {
      let map = try map ?? found(in: data, path, design)
      return (try VCDReader.read(data, file: path, map: map), map)
    }
    let table = try ILACapture(data, file: path)
    let found =
      try map
      ?? CaptureSignals(table.names, design: design, needsClock: false, file: path).map
    return (try table.levels(found), found)
  }

  /// The signals that a dump declares, by their names.
  private static func found(in dump: Data, _ path: String, _ design: Design) throws -> VCDMap {
    try CaptureSignals(
      VCDReader.signals(in: dump, file: path), design: design, needsClock: true, file: path
    ).map
  }

  /// Finds the signals in what the file declares, and reads the changes of these alone.
  private static func read(_ fst: FSTCapture, _ path: String, _ map: VCDMap?, _ design: Design)
    throws -> (capture: VCDCapture, map: VCDMap)
  {
    do {
      let head = try fst.declarations()
      let map = try map ?? found(in: head, path, design)
      let dump = try fst.dump(of: VCDReader.codes(of: map, in: head, file: path))
      return (try VCDReader.read(dump, file: path, map: map), map)
    } catch var error as InputError {
      // Lines of a dump that nobody has seen.
      if error.place?.hasPrefix("line ") == true { error.place = nil }
      throw error
    }
  }
}
