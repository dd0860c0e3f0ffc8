import DataflowAnalysis
import FoundationEssentials
import ReportPage

/// A sweep as one HTML page without outside parts: the front over axes to choose, with its foldings.
public struct SweepPage {
  /// Points drawn besides the front; more would only be ink.
  static let mostPoints = 5000
  /// The page, one file without links.
  public let html: Data

  /// A page about all points of `database`.
  public init(_ database: SweepDatabase) throws {
    var front = ParetoFront()
    var sample: [SweepDatabase.Entry] = []
    var seen = 0
    try database.forEach { entry in
      guard entry.result.status == .complete else { return }
      front.add(entry)
      seen += 1
      // Addresses are hashes, so the first ones are a fair sample.
      if sample.count < Self.mostPoints { sample.append(entry) }
    }
    let onFront = Set(front.entries.map(\.address))
    func point(_ e: SweepDatabase.Entry) -> SweepPagePoint {
      SweepPagePoint(
        e.result, onFront: onFront.contains(e.address), address: e.address, folding: e.point)
    }
    let design = try? Design(json: Data(database.subject.design.utf8), file: database.path)
    html = try Page(
      design: design?.name ?? "a design", part: design?.part, database: database.path, count: seen,
      points: (front.entries + sample.filter { !onFront.contains($0.address) }).map(point)
    ).html()
  }
}
