/// What the words of a trace were, where `simrun run --trace --values` has kept them.
public struct TraceValues: Sendable {
  /// The words of one stream.
  public struct Words: Sendable {
    /// Bits of an element, and elements of a word.
    public let bits: Int
    public let elementsPerWord: Int
    /// −1 and +1 are the bits 0 and 1.
    public let isBipolar: Bool
    fileprivate(set) public var elements: [Int64]

    /// Whole words kept.
    public var count: Int { elements.count / max(elementsPerWord, 1) }
    /// Bits of a word.
    public var width: Int { bits * elementsPerWord }

    /// The elements of a word; nil where it was not kept.
    public subscript(_ word: Int) -> ArraySlice<Int64>? {
      guard word >= 0, word < count else { return nil }
      let start = word * elementsPerWord
      return elements[start..<start + elementsPerWord]
    }

    /// The word as its wires carry it, most significant bit first: element 0 in the least significant bits.
    func wires(_ word: Int) -> String? {
      guard let elements = self[word] else { return nil }
      var text: [UInt8] = []
      text.reserveCapacity(width)
      for element in elements.reversed() {
        let code = isBipolar ? (element > 0 ? 1 : 0) : element
        for bit in stride(from: bits - 1, through: 0, by: -1) {
          text.append(48 + UInt8(truncatingIfNeeded: (code >> Int64(min(bit, 63))) & 1))
        }
      }
      return String(decoding: text, as: UTF8.self)
    }
  }

  private var byStream: [String: Words] = [:]

  /// The words of a stream; nil where none were kept.
  public subscript(_ stream: String) -> Words? { byStream[stream] }

  /// The kept words of `streams`; of all of them where that is nil.
  ///
  /// Throws `InputError` where the file is damaged.
  public init(_ trace: TraceFile, streams: Set<String>? = nil) throws {
    var groups: [Int: Words] = [:]
    var offset = trace.valueFrames.lowerBound
    while offset < trace.valueFrames.upperBound {
      guard let size = ZstdFrame.size(in: trace.data, at: offset),
        let content = ZstdFrame.content(of: trace.data, at: offset)
      else { throw Self.damaged(trace, offset) }
      if content.first == TraceFormat.Kind.values.rawValue {
        guard Self.add(content, to: &groups, streams: trace.streams, wanted: streams) else {
          throw Self.damaged(trace, offset)
        }
      }
      offset += size
    }
    for (group, words) in groups {
      for name in trace.streams[group] { byStream[name] = words }
    }
  }

  private static func damaged(_ trace: TraceFile, _ offset: Int) -> InputError {
    InputError(
      "is damaged here", file: trace.path, at: "byte \(offset) of \(trace.data.count)",
      hint: "its handshakes are whole; values behind this place are lost")
  }

  private static func add(
    _ content: [UInt8], to groups: inout [Int: Words], streams: [[String]], wanted: Set<String>?
  ) -> Bool {
    var reader = ByteReader(content, from: 1)
    guard let group = reader.unsigned(), group < streams.count, let first = reader.unsigned(),
      let perWord = reader.unsigned(), let bits = reader.unsigned(), let kind = reader.unsigned(),
      let count = reader.unsigned(), perWord > 0, perWord < 1 << 24, bits > 0, bits <= 64,
      count <= content.count, kind <= 1
    else { return false }
    guard wanted.map({ !$0.isDisjoint(with: streams[group]) }) ?? true else { return true }
    var words =
      groups[group]
      ?? Words(bits: bits, elementsPerWord: perWord, isBipolar: kind == 1, elements: [])
    guard words.elements.count == first, words.bits == bits, words.elementsPerWord == perWord else {
      return false
    }
    for _ in 0..<count {
      guard let value = reader.signed() else { return false }
      words.elements.append(Int64(value))
    }
    groups[group] = words
    return true
  }
}

extension TraceWriter {
  /// Elements of a frame of values.
  private static let elementsPerFrame = 1 << 17

  /// The frames that keep `words`, the words of a stream.
  static func frames(_ words: WordSequence, type: DataType, stream: Int) -> [[UInt8]] {
    // Wider elements have no place in 64 bits; such a stream is left out.
    guard let elements = words.elements.int64s, type.bits <= 64 else { return [] }
    return stride(from: 0, to: elements.count, by: elementsPerFrame).map { start in
      let part = elements[start..<min(start + elementsPerFrame, elements.count)]
      var content = ByteWriter()
      for number in [
        stream, start, words.elementsPerWord, type.bits, type.kind == .bipolar ? 1 : 0, part.count,
      ] {
        content.unsigned(number)
      }
      for element in part { content.signed(Int(element)) }
      return content.bytes
    }
  }
}
