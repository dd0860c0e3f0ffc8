import Foundation

// `simrun-cost-model` version 1 (docs/formats.md#cost-model).
extension CostModel {
  private static let format = "simrun-cost-model"
  private static let version = 1

  /// Reads a coefficient file.
  ///
  /// Throws `InputError` for a file of another kind or version, an unknown kind or a number that is no
  /// coefficient.
  public init(contentsOf path: String) throws {
    try self.init(json: InputFile.readJSON(path), file: path)
  }

  /// The same from its bytes; `file` is for messages.
  public init(json data: Data, file: String) throws {
    do {
      try self.init(JSONCursor(JSONValue(parsing: data, file: file)))
    } catch let error as InputError {
      throw error.inFile(file)
    }
  }

  private init(_ document: JSONCursor) throws {
    try document.requireFormat(Self.format, version: Self.version)
    try document.requireKeys(["format", "version", "name", "date", "data", "families"])
    self.init(
      name: try document.member("name").name(), date: try document.member("date").name(),
      data: try document.member("data").name())
    for (name, family) in try document.member("families").members() {
      families[name] = try Family(family)
    }
    guard !families.isEmpty else { throw document.error("holds no families of blocks") }
  }

  /// The file, keys in order.
  public func json() throws -> Data {
    func pairs<K: RawRepresentable<String>, V>(_ map: [K: V], _ value: (V) -> Any) -> [String: Any]
    {
      Dictionary(uniqueKeysWithValues: map.map { ($0.rawValue, value($1)) })
    }
    func number(_ x: Double) -> Any { NSDecimalNumber(string: "\(x)") }
    let document: [String: Any] = [
      "format": Self.format, "version": Self.version, "name": name, "date": date, "data": data,
      "families": families.mapValues { family -> [String: Any] in
        [
          "nodes": family.nodes, "builds": family.builds,
          "coefficients": pairs(family.coefficients) { $0.mapValues(number) },
          "spread": pairs(family.spreads) { [number($0.low), number($0.high)] },
          "error": pairs(family.errors, number),
        ]
      },
    ]
    let options: JSONSerialization.WritingOptions = [
      .prettyPrinted, .sortedKeys, .withoutEscapingSlashes,
    ]
    return try JSONSerialization.data(withJSONObject: document, options: options) + Data("\n".utf8)
  }
}

extension CostModel.Family {
  /// No coefficient or multiple comes near it.
  private static let largest = 1e6

  fileprivate init(_ cursor: JSONCursor) throws {
    try cursor.requireKeys(["nodes", "builds", "coefficients", "spread", "error"])
    self.init(
      nodes: try cursor.member("nodes").int(0...Int.largestStated),
      builds: try cursor.member("builds").int(0...Int.largestStated))
    for (name, parts) in try cursor.member("coefficients").members() {
      let kind: CostKind = try Self.known(name, parts)
      coefficients[kind] = Dictionary(
        uniqueKeysWithValues: try parts.members().map { ($0.key, try Self.number($0.value)) })
    }
    for (name, pair) in try cursor.member("spread").members() {
      let group: CostGroup = try Self.known(name, pair)
      let ends = try pair.elements().map(Self.number)
      guard ends.count == 2, ends[0] <= ends[1] else {
        throw pair.error("is no pair of multiples, the lower first")
      }
      spreads[group] = CostModel.Spread(ends[0], ends[1])
    }
    for (name, error) in try cursor.optional("error")?.members() ?? [] {
      errors[try Self.known(name, error)] = try Self.number(error)
    }
  }

  private static func known<K: RawRepresentable<String> & CaseIterable>(
    _ name: String, _ cursor: JSONCursor
  ) throws -> K {
    if let kind = K(rawValue: name) { return kind }
    let all = K.allCases.map(\.rawValue)
    throw cursor.error(
      "is no kind of resource",
      hint: nearestName(to: name, among: all).map { "did you mean \"\($0)\"?" }
        ?? "known are \(all.joined(separator: ", "))")
  }

  private static func number(_ cursor: JSONCursor) throws -> Double {
    let value = try cursor.double()
    guard value >= 0, value <= largest else {
      throw cursor.error("\(value) is out of range (allowed: 0 to \(largest))")
    }
    return value
  }
}
