/// Something that is wrong with a design, found without running it: what, where, by how much, what is
/// allowed and what to do.
public struct Diagnostic: Codable, Sendable, Equatable {
  /// How bad it is.
  public enum Severity: String, Codable, Sendable, CaseIterable {
    /// The hardware computes or does something else, or FINN refuses to build it.
    case error
    /// Worth a look: wrong for some inputs, costly, or seen to fail with some versions.
    case warning
  }

  /// Stable: `SR103`. Never given to another rule.
  public var code: String
  /// The rule's name: `window-order`.
  public var rule: String
  public var severity: Severity
  /// The node it is about, the reader where it is about a stream.
  public var node: String?
  /// Where in the node: an attribute, an array with an index, a stream.
  public var place: String?
  /// What is wrong, numbers included.
  public var message: String
  /// The numbers of the message by name, for scripts.
  public var numbers: [String: Int]
  /// What would be right.
  public var allowed: String?
  /// What to do.
  public var advice: String?
}

extension Diagnostic {
  /// One line: place and message.
  public var sentence: String {
    ([node.map { "node '\($0)'" }, place].compactMap(\.self).joined(separator: ", ") + ": "
      + message)
  }

  /// What follows the sentence: what is allowed, and what to do.
  public var help: String? {
    let parts = [allowed.map { "allowed: \($0)" }, advice].compactMap(\.self)
    return parts.isEmpty ? nil : parts.joined(separator: "; ")
  }

  /// As a person reads it: code, sentence, and a hint in a line of its own.
  public var text: String {
    "\(severity.rawValue) \(code) (\(rule)): \(sentence)" + (help.map { "\n  hint: \($0)" } ?? "")
  }
}
