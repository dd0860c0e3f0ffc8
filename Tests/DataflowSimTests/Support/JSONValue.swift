/// Any JSON, for comparing computed against recorded values field by field.
indirect enum JSONValue: Decodable, Equatable, CustomStringConvertible {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  init(from decoder: any Decoder) throws {
    let c = try decoder.singleValueContainer()
    if c.decodeNil() {
      self = .null
    } else if let v = try? c.decode(Bool.self) {
      self = .bool(v)
    } else if let v = try? c.decode(Double.self) {
      self = .number(v)
    } else if let v = try? c.decode(String.self) {
      self = .string(v)
    } else if let v = try? c.decode([JSONValue].self) {
      self = .array(v)
    } else {
      self = .object(try c.decode([String: JSONValue].self))
    }
  }

  init(_ value: Int?) { self = value.map { .number(Double($0)) } ?? .null }
  init(_ value: [Int]?) { self = value.map { .array($0.map(JSONValue.init)) } ?? .null }
  init(_ value: String?) { self = value.map(JSONValue.string) ?? .null }

  var description: String {
    switch self {
    case .null: "null"
    case .bool(let v): "\(v)"
    case .number(let v): "\(v)"
    case .string(let v): "\"\(v)\""
    case .array(let v): "\(v)"
    case .object(let v): "\(v)"
    }
  }
}
