import FoundationEssentials

/// Reads the part of a value change dump (IEEE 1364) that a map asks for.
public struct VCDReader {
  /// Cycles a capture may have.
  static let longest = 1 << 24
  /// Cycles a capture without a clock may have: nothing in the file bounds them but its last time.
  static let longestWithoutClock = 1 << 22
  /// Signals a dump may declare, and scopes within scopes.
  static let mostSignals = 1 << 18
  static let deepestScope = 64

  private let file: String
  private let map: VCDMap
  private var line = 0
  private var header = VCDHeader()
  private var levels: [Bool] = []
  /// Levels before the changes of the current time.
  private var before: [Bool] = []
  private var time = 0
  private var cycle = 0
  private var samples: [VCDCapture.Levels]
  private let streams: [(key: String, value: VCDMap.Pair)]
  private var signals: [String: Int] = [:]

  private init(_ map: VCDMap, file: String) {
    self.map = map
    self.file = file
    let reset = map.reset.map { [(key: "", value: VCDMap.Pair(valid: $0, ready: $0))] } ?? []
    streams = reset + map.streams.sorted { $0.key < $1.key }
    samples = streams.map { _ in VCDCapture.Levels() }
  }

  /// Samples the signals of `map` once per cycle: at every rising edge of its clock, with the values
  /// before the edge; or, without a clock, at the end of every period.
  ///
  /// Throws `InputError` with the line, naming the signal that is missing, or when the capture ends
  /// before the map's first cycle.
  public static func read(_ data: Data, file: String, map: VCDMap) throws -> VCDCapture {
    var reader = VCDReader(map, file: file)
    return try reader.run(data)
  }

  private func error(_ message: String, hint: String? = nil) -> InputError {
    InputError(message, file: file, at: "line \(line)", hint: hint)
  }

  private mutating func run(_ data: Data) throws -> VCDCapture {
    var isHeader = true
    var pending: [Substring] = []
    for bytes in TextLines(data) {
      line += 1
      for token in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace) {
        if isHeader || !pending.isEmpty {
          pending.append(token)
          guard pending.count < 4096 else { throw error("\(pending[0]) does not end") }
          if try isHeader ? declared(&pending, &isHeader) : changed(&pending) { pending = [] }
        } else {
          pending = [token]
          if try changed(&pending) { pending = [] }
        }
      }
    }
    guard !isHeader else { throw error("ends before $enddefinitions") }
    if map.clock == nil { try sample(levels, cycles: 1) }
    guard cycle > 0 else {
      throw InputError(
        "nothing to compare: the clock '\(map.clock ?? "")' never rises", file: file)
    }
    guard map.firstCycle < cycle else {
      throw InputError(
        "nothing to compare: \"first_cycle\" \(map.firstCycle) lies behind the end of the capture",
        file: file, hint: "allowed: 0 to \(cycle - 1), its last cycle")
    }
    var before = 0
    if let reset = map.reset {
      guard let released = samples[0].valid.firstIndex(of: map.resetIsLow) else {
        throw InputError("the reset '\(reset)' is never released", file: file)
      }
      before = released
      samples.removeFirst()
      for n in samples.indices {
        samples[n].valid.removeFirst(before)
        samples[n].ready.removeFirst(before)
      }
    }
    // The reset was sampled in front of them.
    let names = map.streams.keys.sorted()
    return VCDCapture(
      streams: Dictionary(uniqueKeysWithValues: zip(names, samples)),
      cycles: cycle - map.firstCycle - before,
      isStartKnown: before > 0 || map.statesFirstCycle)
  }

  /// The signals of one bit that a dump declares, with their scopes.
  ///
  /// Throws `InputError` with the line.
  public static func signals(in data: Data, file: String) throws -> [String] {
    var reader = VCDReader(VCDMap(clock: nil, reset: nil, streams: [:]), file: file)
    try reader.readHeader(data)
    return reader.header.oneBitSignals
  }

  /// The codes of the signals that `map` names.
  ///
  /// Throws `InputError` naming the one that is missing.
  static func codes(of map: VCDMap, in data: Data, file: String) throws -> [String] {
    var reader = VCDReader(map, file: file)
    try reader.readHeader(data)
    return reader.header.places.keys.sorted()
  }

  private mutating func readHeader(_ data: Data) throws {
    var words: [Substring] = []
    var isHeader = true
    for bytes in TextLines(data) {
      guard isHeader else { break }
      line += 1
      for token in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace)
      where isHeader {
        words.append(token)
        guard words.count < 4096 else { throw error("\(words[0]) does not end") }
        if try declared(&words, &isHeader) { words = [] }
      }
    }
    if isHeader { throw error("ends before $enddefinitions") }
  }

  /// A section of the header; true once it is complete.
  private mutating func declared(_ words: inout [Substring], _ isHeader: inout Bool) throws -> Bool
  {
    guard words[0].first == "$" else {
      throw error("expected a section such as $var, found '\(words[0].prefix(20))'")
    }
    guard words.last == "$end" else { return false }
    switch words[0] {
    case "$scope":
      header.scopes.append(words.count > 3 ? String(words[2]) : "")
      guard header.scopes.count <= Self.deepestScope else {
        throw error("scopes lie deeper in each other than \(Self.deepestScope)")
      }
    case "$upscope":
      guard header.scopes.popLast() != nil else { throw error("$upscope without $scope") }
    case "$var":
      guard words.count >= 6, let width = Int(words[2]) else {
        throw error("$var needs type, width, code and name")
      }
      header.declared += 1
      guard header.declared <= Self.mostSignals else {
        throw error("declares more than \(Self.mostSignals) signals")
      }
      header.declare(String(words[4]), code: String(words[3]), width: width, line: line)
    case "$enddefinitions":
      isHeader = false
      try resolve()
    default: break
    }
    return true
  }

  /// Gives every signal the map names a place.
  private mutating func resolve() throws {
    let names =
      streams.flatMap { [$0.value.valid, $0.value.ready] } + [map.clock].compactMap(\.self)
    for name in names where signals[name] == nil {
      let signal = try header.find(name, file: file)
      let same = header.places[signal.code]
      let place = same ?? levels.count
      if same == nil {
        header.places[signal.code] = place
        levels.append(false)
      }
      signals[name] = place
    }
    before = levels
  }

  /// A time or a value change; true once it is complete.
  private mutating func changed(_ words: inout [Substring]) throws -> Bool {
    let first = words[0]
    switch first.first {
    case "#":
      try advance(to: first)
      return true
    case "0", "1", "x", "X", "z", "Z":
      try set(first.dropFirst(), first.first == "1")
      return true
    case "b", "B", "r", "R":
      guard words.count == 2 else { return false }
      guard first.dropFirst().allSatisfy({ "01xXzZ.-+eE".contains($0) || $0.isNumber }) else {
        throw error("'\(first.prefix(20))' is not a value")
      }
      try set(words[1], first.last == "1")
      return true
    case "$":
      guard first == "$comment" else { return true }
      return words.last == "$end"
    default: throw error("'\(first.prefix(20))' is neither a time nor a value change")
    }
  }

  private mutating func advance(to token: Substring) throws {
    guard let next = Int(token.dropFirst()), next >= time else {
      throw error("'\(token.prefix(24))' is not a time after \(time)")
    }
    if map.clock == nil {
      try sample(levels, cycles: next / map.period - time / map.period)
    }
    time = next
    before = levels
  }

  private mutating func set(_ code: Substring, _ level: Bool) throws {
    guard !code.isEmpty else { throw error("a value change without a signal") }
    guard header.codes.contains(String(code)) else {
      throw error("signal code '\(code.prefix(20))' was never declared")
    }
    guard let place = header.places[String(code)] else { return }
    let isRising = level && !levels[place]
    levels[place] = level
    if let clock = map.clock, signals[clock] == place, isRising { try sample(before, cycles: 1) }
  }

  /// The next cycles, all of them with the same levels.
  private mutating func sample(_ levels: [Bool], cycles: Int) throws {
    let longest = map.clock == nil ? Self.longestWithoutClock : Self.longest
    guard cycles <= longest - cycle else {
      throw error(
        "the capture has more than \(longest) cycles",
        hint: map.clock == nil ? "is \"period\" right? with a \"clock\" it may be longer" : nil)
    }
    cycle += cycles
    let seen = min(cycles, cycle - map.firstCycle)
    guard seen > 0 else { return }
    for (i, stream) in streams.enumerated() {
      let valid = levels[signals[stream.value.valid]!]
      let ready = levels[signals[stream.value.ready]!]
      samples[i].valid.append(contentsOf: repeatElement(valid, count: seen))
      samples[i].ready.append(contentsOf: repeatElement(ready, count: seen))
    }
  }
}

/// The signals a dump declares.
private struct VCDHeader {
  struct Signal {
    var code: String
    var width: Int
    var line: Int
  }

  var scopes: [String] = []
  var codes: Set<String> = []
  var declared = 0
  /// Place among the sampled signals, by code.
  var places: [String: Int] = [:]
  private var byPath: [String: Signal] = [:]
  private var byName: [String: [String]] = [:]

  mutating func declare(_ name: String, code: String, width: Int, line: Int) {
    let path = (scopes + [name]).joined(separator: ".")
    codes.insert(code)
    guard byPath.updateValue(Signal(code: code, width: width, line: line), forKey: path) == nil
    else {
      return
    }
    byName[name, default: []].append(path)
  }

  /// All signals of one bit, by their full names.
  var oneBitSignals: [String] { byPath.filter { $0.value.width == 1 }.keys.sorted() }

  /// The one-bit signal called `name`.
  func find(_ name: String, file: String) throws -> Signal {
    let paths = byPath[name] != nil ? [name] : byName[name] ?? []
    guard let path = paths.first, let signal = byPath[path] else {
      let near = nearestName(to: name, among: Array(byPath.keys) + Array(byName.keys))
      throw InputError(
        "has no signal '\(name)'", file: file, hint: near.map { "did you mean '\($0)'?" })
    }
    guard paths.count == 1 else {
      throw InputError(
        "has several signals '\(name)'", file: file,
        hint: "use one of " + paths.sorted().prefix(4).joined(separator: ", "))
    }
    guard signal.width == 1 else {
      throw InputError(
        "signal '\(name)' has \(signal.width) bits; valid, ready and clock have 1", file: file,
        at: "line \(signal.line)")
    }
    return signal
  }
}
