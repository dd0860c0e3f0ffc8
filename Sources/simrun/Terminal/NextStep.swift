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
    guard argument.printable == argument else { return escaped(argument) }
    let plain = argument.allSatisfy { $0.isLetter || $0.isNumber || "-_./=,:+@%".contains($0) }
    return plain && !argument.isEmpty
      ? argument : "'" + argument.replacing("'", with: #"'\''"#) + "'"
  }

  /// A name with characters that are not shown, byte by byte: it is neither obeyed by a terminal nor lost.
  private static func escaped(_ argument: String) -> String {
    let bytes = argument.utf8.map { byte in
      let isPlain = (0x20..<0x7F).contains(byte) && byte != 0x27 && byte != 0x5C && byte != 0x3A
      return isPlain
        ? String(UnicodeScalar(byte)) : "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
    return "$'" + bytes.joined() + "'"
  }
}
