/// A period as an exact fraction: `cycles` cycles carry `frames` frames. Smaller is faster.
public struct FramePeriod: Sendable, Equatable, Comparable, Codable {
  /// So many cycles carry so many frames.
  public var cycles: Int
  public var frames: Int

  /// `frames` frames every `cycles` cycles; both above 0.
  public init(cycles: Int, frames: Int = 1) {
    self.cycles = cycles
    self.frames = frames
  }

  /// The quotient, rounded to double precision.
  public var cyclesPerFrame: Double { Double(cycles) / Double(frames) }

  public static func < (a: FramePeriod, b: FramePeriod) -> Bool {
    compare(a, b) { $0 < $1 }
  }

  public static func == (a: FramePeriod, b: FramePeriod) -> Bool {
    compare(a, b) { $0 == $1 }
  }

  private static func compare(
    _ a: FramePeriod, _ b: FramePeriod, _ holds: ((Int, UInt), (Int, UInt)) -> Bool
  ) -> Bool {
    let x = a.cycles.multipliedFullWidth(by: b.frames)
    let y = b.cycles.multipliedFullWidth(by: a.frames)
    return holds((x.high, x.low), (y.high, y.low))
  }
}
