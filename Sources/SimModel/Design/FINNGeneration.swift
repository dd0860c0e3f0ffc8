/// Which FINN a design's hardware comes from: a release, or a state of the development branch.
///
/// The same op type is other hardware in other releases. A design names its generation once
/// (`finn_generation`); an importer reads it off a graph, `--finn-generation` overrides it, and blocks
/// see it as `Attributes.generation`. The order of the cases is their age.
public enum FINNGeneration: String, CaseIterable, Sendable, Comparable {
  case v0_5 = "0.5"
  case v0_6 = "0.6"
  case v0_7 = "0.7"
  case v0_8 = "0.8"
  case v0_9 = "0.9"
  case v0_10 = "0.10"
  /// The development branch of April 2026: matrix-vector units without a freeze, slower memory streamers.
  case dev2026_04 = "2026-04"
  /// Later states of that branch.
  case dev2026_08 = "2026-08"

  /// What a design is taken for that names none: the last release.
  public static let `default` = FINNGeneration.v0_10

  /// Whether it is a state of the development branch rather than a release.
  public var isDevelopment: Bool { self >= .dev2026_04 }

  /// Releases up to 0.9 have HLS and RTL blocks in one domain and names such as `Thresholding_Batch`.
  public var hasOldNames: Bool { self <= .v0_9 }

  public static func < (a: FINNGeneration, b: FINNGeneration) -> Bool {
    allCases.firstIndex(of: a)! < allCases.firstIndex(of: b)!
  }

  /// The generation called `name`. Throws `InputError` with those there are.
  public init(named name: String) throws {
    guard let generation = FINNGeneration(rawValue: name) else {
      throw InputError(
        "'\(name)' is no FINN generation",
        hint: "one of " + Self.allCases.map(\.rawValue).joined(separator: ", "))
    }
    self = generation
  }
}
