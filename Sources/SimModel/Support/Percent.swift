extension Double {
  /// A share as a person reads it, "91.3 %" of 0.9125: the one place where commands round them. A tie goes away from zero,
  /// as in the pages' own `percent`; C's formats take the even digit, so that one number would have two texts.
  ///
  /// - Parameter digits: behind the point, 0 to 6.
  package func percent(digits: Int = 1) -> String {
    let scale = (0..<digits).reduce(1) { scale, _ in scale * 10 }
    let parts = (100 * self * Double(scale)).rounded()
    guard abs(parts) < 1e15 else { return "\(100 * self) %" }
    let (whole, rest) = Int(abs(parts)).quotientAndRemainder(dividingBy: scale)
    let fraction = String(scale + rest).dropFirst()
    return "\(parts < 0 ? "-" : "")\(whole)\(digits > 0 ? "." : "")\(fraction) %"
  }
}
