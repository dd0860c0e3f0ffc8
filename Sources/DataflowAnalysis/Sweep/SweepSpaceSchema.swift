import FoundationEssentials

extension SweepSpace {
  /// What a space file says it is.
  public static let format = "simrun-space"
  public static let formatVersion = 1
  static let axisKeys = ["nodes", "fifo", "clock_mhz", "part"]
  static let fifoDepths = 2...1 << 24

  /// The JSON Schema (draft 2020-12) of space files, a newline at its end.
  public static var schema: Data {
    Data((JSONText(.object(document)).indented + "\n").utf8)
  }

  private static var document: [String: JSONValue] {
    [
      "$schema": .string("https://json-schema.org/draft/2020-12/schema"),
      "title": .string("simrun space"),
      "description": .string("What a sweep ranges over: a point is one value per list."),
      "type": .string("object"), "additionalProperties": .bool(false),
      "required": .array([.string("format"), .string("version")]),
      "properties": .object([
        "$schema": type("string"), "format": .object(["const": .string(format)]),
        "version": .object(["const": .int(formatVersion)]),
        "nodes": object(described("node name", object(described("attribute", list(value))))),
        "fifo": described("kept as they are, sized for the full rate, or a depth", list(policy)),
        "clock_mhz": list(clock), "part": described("parts or boards", list(type("string"))),
      ]),
    ]
  }

  private static func type(_ name: String) -> JSONValue { .object(["type": .string(name)]) }

  private static func object(_ value: JSONValue) -> JSONValue {
    .object(["type": .string("object"), "additionalProperties": value])
  }

  private static func list(_ items: JSONValue) -> JSONValue {
    .object(["type": .string("array"), "minItems": .int(1), "items": items])
  }

  private static func described(_ text: String, _ schema: JSONValue) -> JSONValue {
    guard case .object(var members) = schema else { return schema }
    members["description"] = .string(text)
    return .object(members)
  }

  private static func anyOf(_ choices: [JSONValue]) -> JSONValue {
    .object(["anyOf": .array(choices)])
  }

  /// An attribute's value; which ones an attribute takes is the design schema's.
  private static var value: JSONValue {
    anyOf([
      type("number"), type("string"),
      .object(["type": .string("array"), "items": anyOf([type("number"), type("string")])]),
    ])
  }

  private static var policy: JSONValue {
    anyOf([
      .object(["enum": .array([.string("kept"), .string("sized")])]),
      .object([
        "type": .string("integer"), "minimum": .int(fifoDepths.lowerBound),
        "maximum": .int(fifoDepths.upperBound),
      ]),
    ])
  }

  private static var clock: JSONValue {
    .object([
      "type": .string("number"), "exclusiveMinimum": .int(0), "maximum": .int(10_000),
    ])
  }
}
