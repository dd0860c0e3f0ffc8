extension String {
  /// The text as a field of RFC 4180, in quotes where it needs them.
  ///
  /// A text that spreadsheets would take for a formula has an apostrophe in front, which they take for text.
  package var csvField: String {
    let isFormula = unicodeScalars.first.map { "=+-@\t\r".unicodeScalars.contains($0) } ?? false
    let text = isFormula ? "'" + self : self
    guard text.unicodeScalars.contains(where: { ",\"\n\r".unicodeScalars.contains($0) }) else {
      return text
    }
    let quoted = text.split(separator: "\"", omittingEmptySubsequences: false)
      .joined(separator: "\"\"")
    return "\"\(quoted)\""
  }
}
