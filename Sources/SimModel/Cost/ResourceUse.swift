/// What hardware takes, LUTs told apart by what they do. Numbers are estimates and need not be whole.
public struct ResourceUse: Sendable, Equatable {
  private var amounts = [Double](repeating: 0, count: CostKind.allCases.count)

  /// Nothing of any kind.
  public init() {}

  /// How much of one kind.
  public subscript(kind: CostKind) -> Double {
    get { amounts[kind.position] }
    set { amounts[kind.position] = newValue }
  }

  /// What a device counts as one kind.
  public func total(_ group: CostGroup) -> Double { group.kinds.reduce(0) { $0 + self[$1] } }

  /// Both together.
  public static func + (a: ResourceUse, b: ResourceUse) -> ResourceUse {
    var sum = a
    for kind in CostKind.allCases { sum[kind] += b[kind] }
    return sum
  }

  /// The same with each group of kinds changed by a factor.
  func scaled(_ factor: (CostGroup) -> Double) -> ResourceUse {
    var result = self
    for group in CostGroup.allCases {
      let f = factor(group)
      for kind in group.kinds { result[kind] *= f }
    }
    return result
  }

  /// In whole resources, rounded by `rule`.
  public func resources(_ rule: FloatingPointRoundingRule = .toNearestOrAwayFromZero) -> Resources {
    func whole(_ group: CostGroup) -> Int { Int(truncating: total(group).rounded(rule)) }
    return Resources(
      lut: whole(.lut), ff: whole(.ff), bram18: whole(.bram18), uram: whole(.uram), dsp: whole(.dsp)
    )
  }
}

/// Kinds that are known with one accuracy, and that a device counts as one.
public enum CostGroup: String, Sendable, CaseIterable, Codable {
  case lut = "LUT"
  case ff = "FF"
  case bram18 = "BRAM_18K"
  case uram = "URAM"
  case dsp = "DSP"

  /// The kinds of hardware that count as one.
  public var kinds: [CostKind] {
    switch self {
    case .lut: [.logic, .lutram, .srl]
    case .ff: [.ff]
    case .bram18: [.bram18]
    case .uram: [.uram]
    case .dsp: [.dsp]
    }
  }
}

extension CostKind {
  fileprivate var position: Int {
    switch self {
    case .logic: 0
    case .lutram: 1
    case .srl: 2
    case .ff: 3
    case .bram18: 4
    case .uram: 5
    case .dsp: 6
    }
  }
}

/// What a node or a design takes once placed, and within which bounds, 80 % of cases.
public struct CalibratedEstimate: Sendable, Equatable {
  /// What an estimate rests on.
  public enum Basis: String, Sendable, Codable, CaseIterable {
    /// Coefficients fitted to placed nodes of the same kind.
    case calibrated
    /// No such node was placed: structure, and coefficients of relatives.
    case derived
    /// HLS' own report on the node, corrected by what such reports were off.
    case reported
    /// The utilisation report of the node itself.
    case measured
    /// Several of these.
    case mixed
  }

  /// The bounds, what is expected between them, and what they rest on.
  public var low: ResourceUse
  public var expected: ResourceUse
  public var high: ResourceUse
  public var basis: Basis
  /// What it rests on, in words.
  public var source: String

  /// An estimate of its parts.
  public init(
    low: ResourceUse, expected: ResourceUse, high: ResourceUse, basis: Basis, source: String
  ) {
    self.low = low
    self.expected = expected
    self.high = high
    self.basis = basis
    self.source = source
  }

  /// What was measured: without doubt.
  public init(measured use: ResourceUse, source: String) {
    self.init(low: use, expected: use, high: use, basis: .measured, source: source)
  }

  /// High over low: the doubt in a group of kinds.
  public func doubt(_ group: CostGroup) -> Double {
    guard expected.total(group) > 0 else { return 1 }
    return high.total(group) / max(low.total(group), 1e-9)
  }
}

extension CalibratedEstimate {
  /// An estimate as documents state it, in whole resources.
  public struct Report: Codable, Sendable, Equatable {
    /// The bounds, what is expected between them, and what they rest on.
    public var low: Counts
    public var expected: Counts
    public var high: Counts
    public var basis: Basis
    public var source: String

    /// The document's form of `estimate`, bounds rounded outwards.
    public init(_ estimate: CalibratedEstimate) {
      low = Counts(estimate.low, .down)
      expected = Counts(estimate.expected, .toNearestOrAwayFromZero)
      high = Counts(estimate.high, .up)
      basis = estimate.basis
      source = estimate.source
    }
  }

  /// Whole resources by kind.
  public struct Counts: Codable, Sendable, Equatable {
    /// The sum of the next three.
    public var lut: Int
    public var logic: Int
    public var lutram: Int
    public var srl: Int
    public var ff: Int
    public var bram18: Int
    public var uram: Int
    public var dsp: Int

    enum CodingKeys: String, CodingKey {
      case lut = "LUT"
      case logic = "LUT_logic"
      case lutram = "LUTRAM"
      case srl = "SRL"
      case ff = "FF"
      case bram18 = "BRAM_18K"
      case uram = "URAM"
      case dsp = "DSP"
    }

    init(_ use: ResourceUse, _ rule: FloatingPointRoundingRule) {
      func whole(_ kind: CostKind) -> Int { Int(truncating: use[kind].rounded(rule)) }
      logic = whole(.logic)
      lutram = whole(.lutram)
      srl = whole(.srl)
      lut = Int(truncating: use.total(.lut).rounded(rule))
      ff = whole(.ff)
      bram18 = whole(.bram18)
      uram = whole(.uram)
      dsp = whole(.dsp)
    }
  }
}
