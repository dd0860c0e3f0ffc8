import DataflowAnalysis

/// The best points of a sweep, as `simrun sweep report --json` prints them.
public struct SweepReport: ResultDocument {
  public static let kind = "sweep"
  public static let summary = "The points of a sweep that no other point beats."

  /// One point and what it came to.
  public struct Point: Codable, Sendable {
    /// Content address; its first twelve digits name the point elsewhere.
    public var address: String
    /// Frames per second.
    public var fps: Double
    /// In the steady state.
    public var cyclesPerFrame: Double
    /// Until the first frame is out.
    public var latency: LatencyReport
    /// Of all nodes.
    public var resources: Resources
    /// Cores that put out words that are nobody's results, as `fps` says it; null: none.
    public var hazard: String?
    /// The value of every axis, `MVAU_hls_0.PE=16;fifo="kept"`.
    public var point: String
    /// The same by axis.
    public var choices: [String: String]

    /// A point as the database keeps it.
    public init(_ entry: SweepDatabase.Entry) {
      let result = entry.result
      address = entry.address
      fps = result.framesPerSecond
      cyclesPerFrame = result.cyclesPerFrame
      latency = LatencyReport(cycles: result.latency, result.clockMHz)
      resources = result.resources
      hazard = result.message.isEmpty ? nil : result.message
      point = entry.point
      choices = Dictionary(Self.pairs(entry.point)) { first, _ in first }
    }

    /// `MVAU_0.PE=16;fifo="kept"` as pairs of axis and value.
    private static func pairs(_ point: String) -> [(String, String)] {
      point.split(separator: ";").compactMap { part in
        let pair = part.split(separator: "=", maxSplits: 1).map(String.init)
        return pair.count == 2 ? (pair[0], pair[1].replacing("\"", with: "")) : nil
      }
    }
  }

  /// Points with a result, whatever it is.
  public var points: Int
  /// Fastest first.
  public var front: [Point]
  /// What holds for all points: HLS schedules that were read for another clock or part than points are for.
  public var notes: [String]

  /// A report of its parts.
  public init(points: Int, front: [Point], notes: [String] = []) {
    self.points = points
    self.front = front
    self.notes = notes
  }
}
