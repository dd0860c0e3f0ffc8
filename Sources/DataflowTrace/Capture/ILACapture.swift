import Foundation

/// Reads what Vivado's logic analyser exports as CSV: a row of names, a row of radixes, a row per sample. A
/// sample is a clock cycle.
public struct ILACapture {
  private let file: String
  /// Names without their index ranges, in the order of the columns.
  private let columns: [String]
  private let radixes: [String]
  /// The samples, empty lines among them.
  private let rows: TextLines
  private let count: Int

  /// Throws `InputError` for text that is no such table.
  public init(_ data: Data, file: String) throws {
    self.file = file
    var rows = TextLines(data)
    guard let head = rows.next(), head.count <= Self.longestLine else {
      throw InputError("is no table of samples", file: file, at: "line 1")
    }
    var ahead = rows
    guard let second = ahead.next() else {
      throw InputError("is no table of samples", file: file, at: "line 1")
    }
    let names = Self.cells(head)
    guard names.count > 1, names.count <= 4096 else {
      throw InputError(
        "is no capture: neither a value change dump nor an ILA's CSV", file: file, at: "line 1",
        hint: "a CSV begins with the names of its columns")
    }
    columns = names.map { name in
      // "u/s_axis_0_tvalid[0:0]" and "u/s_axis_0_tvalid" are the same.
      name.firstIndex(of: "[").map { String(name[..<$0]) } ?? name
    }
    let radixes = Self.cells(second.prefix(Self.longestLine))
    let hasRadixes = radixes.first?.hasPrefix("Radix") == true
    if hasRadixes { rows = ahead }
    self.radixes = hasRadixes ? radixes : []
    self.rows = rows
    count = try Self.samples(rows, file: file)
  }

  /// The rows that are not empty, counted no further than there may be rows.
  private static func samples(_ rows: TextLines, file: String) throws -> Int {
    var (count, lines) = (0, 0)
    for row in rows {
      lines += 1
      if !row.isEmpty { count += 1 }
      guard count <= mostSamples, lines <= 2 * mostSamples else {
        throw InputError(
          "has more than \(mostSamples) samples or \(2 * mostSamples) lines", file: file)
      }
    }
    guard count > 0 else { throw InputError("has no sample", file: file) }
    return count
  }

  /// Twice the depth of the largest analyser.
  static let mostSamples = 1 << 18
  /// Bytes of a line; no capture has columns for more.
  private static let longestLine = 1 << 20

  /// The names of the columns.
  public var names: [String] { columns }

  /// The levels of the signals that `map` names, one per sample.
  ///
  /// Throws `InputError` with the line of a value that is none.
  public func levels(_ map: VCDMap) throws -> VCDCapture {
    var capture = VCDCapture(streams: [:], cycles: count)
    let reset = try map.reset.map { try column($0) }
    let isLow = map.resetIsLow
    var first = map.firstCycle
    let pairs = try map.streams.sorted { $0.key < $1.key }.map {
      (name: $0.key, valid: try column($0.value.valid), ready: try column($0.value.ready))
    }
    var levels = pairs.map { _ in VCDCapture.Levels() }
    var isReset = reset != nil
    for (n, row) in rows.lazy.filter({ !$0.isEmpty }).enumerated() {
      let cells = Self.cells(row.prefix(Self.longestLine))
      guard cells.count >= columns.count else {
        throw InputError(
          "has \(cells.count) of \(columns.count) values", file: file, at: "line \(line(n))")
      }
      if let reset, isReset {
        if try value(cells, reset, n) == !isLow { continue }
        isReset = false
        first = n
      }
      if n < first { continue }
      for (i, pair) in pairs.enumerated() {
        levels[i].valid.append(try value(cells, pair.valid, n))
        levels[i].ready.append(try value(cells, pair.ready, n))
      }
    }
    guard !isReset, first < count else {
      throw InputError(
        isReset
          ? "the reset '\(map.reset ?? "")' is never released" : "ends before \"first_cycle\"",
        file: file)
    }
    for (pair, levels) in zip(pairs, levels) { capture.streams[pair.name] = levels }
    capture.cycles = count - first
    capture.isStartKnown = map.statesFirstCycle || (reset != nil && first > map.firstCycle)
    return capture
  }

  private func line(_ row: Int) -> Int { row + 2 + (radixes.isEmpty ? 0 : 1) }

  private func column(_ name: String) throws -> Int {
    if let exact = columns.firstIndex(of: name) { return exact }
    let same = columns.indices.filter {
      columns[$0].hasSuffix("/" + name) || columns[$0].hasSuffix("." + name)
    }
    if same.count == 1 { return same[0] }
    let near = nearestName(to: name, among: columns).map { "did you mean '\($0)'?" }
    throw InputError(
      same.isEmpty ? "has no column '\(name)'" : "has several columns '\(name)'", file: file,
      hint: near)
  }

  private func value(_ cells: [String], _ column: Int, _ row: Int) throws -> Bool {
    let text = cells[column]
    let radix = column < radixes.count && radixes[column].uppercased().contains("HEX") ? 16 : 10
    // Of one bit, all radixes write the same; X is taken for 0.
    if text.lowercased() == "x" || text.lowercased() == "z" { return false }
    guard let number = UInt64(text, radix: radix) else {
      throw InputError(
        "'\(text.prefix(20))' is no value of '\(columns[column])'", file: file,
        at: "line \(line(row))")
    }
    return number & 1 == 1
  }

  /// The cells of a row; quotes are taken off.
  private static func cells(_ row: Data.SubSequence) -> [String] {
    String(decoding: row, as: UTF8.self)
      .split(separator: ",", omittingEmptySubsequences: false)
      .map { $0.trimmingCharacters(in: CharacterSet(charactersIn: " \t\r\"")) }
  }
}
