/// Which reference array a stream is compared with, and how its numbers relate to the stream's integers.
///
/// `reference = scale · stream + offset`, one pair for the tensor or one per channel (last axis).
public struct ReferenceMap: Sendable {
  public struct Entry: Sendable, Equatable {
    /// Name of the array in the reference file.
    public var reference: String
    public var scale: [Double]
    public var offset: [Double]

    public init(reference: String, scale: [Double] = [1], offset: [Double] = [0]) {
      self.reference = reference
      self.scale = scale
      self.offset = offset
    }
  }

  /// By stream.
  public var entries: [String: Entry]

  public init(entries: [String: Entry] = [:]) { self.entries = entries }

  /// Every stream against the array of its own name, as integers.
  public static func byName(_ streams: some Sequence<String>, in arrays: some Sequence<String>)
    -> ReferenceMap
  {
    let known = Set(arrays)
    return ReferenceMap(
      entries: Dictionary(
        uniqueKeysWithValues: streams.filter(known.contains).map { ($0, Entry(reference: $0)) }))
  }
}

extension ReferenceMap {
  /// Reads the map in the file at `path`.
  public init(contentsOf path: String) throws {
    try self.init(
      document: try JSONValue(parsing: try InputFile.read(path), file: path), file: path)
  }

  /// Reads a map: either `{"tensors": {STREAM: {"reference": NAME, "scale": S, "offset": O}}}`, scale and
  /// offset a number or a list per channel, or the `matched` table FINN comparison scripts write
  /// (`qonnx_tensor`, `scale_offset`).
  public init(document: JSONValue, file: String) throws {
    do {
      entries = try Self.read(JSONCursor(document))
    } catch let error as InputError {
      throw error.inFile(file)
    }
  }

  private static func read(_ root: JSONCursor) throws -> [String: Entry] {
    if let matched = root.optional("matched") {
      return try table(matched) { value in
        let pair = try value.member("scale_offset").elements()
        guard pair.count == 2 else { throw value.error("scale_offset needs two entries") }
        return Entry(
          reference: try value.member("qonnx_tensor").string(), scale: try numbers(pair[0]),
          offset: try numbers(pair[1]))
      }
    }
    return try table(root.member("tensors")) { value in
      Entry(
        reference: try value.member("reference").string(),
        scale: try value.optional("scale").map(numbers) ?? [1],
        offset: try value.optional("offset").map(numbers) ?? [0])
    }
  }

  private static func table(_ cursor: JSONCursor, _ entry: (JSONCursor) throws -> Entry) throws
    -> [String: Entry]
  {
    var entries: [String: Entry] = [:]
    for (stream, value) in try cursor.members() {
      let read = try entry(value)
      guard read.scale.allSatisfy({ $0 != 0 && $0.isFinite }) else {
        throw value.error("a scale must be a number other than 0")
      }
      entries[stream] = read
    }
    return entries
  }

  private static func numbers(_ cursor: JSONCursor) throws -> [Double] {
    if case .array = cursor.value { return try cursor.elements().map { try $0.double() } }
    return [try cursor.double()]
  }
}
