/// What `simrun calibrate` says: how far FINN's and the calibrated estimate are off, by block and by build.
///
/// Calibrated numbers are those of models that were fitted without the build in question.
public struct CalibrationReport: ResultDocument {
  public static let kind = "calibration"
  public static let summary = "How far resource estimates are off on placed builds."

  /// The nodes of one block or one build.
  public struct Errors: Codable, Sendable {
    /// A family of blocks, or a build.
    public var name: String
    /// Placed nodes.
    public var nodes: Int
    /// Placed resources in all, and the sums of both estimates.
    public var placed: [String: Int]
    /// FINN's estimate.
    public var finn: [String: Int]
    /// The calibrated estimate.
    public var calibrated: [String: Int]
    /// The same of models that had seen no equal node either.
    public var calibratedWithoutEqual: [String: Int]
    /// Median of the nodes' errors, as shares of what was placed; kinds that were not placed are left out.
    public var finnMedianError: [String: Double]
    /// The same of the calibrated estimate.
    public var calibratedMedianError: [String: Double]
    /// The share of nodes that lie in their range.
    public var inRange: [String: Double]
  }

  /// All builds.
  public struct Summary: Codable, Sendable {
    /// Median over builds of how far a build's sum is off, as a share.
    public var finn: [String: Double]
    /// The same of the calibrated estimate.
    public var calibrated: [String: Double]
    /// The same where no equal node is known.
    public var calibratedWithoutEqual: [String: Double]
    /// Share of nodes inside their range, of the nodes that have any.
    public var inRange: [String: Double]
  }

  /// What the coefficients are called.
  public var model: String
  /// The day of the fit.
  public var date: String
  /// What they were fitted to.
  public var data: String
  /// Placed nodes.
  public var nodes: Int
  /// By family of blocks.
  public var blocks: [Errors]
  /// By build.
  public var builds: [Errors]
  /// Over all builds.
  public var overall: Summary
  /// What to type next; nil from the library.
  public var next: NextStep?

  /// The document of a finished fit.
  public init(_ fit: CostFit) {
    model = fit.model.name
    date = fit.model.date
    data = fit.model.data
    nodes = fit.rows.count
    let all = zip(fit.rows, zip(fit.leftOut, fit.strictlyLeftOut)).map {
      Case(row: $0, estimate: $1.0, strict: $1.1)
    }
    func errors(_ key: (CalibrationRow) -> String) -> [Errors] {
      Dictionary(grouping: all, by: { key($0.row) }).map { Errors($0.key, $0.value) }
        .sorted { naturally($0.name, $1.name) }
    }
    blocks = errors(\.structure.family)
    let builds = errors(\.build)
    self.builds = builds
    let whole = Errors("all", all)
    func medians(_ estimate: (Errors) -> [String: Int]) -> [String: Double] {
      var result: [String: Double] = [:]
      for group in CostGroup.allCases.map(\.rawValue) {
        let off = builds.compactMap { build -> (value: Double, weight: Double)? in
          guard let placed = build.placed[group], placed > 0, let said = estimate(build)[group]
          else { return nil }
          return (abs(Double(said - placed)) / Double(placed), 1)
        }
        if let median = off.quantile(0.5) { result[group] = median.rounded(toPlaces: 3) }
      }
      return result
    }
    overall = Summary(
      finn: medians(\.finn), calibrated: medians(\.calibrated),
      calibratedWithoutEqual: medians(\.calibratedWithoutEqual), inRange: whole.inRange)
  }
}

/// A node and what models that do not know it say.
private struct Case {
  var row: CalibrationRow
  var estimate: CalibratedEstimate
  var strict: ResourceUse
}

extension CalibrationReport.Errors {
  fileprivate init(_ name: String, _ rows: [Case]) {
    self.init(
      name: name, nodes: rows.count, placed: [:], finn: [:], calibrated: [:],
      calibratedWithoutEqual: [:],
      finnMedianError: [:],
      calibratedMedianError: [:], inRange: [:])
    for group in CostGroup.allCases {
      let key = group.rawValue
      let placed = rows.map { $0.row.placed.total(group) }
      let said = rows.map { $0.estimate.expected.total(group) }
      let finns = rows.map { $0.row.finn.total(group) }
      guard placed.contains(where: { $0 > 0 }) || said.contains(where: { $0 > 0.5 }) else {
        continue
      }
      self.placed[key] = Int(placed.reduce(0, +))
      calibratedWithoutEqual[key] = Int(
        rows.reduce(0) { $0 + $1.strict.total(group) }.rounded())
      calibrated[key] = Int(said.reduce(0, +).rounded())
      calibratedMedianError[key] = Self.median(said, placed)
      if !finns.contains(nil) {
        finn[key] = Int(finns.reduce(0) { $0 + $1! })
        finnMedianError[key] = Self.median(finns.map { $0! }, placed)
      }
      let held = rows.map { one in
        let value = one.row.placed.total(group)
        return value >= one.estimate.low.total(group).rounded(.down)
          && value <= one.estimate.high.total(group).rounded(.up)
      }
      inRange[key] =
        (Double(held.filter(\.self).count) / Double(held.count)).rounded(toPlaces: 3)
    }
  }

  private static func median(_ said: [Double], _ placed: [Double]) -> Double? {
    let errors = zip(said, placed).filter { $0.1 > 0 }
      .map { (value: abs($0.0 - $0.1) / $0.1, weight: 1.0) }
    return errors.quantile(0.5)?.rounded(toPlaces: 3)
  }
}

extension Double {
  fileprivate func rounded(toPlaces places: Int) -> Double {
    let scale = [1.0, 10, 100, 1000][places]
    return (self * scale).rounded() / scale
  }
}
