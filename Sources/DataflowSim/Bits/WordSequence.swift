import SimKernels

/// A sequence of stream words, any number of them, as their elements.
public struct WordSequence: Sendable, Equatable {
  /// Elements of a word.
  public let elementsPerWord: Int
  /// All words one behind the other.
  public let elements: Integers

  /// `elements` are whole words.
  public init(elementsPerWord: Int, elements: Integers) {
    self.elementsPerWord = max(1, elementsPerWord)
    self.elements = elements
  }

  /// How many words there are.
  public var count: Int { elements.count / elementsPerWord }

  /// The first `count` words.
  public func prefix(_ count: Int) -> WordSequence {
    let n = min(count, self.count) * elementsPerWord
    return WordSequence(
      elementsPerWord: elementsPerWord,
      elements: elements.elements(0..<n, rowLength: elementsPerWord))
  }
}
