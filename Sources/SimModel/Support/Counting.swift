extension Int {
  /// "1 frame", "3 frames".
  package func of(_ thing: String) -> String { "\(self) \(thing)\(self == 1 ? "" : "s")" }
}

extension Double {
  /// As a person writes it: 250, 0.5.
  package var plain: String {
    self == rounded() && abs(self) < 1e15 ? String(Int(self)) : String(self)
  }

  /// The same without the noise of floating point: as many digits as a Float has.
  package var legible: String {
    abs(self) < 1e15 && abs(self - rounded()) <= 1e-6 * Swift.max(1, abs(self))
      ? String(Int(rounded())) : String(Float(self))
  }
}

extension Sequence<String> {
  /// "a, b, c, …": the first names, and whether there are more.
  package func listed(atMost most: Int) -> String {
    let shown = Array(prefix(most + 1))
    return shown.prefix(most).joined(separator: ", ") + (shown.count > most ? ", …" : "")
  }
}
