extension Double {
  /// A share as a person reads it, "91.3 %" of 0.9125: the one place where shares are rounded. A tie goes away from zero,
  /// as the pages' own `percent` does; C's formats take the even digit, so that one number would have two texts.
  ///
  /// - Parameter digits: behind the point, 0 to 6.
  package func percent(
    digits: Int = 1, rounding: FloatingPointRoundingRule = .toNearestOrAwayFromZero
  ) -> String {
    let scale = (0..<digits).reduce(1) { scale, _ in scale * 10 }
    let parts = (100 * self * Double(scale)).rounded(rounding)
    guard abs(parts) < 1e15 else { return "\(100 * self) %" }
    let (whole, rest) = Int(abs(parts)).quotientAndRemainder(dividingBy: scale)
    let fraction = String(scale + rest).dropFirst()
    return "\(parts < 0 ? "-" : "")\(whole)\(digits > 0 ? "." : "")\(fraction) %"
  }
}
