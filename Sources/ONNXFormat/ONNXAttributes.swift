import FoundationEssentials
import SimModel

extension ONNXAttributeProto {
  /// The attribute's value; `nil` for tensors and graphs, which hold build records.
  ///
  /// Throws `InputError` for text that is not UTF-8 and for numbers that are not finite.
  package func value() throws -> AttributeValue? {
    switch effectiveKind {
    case .int: return .int(Int(i))
    case .ints: return .ints(ints.map(Int.init))
    case .float: return .float(try exact(f))
    case .floats: return .floats(try floats.map(exact))
    case .string: return .string(try text(s))
    case .strings: return .strings(try strings.map(text))
    default: return nil
    }
  }

  /// The stated kind, or for files that state none the field that is there.
  package var effectiveKind: Kind {
    if type != .undefined { return type }
    if hasI { return .int }
    if hasF { return .float }
    if hasS { return .string }
    if hasT { return .tensor }
    if !ints.isEmpty { return .ints }
    if !floats.isEmpty { return .floats }
    return strings.isEmpty ? .undefined : .strings
  }

  private func text(_ bytes: Data) throws -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw InputError("is not UTF-8 text", at: "attribute '\(name)'")
    }
    return text
  }

  /// The number a person wrote, not the nearest binary fraction of 32 bits: 0.1 stays 0.1.
  private func exact(_ value: Float) throws -> Double {
    guard value.isFinite, let number = Double(String(value)) else {
      throw InputError("\(value) is not a finite number", at: "attribute '\(name)'")
    }
    return number
  }
}
