/// How long the first frame takes.
public struct LatencyReport: Codable, Sendable, Equatable {
  /// Cycles from reset until its last word is out.
  public var firstFrameCycles: Int
  /// The same at the design's clock.
  public var microseconds: Double

  /// The first frame is out after `cycles` at `clockMHz`.
  public init(cycles: Int, _ clockMHz: Double) {
    firstFrameCycles = cycles
    microseconds = clockMHz > 0 ? Double(cycles) / clockMHz : 0
  }
}
