import SimModel

/// Weights of a node against a matrix of the model.
enum WeightMatch {
  /// All equal, the rows marked with their signs turned.
  case equal([Bool], isBinary: Bool)
  case different((finding: String, advice: String))
  case incomparable

  var isEqual: Bool {
    if case .equal = self { true } else { false }
  }

  /// What is wrong with the weights; `nil` when nothing is, or nothing can be said.
  var finding: (finding: String, advice: String)? {
    switch self {
    case .different(let what): return what
    case .incomparable: return nil
    case .equal(let turned, let isBinary):
      let rows = turned.indices.filter { turned[$0] }
      guard let first = rows.first else { return nil }
      return (
        "the weights of \(rows.count) of \(turned.count) rows have the other sign, row \(first) among them",
        isBinary && rows.count == turned.count
          ? "the bits are inverted: 1 must stand for +1, 0 for −1"
          : "a negative scale or γ has gone into one side only: codes fall there as sums rise"
      )
    }
  }

  /// Whether all weights are those of a matrix, and nothing but that.
  static func areEqual(_ stated: [Int], _ rule: LinearRule, isBinary: Bool) -> Bool {
    guard stated.count == rule.weights.count else { return false }
    let (rows, columns) = (rule.rows, rule.columns)
    return rule.weights.indices.allSatisfy { i in
      let value = rule.isDepthwise ? stated[i] : stated[i % columns * rows + i / columns]
      return (isBinary ? 2 * value - 1 : value) == rule.weights[i]
    }
  }

  init(_ stated: [Int], _ rule: LinearRule, isBinary: Bool) {
    guard stated.count == rule.weights.count else {
      self = .incomparable
      return
    }
    let (rows, columns) = (rule.rows, rule.columns)
    let isMatrix = !rule.isDepthwise
    // `rows × columns`, as the model has them.
    let found = (0..<rows * columns).map { i -> Int in
      let value = isMatrix ? stated[i % columns * rows + i / columns] : stated[i]
      return isBinary ? 2 * value - 1 : value
    }
    func row(_ list: [Int], _ r: Int) -> ArraySlice<Int> { list[r * columns..<(r + 1) * columns] }
    var turned = [Bool](repeating: false, count: rows)
    var wrong = 0
    for r in 0..<rows {
      if row(found, r) == row(rule.weights, r) { continue }
      if Array(row(found, r)) == row(rule.weights, r).map({ -$0 }) {
        turned[r] = true
      } else {
        wrong += 1
      }
    }
    guard wrong > 0 else {
      self = .equal(turned, isBinary: isBinary)
      return
    }
    self = .different(Self.explain(found, rule, wrong))
  }

  private static func explain(_ found: [Int], _ rule: LinearRule, _ wrong: Int)
    -> (finding: String, advice: String)
  {
    (rule.window.flatMap { turned(found, rule, $0) }) ?? WeightMatrices(found, rule).difference ?? (
      "the weights of \(wrong) of \(rule.rows) rows differ from the model's",
      "is the design made of this export? other weights have other scales or another training state"
    )
  }

  /// Kernels with their elements in another order, the same in all.
  private static func turned(_ found: [Int], _ rule: LinearRule, _ window: PoolRule)
    -> (finding: String, advice: String)?
  {
    let (rows, columns) = (rule.rows, rule.columns)
    let depth = rule.isDepthwise ? 1 : columns / window.taps
    let (kh, kw) = (window.kernel[0], window.kernel[1])
    func matches(_ source: (Int, Int, Int) -> (Int, Int, Int)?) -> Bool {
      for r in 0..<rows {
        for i in 0..<kh {
          for j in 0..<kw {
            for c in 0..<depth {
              guard let (si, sj, sc) = source(i, j, c) else { return false }
              let to = r * columns + (i * kw + j) * depth + c
              let from = r * columns + (si * kw + sj) * depth + sc
              if found[to] != rule.weights[from] { return false }
            }
          }
        }
      }
      return true
    }
    func element(of place: Int) -> (Int, Int, Int) {
      (place / depth / kw, place / depth % kw, place % depth)
    }
    let candidates: [(String, String, (Int, Int, Int) -> (Int, Int, Int)?)] = [
      (
        "the kernels are turned by half a turn",
        "a convolution correlates; only a transposed "
          + "convolution turns its kernel", { (kh - 1 - $0, kw - 1 - $1, $2) }
      ),
      (
        "the kernels are mirrored left to right", "look at the order of the kernel's columns",
        { ($0, kw - 1 - $1, $2) }
      ),
      (
        "the kernels are mirrored top to bottom", "look at the order of the kernel's rows",
        { (kh - 1 - $0, $1, $2) }
      ),
      (
        "rows and columns of the kernels are exchanged", "the picture or the kernel is transposed",
        { i, j, c in kh == kw ? (j, i, c) : nil }
      ),
      (
        depth <= 4
          ? "the input channels are in reverse order (RGB against BGR)"
          : "the input channels are in reverse order",
        "exchange the channels of the input, or of these weights", { ($0, $1, depth - 1 - $2) }
      ),
      (
        "the elements of the windows are in the order channel, row, column",
        "a stream brings pixel after pixel: row, column, channel",
        { element(of: $2 * window.taps + $0 * kw + $1) }
      ),
    ]
    let match = candidates.first { matches($0.2) }
    return match.map { ($0.0, $0.1) }
  }
}
