/// The clocks and parts that HLS schedules of a design were read for: built for others, HLS may choose other stages.
package struct ScheduleTargets {
  /// Nodes by the clock period in ns, and by the part, whether they were read now or stand in the design's file.
  private var clocks: [Double: Int] = [:]
  private var parts: [String: Int] = [:]

  package init(_ design: Design) {
    for node in design.nodes
    where !node.text("hls_read_from").isEmpty && !node.text("hls_structure").isEmpty {
      let clock = node.number("hls_clock_ns")
      // Others are refused when the design is planned.
      if clock > 0, clock <= 1e6 { clocks[clock, default: 0] += 1 }
      let part = node.text("hls_part")
      if !part.isEmpty { parts[part, default: 0] += 1 }
    }
  }

  /// A period in ns as messages have it.
  package static func text(_ x: Double) -> String {
    if let whole = Int(exactly: x) { return String(whole) }
    guard x > 0, x < 1e12 else { return "\(x)" }
    let hundredths = Int((x * 100).rounded())
    return "\(hundredths / 100).\(hundredths / 10 % 10)\(hundredths % 10)"
  }

  /// What schedules of another clock than the design's `clockMHz` or of another part are of, a sentence each.
  package func notes(clockMHz: Double, part: String?) -> [String] {
    notes(
      clocksMHz: [clockMHz], parts: part.map { [$0] } ?? [],
      clock: { "the design runs at \($0)" }, part: { "the design is for \($0)" })
  }

  /// The same of the points of a sweep, which run at several.
  package func notes(ofPointsAt clocksMHz: [Double], parts: [String]) -> [String] {
    notes(
      clocksMHz: clocksMHz, parts: parts,
      clock: { "points run at \($0)" }, part: { "points are for \($0)" })
  }

  private func notes(
    clocksMHz: [Double], parts own: [String], clock clockText: (String) -> String,
    part partText: (String) -> String
  ) -> [String] {
    func sentence(_ blocks: Int, _ made: String, _ others: [String], _ text: (String) -> String)
      -> String
    {
      "\(blocks.of("block")) \(blocks == 1 ? "was" : "were") synthesised for \(made), "
        + "\(text(others.listed(atMost: 4))): built for \(others.count == 1 ? "that" : "those"), "
        + "HLS may choose other stages"
    }
    let clockNotes = clocks.sorted { $0.key < $1.key }.compactMap { made, count -> String? in
      let others = clocksMHz.filter { abs(made * $0 / 1000 - 1) > 0.01 }
        .map { "\(Self.text(1000 / $0)) ns" }
      guard !others.isEmpty else { return nil }
      return sentence(count, "\(Self.text(made)) ns", others, clockText)
    }
    let partNotes = parts.sorted { $0.key < $1.key }.compactMap { made, count -> String? in
      let others = own.map(Device.part(for:)).filter { Self.plain($0) != Self.plain(made) }
        .map { $0.shortened(to: 40).printable }
      guard !others.isEmpty else { return nil }
      return sentence(count, made.shortened(to: 40).printable, others, partText)
    }
    return clockNotes + partNotes
  }

  /// A part however it is written: HLS has `xc7z020-clg400-1` for FINN's `xc7z020clg400-1`.
  private static func plain(_ part: String) -> String {
    part.lowercased().filter { $0.isLetter || $0.isNumber }
  }
}

extension Node {
  /// A text attribute; empty where there is none.
  package func text(_ name: String) -> String {
    guard case .string(let text)? = attributes[name] else { return "" }
    return text
  }

  /// A number that a node states; 0 where it states none.
  fileprivate func number(_ name: String) -> Double {
    switch attributes[name] {
    case .float(let value)?: value
    case .int(let value)?: Double(value)
    default: 0
    }
  }
}
