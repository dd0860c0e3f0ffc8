extension Int {
  /// "1 frame", "3 frames".
  package func of(_ thing: String) -> String { "\(self) \(thing)\(self == 1 ? "" : "s")" }
}
