/// Which reference array a stream is compared with, and how its numbers relate to the stream's integers.
///
/// `reference = scale · stream + offset`, one pair for the tensor or one per channel (last axis). A
/// channel whose scale is 0 is constant in the reference; its elements are not compared.
public struct ReferenceMap: Sendable {
  /// The array that belongs to a stream, and reference = scale · stream + offset.
  public struct Entry: Sendable, Equatable {
    /// Name of the array in the reference file.
    public var reference: String
    public var scale: [Double]
    public var offset: [Double]
    /// Whether the array has its channels in front of its rows and columns (NCHW); `nil`: as its
    /// shape says, and where that fits both ways, as the other arrays have them.
    public var channelsFirst: Bool?

    /// Scale and offset have one entry, or one per channel; `channelsFirst` nil: as the shapes
    /// tell.
    public init(
      reference: String, scale: [Double] = [1], offset: [Double] = [0], channelsFirst: Bool? = nil
    ) {
      self.channelsFirst = channelsFirst
      self.reference = reference
      self.scale = scale
      self.offset = offset
    }
  }

  /// By stream.
  public var entries: [String: Entry]
  /// The file it was read from, for messages.
  public var file: String?

  /// A map by stream name.
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
      document: try JSONValue(parsing: try InputFile.readJSON(path), file: path), file: path)
  }

  /// Reads a map: either `{"tensors": {STREAM: {"reference": NAME, "scale": S, "offset": O}}}`, scale and
  /// offset a number or a list per channel, or the `matched` table FINN comparison scripts write
  /// (`qonnx_tensor`, `scale_offset`: a pair, or a list of pairs with one per channel), or a table
  /// `tensor_map_fifo_to_dataflow` of the names in FINN's graph before FIFO insertion.
  public init(document: JSONValue, file: String) throws {
    self.file = file
    do {
      entries = try Self.read(JSONCursor(document))
    } catch let error as InputError {
      throw error.inFile(file)
    }
  }

  private static func read(_ root: JSONCursor) throws -> [String: Entry] {
    if let matched = root.optional("matched") {
      return try table(matched) { value in
        let (scale, offset) = try scaleAndOffset(value.member("scale_offset"))
        return Entry(
          reference: try value.member("qonnx_tensor").string(), scale: scale, offset: offset)
      }
    }
    if let names = root.optional("tensor_map_fifo_to_dataflow") {
      return try table(names) { Entry(reference: try $0.string()) }
    }
    return try table(root.member("tensors")) { value in
      Entry(
        reference: try value.member("reference").string(),
        scale: try value.optional("scale").map(numbers) ?? [1],
        offset: try value.optional("offset").map(numbers) ?? [0],
        channelsFirst: try value.optional("layout").map(channelsFirst))
    }
  }

  private static func table(_ cursor: JSONCursor, _ entry: (JSONCursor) throws -> Entry) throws
    -> [String: Entry]
  {
    var entries: [String: Entry] = [:]
    for (stream, value) in try cursor.members() {
      let read = try entry(value)
      // A channel that is constant in the reference has no scale; not all can be.
      guard read.scale.contains(where: { $0 != 0 }), read.scale.allSatisfy(\.isFinite) else {
        throw value.error("a scale must be a number other than 0")
      }
      entries[stream] = read
    }
    return entries
  }

  private static func channelsFirst(_ cursor: JSONCursor) throws -> Bool {
    switch try cursor.string() {
    case "NCHW", "NCW": true
    case "NHWC", "NWC": false
    case let other: throw cursor.error("unknown layout \"\(other)\"; known: NCHW, NHWC")
    }
  }

  /// `[scale, offset]`, each a number or a list per channel, or `[[scale, offset], …]` per channel.
  private static func scaleAndOffset(_ cursor: JSONCursor) throws -> ([Double], [Double]) {
    let entries = try cursor.elements()
    let pairs = entries.compactMap { entry -> [JSONCursor]? in
      guard case .array = entry.value, let pair = try? entry.elements() else { return nil }
      return pair.count == 2 ? pair : nil
    }
    if !entries.isEmpty, pairs.count == entries.count {
      return (try pairs.map { try $0[0].double() }, try pairs.map { try $0[1].double() })
    }
    guard entries.count == 2 else {
      throw cursor.error("needs a scale and an offset, or one such pair per channel")
    }
    return (try numbers(entries[0]), try numbers(entries[1]))
  }

  private static func numbers(_ cursor: JSONCursor) throws -> [Double] {
    if case .array = cursor.value { return try cursor.elements().map { try $0.double() } }
    return [try cursor.double()]
  }
}
