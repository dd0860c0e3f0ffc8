import FoundationEssentials

/// The run report of a trace of version 1, brought into the form of today.
enum EarlierTrace {
  /// - Parameter json: a run report of schema version 1. Throws for what is no such report.
  static func report(_ json: Data) throws -> RunReport {
    guard case .object(var report) = try JSONValue(parsing: json, file: "report") else {
      throw InputError("is no report")
    }
    report["fifos"] = list(report["fifos"]) { fifo in
      fifo.merging(["maxOccupancy": fifo["max"] ?? .null, "finalOccupancy": fifo["final"] ?? .null])
      { $1 }.merging(["from": .string(""), "to": .string("")]) { old, _ in old }
    }
    if case .object(var bits)? = report["bits"] {
      bits["outputs"] = list(bits["outputs"]) { $0 }
      bits["origins"] = .array(
        members(bits["origins"]).map { .object(["output": .string($0), "origin": $1]) })
      report["bits"] = .object(bits)
    }
    var exactness = Dictionary(uniqueKeysWithValues: members(report["exactness"]))
    report["timings"] = .array(
      members(exactness["nodes"]).map { .object(["node": .string($0), "timing": $1]) })
    exactness["nodes"] = nil
    exactness["predicted"] = exactness["predicted"] ?? .object([:])
    exactness["finnGeneration"] =
      exactness["finnGeneration"] ?? .string(FINNGeneration.default.rawValue)
    report["exactness"] = .object(exactness)
    return try RunReport(json: Data(JSONValue.object(report).compactText.utf8))
  }

  /// What was an object by name as a list of objects that call themselves `name`.
  private static func list(
    _ value: JSONValue?, _ change: ([String: JSONValue]) -> [String: JSONValue]
  ) -> JSONValue {
    .array(
      members(value).map { name, value in
        guard case .object(let fields) = value else { return value }
        return .object(change(fields).merging(["name": .string(name)]) { $1 })
      })
  }

  private static func members(_ value: JSONValue?) -> [(String, JSONValue)] {
    guard case .object(let members)? = value else { return [] }
    return members.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }
}
