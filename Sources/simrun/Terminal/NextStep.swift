import DataflowAnalysis

/// What to type after an answer, and what that gives.
struct NextStep: Encodable {
  var command: String
  var reason: String

  /// `simrun VERB FILE …`, quoted as a shell needs it.
  init(_ arguments: String..., reason: String) { self.init(arguments, reason: reason) }

  init(_ arguments: [String], reason: String) {
    command = (["simrun"] + arguments.map(Self.quoted)).joined(separator: " ")
    self.reason = reason
  }

  var text: String { "next: \(command)".hinted + "  (\(reason))" }

  /// A number as a person types it: 250, 0.5.
  static func text(_ number: Double) -> String {
    number == number.rounded() && abs(number) < 1e15 ? String(Int(number)) : String(number)
  }

  private static func quoted(_ argument: String) -> String {
    let plain = argument.allSatisfy { $0.isLetter || $0.isNumber || "-_./=,:+@%".contains($0) }
    return plain && !argument.isEmpty
      ? argument : "'" + argument.replacing("'", with: #"'\''"#) + "'"
  }
}
