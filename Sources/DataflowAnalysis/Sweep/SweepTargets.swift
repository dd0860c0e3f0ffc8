/// The clocks and parts that the points of a sweep are for.
public struct SweepTargets: Sendable {
  /// In MHz; nil: points have the design's clock.
  private let clocks: [Double]?
  /// nil: they have its part.
  private let parts: [String]?

  /// - Parameter space: `SweepSpace.canonicalText`, as the file of a sweep keeps it.
  public init(ofSpace space: String) {
    // What is charged stands in lines behind it.
    let axes = space.prefix { $0 != "\n" }.split(separator: ";")
    func values(_ axis: SweepSpace.Axis) -> [String]? {
      axes.first { $0.hasPrefix(axis.name + "=") }
        .map { $0.dropFirst(axis.name.count + 1).split(separator: "|").map(String.init) }
    }
    clocks = values(.clock)?.compactMap { Double($0) }
    parts = values(.part)?.map { $0.replacing("\"", with: "") }
  }

  /// Which HLS schedules of `design` were read for another clock or part than points are for, a sentence each: it
  /// holds for all points, so none says it.
  ///
  /// - Parameter isToldOfDesign: it has been said of the design's own clock and part.
  public func notes(on design: Design, isToldOfDesign: Bool = false) -> [String] {
    let own = isToldOfDesign ? nil : design
    return ScheduleTargets(design).notes(
      ofPointsAt: clocks ?? (own.map { [$0.clockMHz] } ?? []),
      parts: parts ?? (own?.part.map { [$0] } ?? []))
  }
}
