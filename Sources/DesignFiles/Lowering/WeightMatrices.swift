import SimModel

/// The weights of a node beside those of the model, both `rows × columns`, rows the outputs.
struct WeightMatrices {
  private let found: [Int]
  private let wanted: [Int]
  private let rows: Int
  private let columns: Int
  private let hasWindow: Bool

  init(_ found: [Int], _ rule: LinearRule) {
    (self.found, wanted) = (found, rule.weights)
    (rows, columns) = (rule.rows, rule.columns)
    hasWindow = rule.window != nil
  }

  /// What makes the one of the other; nil where nothing simple does.
  var difference: (finding: String, advice: String)? {
    let ways: [() -> (finding: String, advice: String)?] = [
      { zero }, { scaled }, { shifted }, { few }, { transposed }, { rowsMoved }, { columnsMoved },
    ]
    return ways.lazy.compactMap { $0() }.first
  }

  private var zero: (finding: String, advice: String)? {
    found.allSatisfy { $0 == 0 }
      ? ("all weights are zero", "they were never loaded, or lost when the design was written")
      : nil
  }

  private var scaled: (finding: String, advice: String)? {
    guard let i = wanted.firstIndex(where: { $0 != 0 }), found[i] != 0,
      zip(found, wanted).allSatisfy({ $0 &* wanted[i] == $1 &* found[i] })
    else { return nil }
    let factor = Double(found[i]) / Double(wanted[i])
    return (
      "every weight is \(factor.legible) times the model's",
      "the scale of the weights went into them: they must be the quantiser's integers"
    )
  }

  private var shifted: (finding: String, advice: String)? {
    let shift = found[0] &- wanted[0]
    guard shift != 0, zip(found, wanted).allSatisfy({ $0 &- $1 == shift }) else { return nil }
    return (
      "every weight is \(shift.magnitude) too \(shift > 0 ? "high" : "low")",
      "a zero point of the weights is in them, or missing"
    )
  }

  /// Single weights.
  private var few: (finding: String, advice: String)? {
    let places = found.indices.filter { found[$0] != wanted[$0] }
    guard places.count <= 4 || places.count * 100 <= found.count else { return nil }
    let list = places.prefix(3).map {
      "output \($0 / columns), input \($0 % columns): \(found[$0]) should be \(wanted[$0])"
    }
    return (
      "\(places.count) of \(found.count.of("weight")) \(places.count == 1 ? "differs" : "differ")",
      list.joined(separator: "; ") + (places.count > 3 ? "; …" : "")
    )
  }

  private var transposed: (finding: String, advice: String)? {
    guard rows == columns, rows > 1,
      found.indices.allSatisfy({ found[$0] == wanted[$0 % columns * columns + $0 / columns] })
    else { return nil }
    return ("the matrix of weights is transposed", "outputs and inputs are exchanged: transpose it")
  }

  private var rowsMoved: (finding: String, advice: String)? {
    func row(_ list: [Int], _ r: Int) -> [Int] { Array(list[r * columns..<(r + 1) * columns]) }
    return moved(rows, { row(found, $0) }, { row(wanted, $0) }).map { source, isReversed in
      (
        "the rows of the weights, one per output channel, are in \(isReversed ? "reverse" : "another") order",
        "row \(source.to) is the model's row \(source.from)"
      )
    }
  }

  private var columnsMoved: (finding: String, advice: String)? {
    func column(_ list: [Int], _ c: Int) -> [Int] { (0..<rows).map { list[$0 * columns + c] } }
    return moved(columns, { column(found, $0) }, { column(wanted, $0) }).map { source, isReversed in
      (
        "the columns of the weights, one per input, are in \(isReversed ? "reverse" : "another") order",
        "column \(source.to) is the model's column \(source.from): they must follow the stream"
          + (hasWindow ? "" : "; behind a flatten that is (H, W, C)")
      )
    }
  }

  /// Whether lines of one matrix are those of the other in another order, and the first that is elsewhere.
  private func moved(
    _ count: Int, _ found: (Int) -> [Int], _ wanted: (Int) -> [Int]
  ) -> (source: (to: Int, from: Int), isReversed: Bool)? {
    var places: [[Int]: [Int]] = [:]
    for i in (0..<count).reversed() { places[wanted(i), default: []].append(i) }
    var first: (to: Int, from: Int)?
    for i in 0..<count {
      let line = found(i)
      if line == wanted(i) {
        places[line]?.removeAll { $0 == i }
        continue
      }
      guard let from = places[line]?.last(where: { found($0) != line }) else { return nil }
      places[line]?.removeAll { $0 == from }
      first = first ?? (i, from)
    }
    guard let first else { return nil }
    let isReversed = (0..<count).allSatisfy { found($0) == wanted(count - 1 - $0) }
    let from = isReversed ? count - 1 - first.to : first.from
    return (source: (to: first.to, from: from), isReversed: isReversed)
  }
}
