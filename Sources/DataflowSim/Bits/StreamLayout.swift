import SimKernels

/// What a stream carries in the bit plane: a tensor and how it is cut into words.
public struct StreamLayout: Sendable, Equatable {
  /// The type of the elements.
  public var dataType: DataType
  /// FINN's normal shape of a frame.
  public var shape: [Int]
  /// Elements of a word.
  public var elements: Int
  /// Words of a frame.
  public var words: Int

  /// A frame of `shape` in `words` words of `elements` elements.
  public init(dataType: DataType, shape: [Int], elements: Int, words: Int) {
    self.dataType = dataType
    self.shape = shape
    self.elements = elements
    self.words = words
  }

  /// The layout of a port; `nil` when the port leaves something open.
  public init?(_ port: Port) {
    guard let type = port.dataType, let words = port.words else { return nil }
    guard let elements = port.elements ?? port.width.map({ $0 / type.bits }), elements > 0 else {
      return nil
    }
    self.init(
      dataType: type, shape: port.normalShape ?? [words * elements], elements: elements,
      words: words)
  }

  /// Elements of a frame.
  public var count: Int { words * elements }
  /// Length of the tensor's last axis.
  public var rowLength: Int { max(1, shape.last ?? 1) }
  /// How elements are stored.
  public var format: ElementFormat { dataType.format }
  /// The layout of one word.
  public var word: WordLayout { WordLayout(format: format, count: elements) }
}

extension DataType {
  /// How elements are stored; fixed-point values as the integer their bits are.
  public var format: ElementFormat {
    switch kind {
    case .binary: .binary
    case .unsigned: .unsigned(bits)
    case .bipolar: .bipolar
    case .ternary, .signed, .fixed, .scaled, .float: .signed(bits)
    }
  }

  /// Whether values of the type are integers, or integers times a fixed power of two.
  var hasExactBits: Bool {
    switch kind {
    case .float, .scaled: false
    default: true
    }
  }

  /// Bits behind the binary point.
  package var fractionBits: Int {
    if case .fixed(let n) = kind { return n }
    return 0
  }
}

/// What has to be done to a stream's elements so that a port can read them.
package enum StreamAdapter: Sendable, Equatable {
  case none
  /// The same bits under another type.
  case reinterpret(ElementFormat)
  /// Words of as many bits, cut into other elements.
  case repack(from: WordLayout, to: WordLayout)

  /// Throws `InputError` when the words of the two do not have the same width.
  ///
  /// - Parameter padded: a DMA is at one end: it moves whole bytes, pad bits included.
  init(from stream: StreamLayout, to port: StreamLayout, padded: Bool) throws {
    if stream.format == port.format {
      self = .none
    } else if stream.format.bits == port.format.bits {
      self = .reinterpret(port.format)
    } else {
      let (from, to) = (stream.word, port.word)
      guard from.width == to.width || padded && from.bytes == to.bytes else {
        throw InputError(
          "carries words of \(stream.elements) x \(stream.dataType) (\(from.width) bits), but its "
            + "reader takes \(port.elements) x \(port.dataType) (\(to.width) bits)")
      }
      self = .repack(from: from, to: to)
    }
  }

  package func apply(_ elements: Integers, rowLength: Int) -> Integers {
    switch self {
    case .none: elements
    case .reinterpret(let format): elements.reinterpreted(as: format, rowLength: rowLength)
    case .repack(let from, let to): to.unpack(from.pack(elements)).reshaped(rowLength: rowLength)
    }
  }
}
