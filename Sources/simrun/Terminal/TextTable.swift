/// A plain text table: columns padded to their widest cell, two spaces between.
struct TextTable {
  private let rightAligned: ClosedRange<Int>?
  private var rows: [[String]] = []

  /// - Parameter rightAligned: the columns that hold numbers.
  init(rightAligned: ClosedRange<Int>? = nil) { self.rightAligned = rightAligned }

  mutating func add(_ cells: [String]) { rows.append(cells) }

  var text: String {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      let cells = row.enumerated().map { index, cell in
        let padding = String(repeating: " ", count: widths[index] - cell.count)
        if rightAligned?.contains(index) ?? false { return padding + cell }
        return index == row.count - 1 ? cell : cell + padding
      }
      return cells.joined(separator: "  ")
    }.joined(separator: "\n")
  }
}
