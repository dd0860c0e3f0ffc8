import DataflowAnalysis

/// What the words of a run were, for the page: computed frame by frame from the user's data, which comes in turn
/// where more frames are recorded than it has.
public struct PageData: Sendable {
  fileprivate let plane: Dataplane
  fileprivate let tensors: [String: Tensor]
  /// Frames in the data.
  public let frames: Int

  /// - Parameters:
  ///   - inputs: a tensor per graph input, leading axis frames.
  ///
  /// Throws `InputError` for a design whose values cannot be computed, and for data that does not fit it.
  public init(_ design: Design, _ parameters: ParameterStore?, inputs: TensorFile) throws {
    try self.init(design, parameters) { try $0.namedInputs(inputs) }
  }

  /// - Parameters:
  ///   - inputs: gives a tensor per graph input of the plane it is handed, leading axis frames.
  ///
  /// Throws `InputError` for a design whose values cannot be computed, and for data that does not fit it.
  public init(
    _ design: Design, _ parameters: ParameterStore?,
    inputs: (Dataplane) throws -> [String: Tensor]
  ) throws {
    plane = try Dataplane(design, parameters: parameters)
    tensors = try inputs(plane)
    frames = tensors.values.compactMap(\.shape.first).min() ?? 1
    guard frames > 0 else { throw InputError("the data has no frame") }
  }
}

/// Frames of data as words, one computed at a time.
private final class FrameWords {
  private let data: PageData
  private var known: (frame: Int, words: [String: WordSequence]) = (-1, [:])

  init(_ data: PageData) { self.data = data }

  /// The elements of word `index` of a run on `stream`, at most `most`; nil where there are none.
  func values(_ stream: String, _ index: Int, most: Int) -> [Int64]? {
    guard let layout = try? data.plane.layout(of: stream), layout.words > 0,
      let words = words(frame: index / layout.words % data.frames)?[stream]
    else { return nil }
    let start = index % layout.words * words.elementsPerWord
    guard start + words.elementsPerWord <= words.elements.count else { return nil }
    let word = words.elements.elements(
      start..<start + words.elementsPerWord, rowLength: words.elementsPerWord)
    return word.int64s.map { Array($0.prefix(most)) }
  }

  private func words(frame: Int) -> [String: WordSequence]? {
    if known.frame != frame {
      guard let part = try? data.tensors.mapValues({ try $0.frame(frame) }),
        let source = try? data.plane.sourceData(part),
        let words = try? data.plane.words(of: source.words)
      else { return nil }
      known = (frame, words)
    }
    return known.words
  }
}

extension Tensor {
  /// One frame of the leading axis.
  fileprivate func frame(_ index: Int) throws -> Tensor {
    let size = bytes.count / max(1, shape[0])
    return try Tensor(
      shape: [1] + shape.dropFirst(), elementType: elementType,
      bytes: Array(bytes[index * size..<(index + 1) * size]))
  }
}

/// The words on all streams at some cycles of a window.
public struct Moments: Encodable, Sendable {
  /// A stream's words.
  public struct Lane: Encodable, Sendable {
    /// The stream's name.
    public var name: String
    /// By cycle: the word that is valid, by its place in its frame and with its first elements; empty where
    /// none is.
    public var words: [String]
  }

  /// The cycles looked at.
  public var cycles: [Cycle]
  public var streams: [Lane]

  /// Words of all streams together.
  private static let mostWords = 14_000
  private static let mostCycles = 96
  /// Elements of a word that are shown.
  private static let mostElements = 8

  /// Looks at `cycles` of a trace.
  ///
  /// Throws `InputError` for a damaged trace.
  init(_ trace: TraceFile, _ plan: Plan, _ data: PageData, cycles: Range<Cycle>) throws {
    let frames = FrameWords(data)
    // One more than is shown, so that the rest is marked.
    let words = TraceWords(plan) { frames.values($0, $1, most: Self.mostElements + 1) }
    let names = trace.streamNames
    let count = min(
      Self.mostCycles, max(8, Self.mostWords / max(names.count, 1)), max(cycles.count, 1))
    self.cycles = (0..<count).map { cycles.lowerBound + $0 * cycles.count / count }
    var lanes = Dictionary(
      names.map { ($0, [String](repeating: "", count: count)) }, uniquingKeysWith: { a, _ in a })
    for (n, cycle) in self.cycles.enumerated() {
      WorkProgress.tell("words over time", n, of: count)
      for stream in try TraceMoment(trace, words, at: cycle).streams {
        lanes[stream.name]?[n] = stream.word.text
      }
    }
    streams = names.map { Lane(name: $0, words: lanes[$0] ?? []) }
  }
}
