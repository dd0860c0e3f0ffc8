import DataflowAnalysis
import Foundation
import SweepStore

enum SweepTable {
  static func text(_ rows: [SweepReport.Point], of database: SweepDatabase) throws -> String {
    guard !rows.isEmpty else { return try reasons(database) }
    // An attribute per column; those that are the same in all rows stand below.
    let axes = Set(rows.flatMap(\.choices.keys)).sorted(by: naturally)
    let varied = axes.filter { axis in Set(rows.map { $0.choices[axis] }).count > 1 }
    var table = TextTable(rightAligned: 1...max(6, 6 + varied.count), hasHeading: true)
    table.add(["point", "frames/s", "latency, cycles", "LUT", "BRAM18", "URAM", "DSP"] + varied)
    for row in rows {
      let r = row.resources
      table.add(
        [
          String(row.address.prefix(12)), String(format: "%.1f", row.fps),
          String(row.latency.firstFrameCycles),
          String(r.lut), String(r.bram18), String(r.uram), String(r.dsp),
        ] + varied.map { row.choices[$0] ?? "-" })
    }
    let same = axes.filter { !varied.contains($0) }.compactMap { axis in
      rows[0].choices[axis].map { "\(axis) \($0)" }
    }
    return table.text
      + (same.isEmpty ? "" : "\nThe same in all: " + same.joined(separator: ", ")) + hazards(rows)
  }

  /// A line per hazard, with the points that meet it.
  private static func hazards(_ rows: [SweepReport.Point]) -> String {
    let met = Dictionary(grouping: rows.filter { $0.hazard != nil }) { $0.hazard! }
    return met.sorted { $0.key < $1.key }.map { hazard, points in
      let names = points.map { String($0.address.prefix(12)) }.listed(atMost: 6)
      return "\nhazard  \(hazard.printable): \(names)"
    }.joined()
  }

  /// Why no point is left.
  private static func reasons(_ database: SweepDatabase) throws -> String {
    var counts: [String: (points: Int, example: String)] = [:]
    try database.forEach { entry in
      let reason =
        switch entry.result.status {
        case .refused: "cannot be built"
        case .stops: "stop before a frame is out"
        case .complete: "run, but do not fit"
        }
      // The message of one that runs is no reason.
      let isReason = entry.result.status != .complete && !entry.result.message.isEmpty
      let example = isReason ? entry.result.message : entry.point
      counts[reason, default: (0, example)].points += 1
    }
    let lines = counts.sorted { ($1.value.points, $0.key) < ($0.value.points, $1.key) }.map {
      "  \($1.points) of them \($0), e.g. \($1.example.printable)"
    }
    return (["No point of the sweep runs and fits."] + lines).joined(separator: "\n")
  }

  /// Every point of `database`, a line each, written as it is read.
  static func write(_ database: SweepDatabase, to path: String) throws {
    let file = try TextOutput(to: path)
    file.write("address,status,fps,cycles_per_frame,latency,LUT,BRAM_18K,URAM,DSP,fits,point\n")
    try database.forEach { e in
      let r = e.result
      let fits = r.fits.map { $0 ? "1" : "0" } ?? ""
      let line =
        "\(e.address),\(r.status.rawValue),\(r.framesPerSecond),\(r.cyclesPerFrame),\(r.latency),"
        + "\(r.resources.lut),\(r.resources.bram18),\(r.resources.uram),\(r.resources.dsp),"
        + "\(fits),\(e.point.csvField)\n"
      file.write(line)
    }
    try file.finish()
  }
}
