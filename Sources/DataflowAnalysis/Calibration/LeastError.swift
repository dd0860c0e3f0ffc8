/// Coefficients from 0 on for which sums of parts are off least, as shares of what was measured.
///
/// Absolute errors count, not squares, so that a few odd rows do not bend the others; each coefficient is also
/// drawn a little to what its construction says, which decides where no row does.
struct LeastError {
  /// Amounts of the parts, row by row.
  var amounts: [[Double]] = []
  var measured: [Double] = []
  var weights: [Double] = []
  /// What the coefficients are by construction.
  let units: [Double]

  /// Below about so many, errors count as errors of so many.
  private static let floor = 15.0
  /// What being off by its own size costs a coefficient, where it costs a row 1.
  private let pull: Double
  /// Errors below this count as this, so that rows met exactly do not outweigh all others.
  private static let smallest = 0.03

  /// - Parameter isAdjusting: the units are those of other builds, which a few of one's own overrule; else
  ///   construction's, which are drawn to.
  init(units: [Double], isAdjusting: Bool) {
    self.units = units
    pull = isAdjusting ? 0.001 : 0.5
  }

  mutating func add(_ row: [Double], measured value: Double, weight: Double) {
    amounts.append(row)
    measured.append(value)
    weights.append(weight)
  }

  /// The coefficients, by squares reweighted until they are absolute values.
  func coefficients() -> [Double] {
    var result = units
    for _ in 0..<40 {
      let next = squares(errors(result))
      let change = zip(next, result).map { abs($0 - $1) / max(abs($1), 1e-9) }.max() ?? 0
      result = next
      if change < 1e-6 { break }
    }
    return result
  }

  private func errors(_ coefficients: [Double]) -> [Double] {
    zip(amounts, measured).map { row, value in
      abs(zip(row, coefficients).reduce(0) { $0 + $1.0 * $1.1 } - value) / (value + Self.floor)
    }
  }

  /// Least squares with coefficients from 0 on, one after the other until none moves. In units of `units`.
  private func squares(_ errors: [Double]) -> [Double] {
    let n = units.count
    var matrix = [[Double]](repeating: [Double](repeating: 0, count: n), count: n)
    var right = [Double](repeating: 0, count: n)
    for i in amounts.indices {
      let scale = 1 / (measured[i] + Self.floor)
      let weight = weights[i] / max(errors[i], Self.smallest)
      let row = zip(amounts[i], units).map { $0 * $1 * scale }
      for a in 0..<n where row[a] != 0 {
        right[a] += weight * row[a] * measured[i] * scale
        for b in 0..<n { matrix[a][b] += weight * row[a] * row[b] }
      }
    }
    for a in 0..<n {
      matrix[a][a] += pull
      right[a] += pull
    }
    var x = [Double](repeating: 1, count: n)
    for _ in 0..<4000 {
      var moved = 0.0
      for a in 0..<n {
        let others = zip(matrix[a], x).reduce(0) { $0 + $1.0 * $1.1 } - matrix[a][a] * x[a]
        let next = max(0, (right[a] - others) / matrix[a][a])
        moved = max(moved, abs(next - x[a]))
        x[a] = next
      }
      if moved < 1e-9 { break }
    }
    return zip(x, units).map { $0 * $1 }
  }
}
