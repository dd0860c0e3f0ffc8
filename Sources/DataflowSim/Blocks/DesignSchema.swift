import Foundation

/// The JSON Schema (draft 2020-12) of design files, made from the block catalogue.
///
/// `configs/simrun-design.schema.json` is this text; a test keeps it current and
/// `simrun blocks --schema` prints it.
public enum DesignSchema {
  /// The schema as indented JSON with sorted keys, newline at the end.
  public static var text: String {
    let options: JSONSerialization.WritingOptions = [
      .prettyPrinted, .sortedKeys, .withoutEscapingSlashes,
    ]
    // Serialising strings, numbers, lists and maps cannot fail.
    let data = try? JSONSerialization.data(withJSONObject: document, options: options)
    return String(decoding: data ?? Data(), as: UTF8.self) + "\n"
  }

  private typealias Schema = [String: Any]

  private static var document: Schema {
    [
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "title": "simrun design",
      "description": "A streaming dataflow accelerator: hardware nodes joined by named streams.",
      "type": "object",
      "required": ["format", "version", "nodes", "graph_inputs", "graph_outputs"],
      "additionalProperties": false,
      "properties": [
        "$schema": ["type": "string"],
        "format": ["const": "simrun-design"],
        "version": ["const": Design.formatVersion],
        "name": ["type": "string"],
        "part": described("FPGA part, e.g. xc7z020clg400-1", ["type": "string"]),
        "clock_mhz": ["type": "number", "exclusiveMinimum": 0, "maximum": 10000],
        "finn_generation": described(
          "the FINN these blocks come from: a release, or a state of the development branch",
          [
            "enum": FINNGeneration.allCases.map(\.rawValue),
            "default": FINNGeneration.default.rawValue,
          ]),
        "nodes": ["type": "array", "items": ["$ref": "#/$defs/node"]],
        "streams": [
          "type": "object", "additionalProperties": ["$ref": "#/$defs/stream"],
        ],
        "graph_inputs": names, "graph_outputs": names,
        "parameters": described("the .npz with weights and thresholds", ["type": "string"]),
      ],
      "$defs": definitions,
    ]
  }

  private static var names: Schema { ["type": "array", "items": ["type": "string"]] }

  private static func described(_ text: String, _ schema: Schema) -> Schema {
    schema.merging(["description": text]) { own, _ in own }
  }

  private static var definitions: Schema {
    var definitions: Schema = ["node": node, "stream": stream, "data_type": dataType]
    for suffix in ["", AttributeSpec.Backend.hls.rawValue] {
      let specs = CommonAttributes.all.filter { $0.applies(to: suffix) }
      definitions["common\(suffix)"] = ["properties": properties(specs)]
    }
    for opType in BlockCatalogue.opTypes {
      definitions[name(of: opType)] = attributes(opType)
    }
    return definitions
  }

  /// Op types of one block and one implementation share their attributes.
  private static func name(of opType: String) -> String {
    let suffix = opType.suffix(4)
    let siblings = (try? BlockCatalogue.type(of: opType).opTypes) ?? []
    return "attributes.\(siblings.first { $0.suffix(4) == suffix } ?? opType)"
  }

  private static func properties(_ specs: [AttributeSpec]) -> Schema {
    Dictionary(uniqueKeysWithValues: specs.map { ($0.name, schema(of: $0)) })
  }

  private static var stream: Schema {
    [
      "type": "object", "additionalProperties": false,
      "properties": [
        "depth": described(
          "a FIFO of this many words sits in the stream", ["type": "integer", "minimum": 0]),
        "shape": ["type": "array", "items": ["type": "integer", "minimum": 1]],
        "data_type": ["$ref": "#/$defs/data_type"],
      ],
    ]
  }

  private static var dataType: Schema {
    described(
      "a FINN data type name",
      [
        "type": "string",
        "pattern": "^(BINARY|BIPOLAR|TERNARY|FLOAT32|FLOAT16|U?INT[1-9][0-9]*"
          + "|FIXED<[0-9]+, *-?[0-9]+>|SCALEDINT<[0-9]+>|FLOAT<[0-9]+,[0-9]+(,[0-9]+)?>)$",
      ])
  }

  /// A node's attributes follow from its op type: one if/then per op.
  private static var node: Schema {
    let choices: [Schema] = BlockCatalogue.opTypes.map { opType in
      [
        "if": ["properties": ["op_type": ["const": opType]]],
        "then": ["properties": ["attributes": ["$ref": "#/$defs/\(name(of: opType))"]]],
      ]
    }
    return [
      "type": "object", "additionalProperties": false,
      "required": ["name", "op_type"],
      "properties": [
        "name": ["type": "string", "minLength": 1],
        "op_type": ["enum": BlockCatalogue.opTypes],
        "attributes": ["type": "object"],
        "inputs": names, "outputs": names,
        "initializers": ["type": "object", "additionalProperties": ["type": "string"]],
      ],
      "allOf": choices,
    ]
  }

  /// The block's own attributes spelled out, the common ones by reference.
  private static func attributes(_ opType: String) -> Schema {
    let all = (try? BlockCatalogue.type(of: opType).attributes) ?? []
    let own = all.filter { $0.applies(to: opType) }
    let isHLS = opType.hasSuffix(AttributeSpec.Backend.hls.rawValue)
    var schema: Schema = [
      "type": "object", "$ref": "#/$defs/common\(isHLS ? "_hls" : "")",
      "properties": properties(own), "unevaluatedProperties": false,
    ]
    let required = own.filter { $0.defaultValue == nil }.map(\.name)
    if !required.isEmpty { schema["required"] = required }
    return schema
  }

  private static func schema(of spec: AttributeSpec) -> Schema {
    var schema = schema(of: spec.kind, mayBeEmpty: spec.defaultValue == .string(""))
    schema["description"] = spec.summary
    if let value = spec.defaultValue { schema["default"] = plain(value) }
    return schema
  }

  private static func schema(of kind: AttributeSpec.Kind, mayBeEmpty: Bool) -> Schema {
    func integer(_ range: ClosedRange<Int>) -> Schema {
      ["type": "integer", "minimum": range.lowerBound, "maximum": range.upperBound]
    }
    switch kind {
    case .int(let range): return integer(range)
    case .ints(let count, let range):
      var list: Schema = ["type": "array", "items": integer(range)]
      if let count { list.merge(["minItems": count, "maxItems": count]) { old, _ in old } }
      return list
    case .string(let allowed): return allowed.isEmpty ? ["type": "string"] : ["enum": allowed]
    case .strings: return names
    case .dataType:
      let reference: Schema = ["$ref": "#/$defs/data_type"]
      return mayBeEmpty ? ["anyOf": [["const": ""], reference]] : reference
    case .float(let range):
      return ["type": "number", "minimum": range.lowerBound, "maximum": range.upperBound]
    }
  }

  private static func plain(_ value: AttributeValue) -> Any {
    switch value {
    case .int(let v): v
    case .ints(let v): v
    case .string(let v): v
    case .strings(let v): v
    case .float(let v): v
    case .floats(let v): v
    }
  }
}
