import SimModel

/// Weights of a node against a matrix of the model.
enum WeightMatch {
  /// All equal, the rows marked with their signs turned.
  case equal([Bool])
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
    case .equal(let turned):
      let rows = turned.indices.filter { turned[$0] }
      guard let first = rows.first else { return nil }
      return (
        "the weights of \(rows.count) of \(turned.count) rows have the other sign, row \(first) among them",
        "a negative scale or γ has gone into one side only: codes fall there as sums rise"
      )
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
      self = .equal(turned)
      return
    }
    self = .different(Self.explain(found, rule, wrong))
  }

  private static func explain(_ found: [Int], _ rule: LinearRule, _ wrong: Int)
    -> (finding: String, advice: String)
  {
    let (rows, columns) = (rule.rows, rule.columns)
    guard let window = rule.window else {
      return (
        "the weights of \(wrong) of \(rows) rows differ from the model's",
        "behind a flatten the rows of the matrix must follow the stream's order (H, W, C)"
      )
    }
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
        "the input channels are in reverse order (RGB against BGR)",
        "exchange the channels of the input, or of the first layer's weights",
        { ($0, $1, depth - 1 - $2) }
      ),
    ]
    for (finding, advice, source) in candidates where matches(source) { return (finding, advice) }
    return (
      "the weights of \(wrong) of \(rows) rows differ from the model's",
      "is the design made of this export? other weights have other scales or another training state"
    )
  }
}
