/// A node attribute as JSON writes it: an integer, a string, a number, or a list of one of these.
/// An empty list reads as a list of integers, which every list attribute accepts.
public struct AttributeJSON: Codable, Sendable, Equatable {
  public var value: AttributeValue

  public init(_ value: AttributeValue) { self.value = value }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let v = try? container.decode(Int.self) {
      value = .int(v)
    } else if let v = try? container.decode([Int].self) {
      value = .ints(v)
    } else if let v = try? container.decode(String.self) {
      value = .string(v)
    } else if let v = try? container.decode([String].self) {
      value = .strings(v)
    } else if let v = try? container.decode(Double.self) {
      value = .float(v)
    } else if let v = try? container.decode([Double].self) {
      value = .floats(v)
    } else {
      throw DecodingError.dataCorruptedError(
        in: container,
        debugDescription: "an attribute is an integer, a string, a number or a list of one of these"
      )
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch value {
    case .int(let v): try container.encode(v)
    case .ints(let v): try container.encode(v)
    case .string(let v): try container.encode(v)
    case .strings(let v): try container.encode(v)
    case .float(let v): try container.encode(v)
    case .floats(let v): try container.encode(v)
    }
  }
}
