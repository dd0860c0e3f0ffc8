/// Coefficients of the calibrated estimate: what a unit of each part of a block takes, and how far estimates
/// were off, by family of blocks.
///
/// The one simrun ships (`shipped`) was fitted to nodes of placed and routed builds; `simrun calibrate` fits
/// one to anybody's own. File format: `simrun-cost-model` version 1 (docs/formats.md#cost-model).
public struct CostModel: Sendable, Equatable {
  /// What is known of one family of blocks.
  public struct Family: Sendable, Equatable {
    /// Placed nodes it was fitted to, and the builds they are from.
    public var nodes: Int
    public var builds: Int
    /// By kind and part.
    public var coefficients: [CostKind: [String: Double]]
    /// Between which multiples of the estimate 80 % of nodes were that it had not been fitted to.
    public var spreads: [CostGroup: Spread]
    /// Median error of nodes it had not been fitted to, as a share of what was placed.
    public var errors: [CostGroup: Double]

    /// A family of its parts.
    public init(
      nodes: Int = 0, builds: Int = 0, coefficients: [CostKind: [String: Double]] = [:],
      spreads: [CostGroup: Spread] = [:], errors: [CostGroup: Double] = [:]
    ) {
      self.nodes = nodes
      self.builds = builds
      self.coefficients = coefficients
      self.spreads = spreads
      self.errors = errors
    }
  }

  /// Multiples of an estimate.
  public struct Spread: Sendable, Equatable {
    /// The lower and the upper multiple.
    public var low: Double
    public var high: Double

    /// Between `low` and `high` times the estimate.
    public init(_ low: Double, _ high: Double) {
      self.low = low
      self.high = high
    }

    /// Where no data tell: half to twice for logic, a quarter off for what is counted.
    static func unknown(_ group: CostGroup) -> Spread {
      switch group {
      case .lut, .ff: Spread(0.5, 2)
      case .bram18, .uram, .dsp: Spread(0.75, 1.25)
      }
    }
  }

  /// What reports call it.
  public var name: String
  /// Year, month and day of the fit.
  public var date: String
  /// What it was fitted to, in words.
  public var data: String
  public var families: [String: Family]

  /// A model of its parts.
  public init(name: String, date: String, data: String, families: [String: Family] = [:]) {
    self.name = name
    self.date = date
    self.data = data
    self.families = families
  }

  /// What a block of this structure takes.
  public func estimate(_ structure: CostStructure) -> CalibratedEstimate {
    let family = families[structure.family]
    var expected = ResourceUse()
    for part in structure.parts {
      expected[part.kind] += part.amount * unit(of: part, in: structure.family)
    }
    let isDerived = structure.isStandIn || family == nil || family!.nodes == 0
    func spread(_ group: CostGroup) -> Spread {
      let known = family?.spreads[group]
      return isDerived
        ? known.map { $0.orUnknown(group) } ?? .unknown(group) : known ?? Spread(1, 1)
    }
    let seen = family.map {
      "\($0.nodes) placed nodes of \($0.builds) build\($0.builds == 1 ? "" : "s")"
    }
    let reason = structure.derivation ?? "no placed node of this kind"
    return CalibratedEstimate(
      low: expected.scaled { spread($0).low }, expected: expected,
      high: expected.scaled { spread($0).high }, basis: isDerived ? .derived : .calibrated,
      source: isDerived ? reason : "\(structure.family): \(seen ?? "")")
  }

  /// What a unit of `part` takes in blocks of `family`: what was fitted to them, or to the family the part is
  /// borrowed from, or else what its construction says.
  package func unit(of part: CostStructure.Part, in family: String) -> Double {
    guard !part.isCounted else { return part.unit }
    return families[family]?.coefficients[part.kind]?[part.name]
      ?? families[part.family]?.coefficients[part.kind]?[part.name] ?? part.unit
  }
}

extension CostModel.Spread {
  /// The wider of this and what is taken where nothing is known, a third to three times at most.
  func orUnknown(_ group: CostGroup) -> Self {
    let unknown = Self.unknown(group)
    return Self(max(1 / 3.0, min(low, unknown.low)), min(3, max(high, unknown.high)))
  }
}

/// What HLS reports a node to need, before anything is placed.
public struct ReportedArea: Sendable, Equatable {
  /// Look-up tables, flip-flops, RAMB18, URAM and DSP slices.
  public var lut: Int
  public var ff: Int
  public var bram18: Int
  public var uram: Int
  public var dsp: Int

  /// So many of each kind.
  public init(lut: Int, ff: Int, bram18: Int, uram: Int, dsp: Int) {
    self.lut = lut
    self.ff = ff
    self.bram18 = bram18
    self.uram = uram
    self.dsp = dsp
  }

  /// The family of coefficients that tell what becomes of such a report.
  public static let family = "HLS report"

  /// What a node takes by its report; the streamer of its weights lies outside the module reported on.
  public func structure(streamedBits: Int) -> CostStructure {
    var cost = CostStructure(Self.family)
    cost.logic("base", 1, each: 50)
    cost.logic("LUT reported", lut, each: 0.4)
    cost.logic("streamed bit", streamedBits, each: 1)
    cost.registers("base", 1, each: 50)
    cost.registers("FF reported", ff, each: 1)
    cost.registers("streamed bit", streamedBits, each: 4)
    return cost
  }
}

extension CostModel {
  /// What a node takes of whose build HLS' report is at hand.
  ///
  /// Of both ways to estimate a kind the one is taken that was less in doubt on placed nodes: HLS overstates
  /// logic by a factor of one to five. Memories and DSPs follow from the structure where nodes of the kind
  /// were placed, since a streamer's memory is not in the report.
  public func estimate(_ structure: CostStructure, reported area: ReportedArea)
    -> CalibratedEstimate
  {
    var result = estimate(structure)
    let byReport = estimate(area.structure(streamedBits: structure.streamedBits))
    let wasDerived = result.basis == .derived
    func take(_ group: CostGroup, _ other: CalibratedEstimate) {
      for kind in group.kinds {
        result.low[kind] = other.low[kind]
        result.expected[kind] = other.expected[kind]
        result.high[kind] = other.high[kind]
      }
      result.basis = .reported
      result.source = "HLS' report of the node, as such reports were off"
    }
    for group in [CostGroup.lut, .ff] where byReport.doubt(group) < result.doubt(group) {
      take(group, byReport)
    }
    guard wasDerived else { return result }
    var counted = ResourceUse()
    counted[.dsp] = Double(area.dsp)
    counted[.bram18] = max(Double(area.bram18), result.expected[.bram18])
    counted[.uram] = max(Double(area.uram), result.expected[.uram])
    let exact = CalibratedEstimate(measured: counted, source: "")
    for group in [CostGroup.bram18, .uram, .dsp] { take(group, exact) }
    return result
  }
}
