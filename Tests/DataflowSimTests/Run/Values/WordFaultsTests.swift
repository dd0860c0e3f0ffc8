import SimKernels
import Testing

import DataflowSim

/// Faults know words by their number in the whole run, a reset or not before them.
struct WordFaultsTests {
  private static let all: [Fault] = [
    .drop(stream: "s", word: 21), .duplicate(stream: "s", word: 24), .swap(stream: "s", word: 26),
    .corrupt(stream: "s", word: 29, mask: "3"),
  ]

  private func faults(_ list: [Fault]) throws -> WordFaults {
    try #require(WordFaults.all(Scenario(faults: list), Design(name: "d"))["s"])
  }

  private func words(_ values: Range<Int>) -> WordSequence {
    WordSequence(
      elementsPerWord: 1, elements: Integers(Array(values), rowLength: 1, format: .unsigned(8)))
  }

  private func values(_ words: WordSequence) -> [Int] {
    (0..<words.count).map { words.elements.int($0) ?? -1 }
  }

  /// The words behind a reset start at a number of their own.
  @Test(arguments: all.map { [$0] } + [all]) func strikeTheSameWordsBehindAReset(list: [Fault])
    throws
  {
    let faults = try faults(list)
    let whole = values(faults.applied(to: words(0..<40)))
    let behind = values(faults.applied(to: words(20..<40), from: 20))
    #expect(behind == Array(whole.dropFirst(20)))
    #expect(whole.prefix(20) == ArraySlice(0..<20))
  }

  @Test func aDuplicateRepeatsItsOwnWord() throws {
    let faults = try faults([.duplicate(stream: "s", word: 12)])
    #expect(values(faults.applied(to: words(10..<15), from: 10)) == [10, 11, 12, 12, 13, 14])
  }
}
