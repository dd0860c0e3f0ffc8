/// A plain text table: columns padded to their widest cell, two spaces between. On a terminal it fits the
/// terminal's width, and a heading is bold.
struct TextTable {
  private let rightAligned: ClosedRange<Int>?
  private let hasHeading: Bool
  private let limit: Int?
  private var rows: [[String]] = []

  /// - Parameters:
  ///   - rightAligned: the columns that hold numbers.
  ///   - hasHeading: whether the first row names the columns.
  ///   - width: columns of the terminal; nil: as wide as it gets.
  init(
    rightAligned: ClosedRange<Int>? = nil, hasHeading: Bool = false, width: Int? = Terminal.width
  ) {
    self.rightAligned = rightAligned
    self.hasHeading = hasHeading
    limit = width
  }

  mutating func add(_ cells: [String]) { rows.append(cells) }

  var text: String {
    let widths = fittedWidths
    let all = rows.flatMap { lines(of: $0, widths) }
    guard hasHeading, let first = all.first else { return all.joined(separator: "\n") }
    return ([first.emphasised] + all.dropFirst()).joined(separator: "\n")
  }

  /// Sentences go on below themselves; names lose their middle.
  private func lines(of row: [String], _ widths: [Int]) -> [String] {
    let cells = row.enumerated().map { column, cell in
      cell.contains(" ") ? Self.wrapped(cell, to: widths[column]) : [Self.cut(cell, widths[column])]
    }
    let last = row.count - 1
    return (0..<(cells.map(\.count).max() ?? 0)).map { line in
      cells.enumerated().map { column, cell in
        let text = line < cell.count ? cell[line] : ""
        return column == last && !isRight(column) ? text : padded(text, column, widths)
      }.joined(separator: "  ").withoutTrailingSpaces
    }
  }

  private func isRight(_ column: Int) -> Bool { rightAligned?.contains(column) ?? false }

  private func padded(_ text: String, _ column: Int, _ widths: [Int]) -> String {
    let space = String(repeating: " ", count: max(0, widths[column] - text.count))
    return isRight(column) ? space + text : text + space
  }

  // MARK: Fitting

  /// Columns are not made narrower than this.
  private static let narrowest = 12

  private var fittedWidths: [Int] {
    let columns = rows.map(\.count).max() ?? 0
    var widths = (0..<columns).map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    guard let limit else { return widths }
    var excess = widths.reduce(0, +) + 2 * max(0, columns - 1) - limit
    while excess > 0 {
      let shrinkable = widths.indices.filter { !isRight($0) && widths[$0] > Self.narrowest }
      guard let widest = shrinkable.max(by: { widths[$0] < widths[$1] }) else { break }
      // Down to the next widest at once, but never further than needed.
      let next = shrinkable.filter { $0 != widest }.map { widths[$0] }.max() ?? Self.narrowest
      let step = max(1, min(excess, widths[widest] - max(next, Self.narrowest)))
      widths[widest] -= step
      excess -= step
    }
    return widths
  }

  /// `text` without its middle: the ends tell `StreamingFIFO_rtl_3` from `…_30`.
  static func cut(_ text: String, _ width: Int) -> String {
    guard text.count > width, width > 2 else { return text }
    let tail = (width - 1) / 2
    return text.prefix(width - 1 - tail) + "…" + text.suffix(tail)
  }

  /// Lines of at most `width` characters, broken at spaces.
  static func wrapped(_ text: String, to width: Int) -> [String] {
    guard text.count > width, width > 2 else { return [text] }
    var lines: [String] = []
    var line = ""
    let words = text.split(separator: " ", omittingEmptySubsequences: false)
    for word in words.map({ cut(String($0), width) }) {
      if !line.isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = word
      } else {
        line += (line.isEmpty ? "" : " ") + word
      }
    }
    return lines + [line]
  }
}

extension String {
  fileprivate var withoutTrailingSpaces: String {
    String(reversed().drop { $0 == " " }.reversed())
  }
}
