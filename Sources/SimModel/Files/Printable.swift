extension String {
  /// The text as it may be shown anywhere: what a terminal, a page or a CI log would obey instead of
  /// showing is written as `\u{…}`.
  ///
  /// That is every control and format character (line ends, escape sequences, marks that turn the
  /// direction of text), and the colons of `::command::` at the beginning, which GitHub's runners obey
  /// wherever a line starts with them. Text without any of these is returned as it is.
  package var printable: String {
    if utf8.allSatisfy({ (0x20..<0x7F).contains($0) }), !startsCommand { return self }
    var result = ""
    for (index, scalar) in unicodeScalars.enumerated() {
      if scalar.isShown, !(index == 0 && startsCommand) {
        result.unicodeScalars.append(scalar)
      } else {
        result += "\\u{\(String(scalar.value, radix: 16))}"
      }
    }
    return result
  }

  /// The text with its middle left out where it is longer than `limit` characters.
  package func shortened(to limit: Int) -> String {
    // Counting the characters of a long text takes longer than its bytes tell.
    guard utf8.count > limit, count > limit else { return self }
    let tail = limit / 4
    return "\(prefix(limit - tail))…\(suffix(tail)) (\(count) characters)"
  }

  private var startsCommand: Bool {
    let start = drop { $0 == " " || $0 == "\t" }
    return start.hasPrefix("::") || start.hasPrefix("##[")
  }
}

extension Unicode.Scalar {
  fileprivate var isShown: Bool {
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse,
      .unassigned:
      false
    default: true
    }
  }
}
