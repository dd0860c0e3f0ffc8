extension String {
  /// The text as it may be shown anywhere: what a terminal, a page or a CI log would obey instead of
  /// showing is written as `\u{…}`.
  ///
  /// That is every control and format character (line ends, escape sequences, marks that turn the
  /// direction of text); the colons of `::command::` at the beginning, which GitHub's runners obey wherever a
  /// line starts with them; and the first of two `#`, since runners obey `##[command]` and `##vso[command]`
  /// anywhere in a line. Text without any of these is returned as it is.
  package var printable: String {
    if utf8.allSatisfy({ (0x20..<0x7F).contains($0) }), !startsCommand, !contains("##") {
      return self
    }
    var result = ""
    let scalars = Array(unicodeScalars)
    for (index, scalar) in scalars.enumerated() {
      let isMark = scalar == "#" && index + 1 < scalars.count && scalars[index + 1] == "#"
      if scalar.isShown, !isMark, !(index == 0 && startsCommand) {
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

  private var startsCommand: Bool { drop(while: \.isWhitespace).hasPrefix("::") }
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
