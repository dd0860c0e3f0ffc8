import SimModel

/// An operation of an original model as the file says it.
public struct ModelNode: Sendable {
  /// An attribute's value, by the types of ONNX.
  public enum Attribute: Sendable {
    case int(Int)
    case ints([Int])
    case float(Float)
    case floats([Float])
    case string(String)
    case tensor(Value)
    case other
  }

  /// As in the file, or made of type and position where the file has none.
  public var name: String
  public var opType: String
  public var domain: String
  /// Tensor names; an empty one is an input or output left out.
  public var inputs: [String]
  public var outputs: [String]
  public var attributes: [String: Attribute]

  /// How errors name the node.
  public var place: String { "node '\(name)' (\(opType))" }

  func has(_ name: String) -> Bool { attributes[name] != nil }

  /// The whole number called `name`; nil: not stated. Throws `InputError` when it is something
  /// else.
  public func int(_ name: String) throws -> Int? {
    switch attributes[name] {
    case nil: return nil
    case .int(let value): return value
    case .float(let value):
      if let whole = Int(exactly: value) { return whole }
      throw wrong(name, "a whole number")
    default: throw wrong(name, "a whole number")
    }
  }

  /// The same with what holds where it is not stated.
  public func int(_ name: String, default value: Int) throws -> Int { try int(name) ?? value }

  /// The list of whole numbers called `name`; nil: not stated. Throws `InputError` when it is
  /// something else.
  public func ints(_ name: String) throws -> [Int]? {
    switch attributes[name] {
    case nil: return nil
    case .ints(let value): return value
    case .int(let value): return [value]
    default: throw wrong(name, "a list of whole numbers")
    }
  }

  /// The number called `name`; nil: not stated. Throws `InputError` when it is something else.
  public func float(_ name: String) throws -> Float? {
    switch attributes[name] {
    case nil: return nil
    case .float(let value): return value
    case .int(let value): return Float(value)
    default: throw wrong(name, "a number")
    }
  }

  /// The text called `name`; nil: not stated. Throws `InputError` when it is something else.
  public func string(_ name: String) throws -> String? {
    switch attributes[name] {
    case nil: return nil
    case .string(let value): return value
    default: throw wrong(name, "text")
    }
  }

  func wrong(_ attribute: String, _ wanted: String) -> InputError {
    InputError("must be \(wanted)", at: "attribute '\(attribute)'")
  }
}

/// A graph input: what a frame of data must look like.
public struct ModelInput: Sendable {
  /// As in the file.
  public var name: String
  /// `nil` for a dimension that the file leaves open.
  public var shape: [Int?]
  public var kind: ElementKind
  /// FINN's name of an integer type, such as `UINT8`, when the file annotates one.
  public var dataType: String?
}
