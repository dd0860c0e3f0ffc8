import DataflowAnalysis
import Testing

import simrun

@Suite struct TextTableTests {
  private func table(_ width: Int?) -> String {
    var table = TextTable(rightAligned: 1...1, width: width)
    table.add(["node", "words", "what there is to say"])
    table.add([
      "StreamingDataWidthConverter_rtl_12", "12345", "it is between two layers and waits",
    ])
    return table.text
  }

  @Test func withoutATerminalNothingIsCut() {
    #expect(table(nil).contains("StreamingDataWidthConverter_rtl_12  12345  it is between two"))
  }

  /// Names lose their middle, sentences go on below themselves, numbers stay whole.
  @Test(arguments: 40...90)
  func everyLineFits(width: Int) {
    let text = table(width)
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= width }, "\(text)")
    #expect(text.contains("12345"))
    let words = text.split(whereSeparator: { $0 == " " || $0 == "\n" })
    for word in ["it", "is", "between", "two", "layers", "and", "waits"] {
      #expect(words.contains { $0 == word }, "\(word) in \(text)")
    }
  }

  @Test func bothEndsOfANameStay() {
    #expect(TextTable.cut("StreamingFIFO_rtl_30", 12) == "Stream…tl_30")
    #expect(TextTable.cut("short", 12) == "short")
    #expect(TextTable.wrapped("a bb ccc", to: 4) == ["a bb", "ccc"])
  }

  @Test func numbersInNamesAreNumbers() {
    let names = ["MVAU_10", "MVAU_2", "MVAU_1", "MVAU", "FIFO_9", "MVAU_02"]
    #expect(
      names.sorted(by: naturally) == ["FIFO_9", "MVAU", "MVAU_1", "MVAU_02", "MVAU_2", "MVAU_10"])
    // A strict order: nothing comes before itself.
    for a in names {
      #expect(!naturally(a, a))
      for b in names where a != b { #expect(naturally(a, b) != naturally(b, a)) }
    }
  }
}
