import FoundationEssentials

/// The choices a sweep ranges over: attribute values per node, FIFO policies, clocks and parts.
///
/// File format `simrun-space` version 1:
/// `{"format": "simrun-space", "version": 1, "nodes": {NODE: {ATTRIBUTE: [VALUE, …]}},
///   "fifo": ["kept", "sized", 32, …], "clock_mhz": [200, …], "part": ["xc7z020clg400-1", …]}`.
/// A point is one value per axis; its number counts in mixed radix, the last axis fastest.
public struct SweepSpace: Sendable {
  /// What one list of the space varies.
  public enum Axis: Sendable, Equatable {
    case attribute(node: String, name: String)
    case fifo, clock, part

    /// As points name it, e.g. `MVAU_0.PE`.
    public var name: String {
      switch self {
      case .attribute(let node, let name): "\(node).\(name)"
      case .fifo: "fifo"
      case .clock: "clock_mhz"
      case .part: "part"
      }
    }
  }

  /// Sorted by name, each value once.
  public let axes: [(axis: Axis, values: [AttributeValue])]
  /// How many points there are.
  public let count: Int
  /// The space in one line, equal for equal spaces.
  public let canonicalText: String

  /// Reads a space for `design`.
  ///
  /// Throws `InputError` for an unknown node or attribute, a value out of its range, an empty list, or
  /// a space without any axis.
  public init(json data: Data, file: String, for design: Design) throws {
    do {
      let root = JSONCursor(try JSONValue(parsing: data, file: file))
      try root.requireFormat(Self.format, version: Self.formatVersion)
      try root.requireKeys(["$schema", "format", "version"] + Self.axisKeys)
      var axes: [(Axis, [AttributeValue])] = []
      for (key, cursor) in try root.members() {
        switch key {
        case "nodes":
          for (node, attributes) in try cursor.members() {
            axes += try Self.attributes(of: node, attributes, design)
          }
        case "fifo": axes.append((.fifo, try Self.policies(cursor)))
        case "clock_mhz": axes.append((.clock, try Self.clocks(cursor)))
        case "part": axes.append((.part, try Self.parts(cursor)))
        default: break
        }
      }
      try self.init(axes)
    } catch let error as InputError {
      throw error.inFile(file)
    }
  }

  private init(_ axes: [(Axis, [AttributeValue])]) throws {
    guard !axes.isEmpty else {
      throw InputError(
        "the space is empty",
        hint: "name values under \"nodes\", \"fifo\", \"clock_mhz\" or \"part\"")
    }
    let sorted = axes.map { (axis: $0.0, values: Self.unique($0.1)) }
      .sorted { $0.axis.name < $1.axis.name }
    guard let count = checkedProduct(sorted.map(\.values.count)) else {
      throw InputError("the space has more than 2^63 points")
    }
    self.axes = sorted
    self.count = count
    canonicalText = sorted.map { axis, values in
      "\(axis.name)=\(values.map(\.text).joined(separator: "|"))"
    }.joined(separator: ";")
  }

  private static func unique(_ values: [AttributeValue]) -> [AttributeValue] {
    var seen: Set<AttributeValue> = []
    return values.filter { seen.insert($0).inserted }
  }

  private static func list(_ cursor: JSONCursor) throws -> [JSONCursor] {
    let items = try cursor.elements()
    guard !items.isEmpty else { throw cursor.error("is empty: the space has no point") }
    return items
  }

  /// Whether points can name the node.
  static func canVary(_ node: String) -> Bool { !node.contains { "=;".contains($0) } }

  private static func attributes(of name: String, _ cursor: JSONCursor, _ design: Design) throws
    -> [(Axis, [AttributeValue])]
  {
    guard let node = design.nodes.first(where: { $0.name == name }) else {
      let near = nearestName(to: name, among: design.nodes.map(\.name))
      throw InputError(
        "the design has no such node", at: "node '\(name)'",
        hint: near.map { "did you mean '\($0)'?" })
    }
    guard canVary(name) else {
      throw InputError(
        "a sweep writes its points as NODE.ATTRIBUTE=VALUE;…, which such a name breaks",
        at: "node '\(name)'", hint: "a node without '=' and ';' in its name")
    }
    let specs = try BlockCatalogue.attributes(of: node.opType)
    let members = try cursor.members()
    return try members.map { key, values in
      guard let spec = specs.first(where: { $0.name == key }) else {
        let near = nearestName(to: key, among: specs.map(\.name))
        throw InputError(
          "\(node.opType) has no such attribute", at: "node '\(name)', attribute '\(key)'",
          hint: near.map { "did you mean '\($0)'?" })
      }
      let checked = try list(values).map { cursor -> AttributeValue in
        do {
          let value = try spec.checked(try AttributeValue(cursor))
          // Alone on its node a value must fit; several may contradict each other in some points.
          if members.count == 1 {
            var changed = node
            changed.attributes[key] = value
            _ = try design.block(of: changed)
          }
          return value
        } catch let error as InputError {
          throw error.at("node '\(name)'")
        }
      }
      return (.attribute(node: name, name: key), checked)
    }
  }

  private static func policies(_ cursor: JSONCursor) throws -> [AttributeValue] {
    try list(cursor).map { item in
      let value = try AttributeValue(item)
      switch value {
      case .string("kept"), .string("sized"): return value
      case .int(let depth) where fifoDepths.contains(depth): return value
      default:
        throw item.error(
          "\(value.text) is no FIFO policy (allowed: \"kept\", \"sized\", or a depth from 2 on)")
      }
    }
  }

  private static func clocks(_ cursor: JSONCursor) throws -> [AttributeValue] {
    try list(cursor).map { item in
      let value = try AttributeValue(item)
      switch value {
      case .int(let mhz) where (1...10_000).contains(mhz): return .float(Double(mhz))
      case .float(let mhz) where Design.clockRange.contains(mhz): return value
      default: throw item.error("\(value.text) is no clock (allowed: 0.001 to 10000 MHz)")
      }
    }
  }

  private static func parts(_ cursor: JSONCursor) throws -> [AttributeValue] {
    try list(cursor).map { item in
      guard case .string(let name) = try AttributeValue(item) else {
        throw item.error("is not the name of a part")
      }
      _ = try Device.named(name)
      return .string(Device.part(for: name))
    }
  }
}

/// One point of a space.
public struct SweepPoint: Sendable {
  /// Its number in the space, from 0, and a value per axis.
  public let ordinal: Int
  public let values: [(axis: SweepSpace.Axis, value: AttributeValue)]

  /// `MVAU_hls_0.PE=16;fifo="kept"`: equal for equal points, and what their address is made of.
  public var canonicalText: String {
    values.map { "\($0.axis.name)=\($0.value.text)" }.joined(separator: ";")
  }
}

extension SweepSpace {
  /// The point with this number, `0..<count`.
  public subscript(_ ordinal: Int) -> SweepPoint {
    var rest = ordinal
    var values: [(axis: Axis, value: AttributeValue)] = []
    for (axis, choices) in axes.reversed() {
      values.append((axis, choices[rest % choices.count]))
      rest /= choices.count
    }
    return SweepPoint(ordinal: ordinal, values: values.reversed())
  }

  /// The number of a neighbour: one axis moved by one value up or down.
  public func neighbour(of ordinal: Int, axis: Int, up: Bool) -> Int? {
    var stride = 1
    for later in axes[(axis + 1)...] { stride *= later.values.count }
    let digit = ordinal / stride % axes[axis].values.count
    let moved = digit + (up ? 1 : -1)
    guard axes[axis].values.indices.contains(moved) else { return nil }
    return ordinal + (moved - digit) * stride
  }
}

/// A 128-bit content address: FNV-1a from two offsets.
public func contentAddress(_ text: String) -> String {
  func hash(_ offset: UInt64) -> UInt64 {
    text.utf8.reduce(offset) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }
  func hex(_ x: UInt64) -> String {
    let digits = String(x, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
  return hex(hash(0xCBF2_9CE4_8422_2325)) + hex(hash(0x9AE1_6A3B_2F90_404F))
}

extension SweepPoint {
  /// Reads `canonicalText` back. Throws `InputError` where it is no such text.
  public init(text: String, ordinal: Int) throws {
    self.ordinal = ordinal
    values = try text.split(separator: ";").map { part in
      let pair = part.split(separator: "=", maxSplits: 1).map(String.init)
      guard pair.count == 2 else { throw InputError("'\(text)' is no point of a sweep") }
      let parsed = JSONCursor(try JSONValue(parsing: Data(pair[1].utf8), file: "sweep point"))
      var value = try AttributeValue(parsed)
      let axis: SweepSpace.Axis
      switch pair[0] {
      case "fifo": axis = .fifo
      case "clock_mhz":
        axis = .clock
        if case .int(let whole) = value { value = .float(Double(whole)) }
      case "part": axis = .part
      default:
        let dot = pair[0].lastIndex(of: ".") ?? pair[0].startIndex
        axis = .attribute(
          node: String(pair[0][..<dot]), name: String(pair[0][pair[0].index(after: dot)...]))
      }
      return (axis, value)
    }
  }
}
