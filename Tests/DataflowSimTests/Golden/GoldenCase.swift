import DataflowAnalysis
import Foundation

/// A measured design: how the real RTL moved every word under several stimuli.
///
/// The cases are kept as one zstd-compressed file per kind, a JSON document per line.
struct GoldenCase {
  let name: String
  let kind: String
  let design: Design
  let document: JSONValue
  let runs: [(name: String, run: GoldenRun)]

  static let kinds = [
    "fifo", "thresholding", "dwc", "fmpadding", "mvu", "vvu", "swg_default", "swg_parallel",
    "chain",
    "composite", "hls", "hls_networks", "hls_model",
  ]
  /// The blocks of FINN's development branch.
  static let developmentKinds = [
    "mvu_dev", "vvu_dev", "mvu_dynamic_dev", "thresholding_dev", "elementwise_rtl", "requant_rtl",
    "inner_shuffle", "inner_shuffle_later", "layernorm_rtl", "crop_rtl", "addclstoken_rtl",
  ].map { "dev/" + $0 }

  /// All committed cases of one kind.
  static func load(_ kind: String) throws -> [GoldenCase] {
    let text = try CompressedResource.data("golden/\(kind).ndjson.zst")
    return try text.split(separator: UInt8(ascii: "\n")).map { line in
      try GoldenCase(JSONValue(parsing: Data(line), file: kind))
    }
  }

  init(_ document: JSONValue) throws {
    self.document = document
    let fields = document.object
    name = fields["name"]!.string
    kind = fields["kind"]!.string
    design = try Design(document: fields["design"]!, file: name)
    runs = try (fields["runs"]?.object ?? [:]).sorted { $0.key < $1.key }.map { key, value in
      (key, try GoldenRun(value, file: "\(fields["name"]!.string)/\(key)"))
    }
  }
}

/// One stimulus of a golden case and what was measured under it.
struct GoldenRun {
  let scenario: Scenario
  /// Handshake cycles by stream.
  var handshakes: [String: [Int]]
  /// The lists are complete for cycles below this; nil: for ever.
  let until: Int?
  let fields: [String: JSONValue]

  init(_ value: JSONValue, file: String) throws {
    fields = value.object
    scenario = try Scenario(document: fields["scenario"]!, file: file)
    until = fields["until"].flatMap { if case .int(let n) = $0 { n } else { nil } }
    handshakes = fields["handshakes"]!.object.mapValues { triples in
      triples.array.flatMap { triple -> [Int] in
        let t = triple.array.map(\.int)
        return (0..<t[2]).map { t[0] + $0 * t[1] }
      }
    }
  }
}

/// Plain access to trusted test data; a wrong kind is a broken resource.
extension JSONValue {
  var object: [String: JSONValue] {
    if case .object(let o) = self { o } else { preconditionFailure("not an object") }
  }
  var array: [JSONValue] {
    if case .array(let a) = self { a } else { preconditionFailure("not an array") }
  }
  var string: String {
    if case .string(let s) = self { s } else { preconditionFailure("not a string") }
  }
  var float: Float {
    switch self {
    case .int(let n): Float(n)
    case .number(let x): Float(x)
    default: preconditionFailure("not a number")
    }
  }
  var int: Int { if case .int(let n) = self { n } else { preconditionFailure("not an integer") } }
}
