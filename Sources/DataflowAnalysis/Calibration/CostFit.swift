/// Fits coefficients to placed nodes, and tells how far they are off on nodes they were not fitted to.
public struct CostFit: Sendable {
  public let rows: [CalibrationRow]
  /// What all rows say.
  public let model: CostModel
  /// For each row what a model says that was fitted without the row's build.
  public let leftOut: [CalibratedEstimate]
  /// The same of a model that had seen no node equal to one of the row's build either.
  public let strictlyLeftOut: [ResourceUse]

  /// - Parameters:
  ///   - base: whose coefficients stand where the rows hold no block of a family.
  ///   - name, date, data: what the file says of itself.
  public init(
    _ rows: [CalibrationRow], base: CostModel? = nil, name: String, date: String, data: String
  ) {
    self.rows = rows
    let cases = Self.cases(rows)
    let start = CostModel(name: name, date: date, data: data, families: base?.families ?? [:])
    var model = Self.fitted(cases, start)
    let builds = Array(Set(rows.map(\.build))).sorted()
    let apart = Parallel.all(builds.count) { index in
      // Where there is no other build, what is by construction is all that can be said without it.
      Self.fitted(cases.filter { $0.build != builds[index] }, start)
    }
    let models = Dictionary(uniqueKeysWithValues: zip(builds, apart))
    let strict = Parallel.all(builds.count) { index in
      let own = cases.filter { $0.build == builds[index] }.map(\.structure)
      return Self.fitted(
        cases.filter { $0.build != builds[index] && !own.contains($0.structure) }, start)
    }
    let strictModels = Dictionary(uniqueKeysWithValues: zip(builds, strict))
    strictlyLeftOut = rows.map { strictModels[$0.build]!.estimate($0.structure).expected }
    Self.rate(&model, cases) { models[$0.build]!.estimate($0.structure) }
    self.model = model
    // The doubts of the final model, since those of a single model without a build are not known.
    leftOut = rows.map { row in
      var estimate = models[row.build]!.estimate(row.structure)
      let spread = model.estimate(row.structure)
      estimate.low = spread.low.asShare(of: spread.expected, applied: estimate.expected)
      estimate.high = spread.high.asShare(of: spread.expected, applied: estimate.expected)
      return estimate
    }
  }

  /// A structure and what was placed of it.
  struct Case: Sendable {
    var build: String
    var structure: CostStructure
    var placed: PlacedUse
    /// Equal ones together weigh as much as the root of their number.
    var weight = 1.0
  }

  private static func cases(_ rows: [CalibrationRow]) -> [Case] {
    var cases: [Case] = []
    for row in rows where !row.isTrimmed {
      cases.append(Case(build: row.build, structure: row.structure, placed: row.placed))
      if let stream = row.asStream {
        cases.append(Case(build: row.build, structure: stream, placed: row.placed))
      }
      if let area = row.reported {
        cases.append(
          Case(
            build: row.build,
            structure: area.structure(streamedBits: row.structure.streamedBits), placed: row.placed)
        )
      }
    }
    var groups: [(CostStructure, [Int])] = []
    for (index, one) in cases.enumerated() {
      if let group = groups.firstIndex(where: { $0.0 == one.structure }) {
        groups[group].1.append(index)
      } else {
        groups.append((one.structure, [index]))
      }
    }
    for (_, members) in groups {
      for index in members { cases[index].weight = 1 / Double(members.count).squareRoot() }
    }
    return cases
  }

  // MARK: Fitting

  /// The model with the coefficients that `cases` tell; families that lend parts come first.
  private static func fitted(_ cases: [Case], _ start: CostModel) -> CostModel {
    var model = start
    let families = Dictionary(grouping: cases, by: \.structure.family)
    func borrows(_ family: String) -> Bool {
      families[family]!.contains { $0.structure.parts.contains { $0.family != family } }
    }
    let order = families.keys.sorted { (borrows($0) ? 1 : 0, $0) < (borrows($1) ? 1 : 0, $1) }
    for family in order {
      let members = families[family]!
      // Parts that no row has, and doubts that no row tells of, stay as they were.
      var fit = model.families[family] ?? CostModel.Family()
      (fit.nodes, fit.builds) = (members.count, Set(members.map(\.build)).count)
      for kind in [CostKind.logic, .srl, .ff] {
        let found = coefficients(kind, of: family, members, model)
        if !found.isEmpty { fit.coefficients[kind, default: [:]].merge(found) { $1 } }
      }
      model.families[family] = fit
    }
    return model
  }

  private static func coefficients(
    _ kind: CostKind, of family: String, _ cases: [Case], _ model: CostModel
  ) -> [String: Double] {
    var units: [String: Double] = [:]
    for one in cases {
      for part in one.structure.parts where part.kind == kind && !part.isCounted {
        units[part.name] = model.families[part.family]?.coefficients[kind]?[part.name] ?? part.unit
      }
    }
    // What was found to take nothing may still take something elsewhere.
    let names = units.keys.sorted()
    guard !names.isEmpty else { return [:] }
    var fit = LeastError(
      units: names.map { max(units[$0]!, 1e-3) },
      isAdjusting: model.families[family]?.nodes ?? 0 > 0)
    for one in cases {
      let parts = one.structure.parts.filter { $0.kind == kind }
      let counted = parts.filter(\.isCounted).reduce(0) { $0 + $1.amount }
      let row = names.map { name in
        parts.filter { $0.name == name && !$0.isCounted }.reduce(0) { $0 + $1.amount }
      }
      guard row.contains(where: { $0 > 0 }) else { continue }
      let placed = one.placed.use(one.structure)[kind]
      fit.add(row, measured: max(0, placed - counted), weight: one.weight)
    }
    let found = fit.coefficients().map { ($0 * 1e4).rounded() / 1e4 }
    return Dictionary(uniqueKeysWithValues: zip(names, found))
  }

  // MARK: Doubts

  /// Puts into `model` how far `estimate`, which knows nothing of a case's build, was off.
  private static func rate(
    _ model: inout CostModel, _ cases: [Case], _ estimate: (Case) -> CalibratedEstimate
  ) {
    for (family, members) in Dictionary(grouping: cases, by: \.structure.family) {
      let estimates = members.map(estimate)
      for group in CostGroup.allCases {
        var ratios: [(value: Double, weight: Double)] = []
        var errors: [(value: Double, weight: Double)] = []
        for (one, estimate) in zip(members, estimates) {
          let (placed, said) = (one.placed.total(group), estimate.expected.total(group))
          // Equal rows are one case.
          let weight = one.weight * one.weight
          if said > 0.5 { ratios.append((placed / said, weight)) }
          if placed > 0 { errors.append((abs(said - placed) / placed, weight)) }
        }
        guard !ratios.isEmpty || !errors.isEmpty else { continue }
        let least = leastDoubt(group, builds: Set(members.map(\.build)).count)
        let low = min(ratios.quantile(0.1) ?? 1, 1 - least)
        let high = max(ratios.quantile(0.9) ?? 1, 1 + least)
        model.families[family]?.spreads[group] = CostModel.Spread(
          (low * 1000).rounded() / 1000, (high * 1000).rounded() / 1000)
        if let median = errors.quantile(0.5) {
          model.families[family]?.errors[group] = (median * 1000).rounded() / 1000
        }
      }
    }
  }

  /// The least doubt that so many builds leave; of a single one nothing can be left out.
  private static func leastDoubt(_ group: CostGroup, builds: Int) -> Double {
    switch (group, builds) {
    case (.lut, 0...1), (.ff, 0...1): 0.25
    case (.lut, 2), (.ff, 2): 0.15
    case (.lut, _), (.ff, _): 0.05
    case (_, 0...2): 0.1
    default: 0
    }
  }
}

extension ResourceUse {
  /// What this is of `whole`, of `other`.
  fileprivate func asShare(of whole: ResourceUse, applied other: ResourceUse) -> ResourceUse {
    var result = other
    for kind in CostKind.allCases where whole[kind] > 0 { result[kind] *= self[kind] / whole[kind] }
    return result
  }
}

extension [(value: Double, weight: Double)] {
  /// The value below which a share of the weight lies.
  func quantile(_ share: Double) -> Double? {
    let sorted = self.sorted { $0.value < $1.value }
    let all = sorted.reduce(0) { $0 + $1.weight }
    var sum = 0.0
    for one in sorted {
      sum += one.weight
      if sum >= share * all - 1e-9 { return one.value }
    }
    return sorted.last?.value
  }
}
