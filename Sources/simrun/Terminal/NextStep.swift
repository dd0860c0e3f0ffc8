import DataflowAnalysis

extension NextStep {
  /// `simrun VERB FILE …`, quoted as a shell needs it.
  init(_ arguments: String..., reason: String) { self.init(arguments, reason: reason) }

  init(_ arguments: [String], reason: String) {
    self.init(
      command: (["simrun"] + arguments.map(Self.quoted)).joined(separator: " "), reason: reason)
  }

  var text: String { "next: \(command)".hinted + "  (\(reason))" }

  private static func quoted(_ argument: String) -> String {
    let plain = argument.allSatisfy { $0.isLetter || $0.isNumber || "-_./=,:+@%".contains($0) }
    return plain && !argument.isEmpty
      ? argument : "'" + argument.replacing("'", with: #"'\''"#) + "'"
  }
}

extension Int {
  /// "1 frame", "3 frames".
  func of(_ thing: String) -> String { "\(self) \(thing)\(self == 1 ? "" : "s")" }
}
