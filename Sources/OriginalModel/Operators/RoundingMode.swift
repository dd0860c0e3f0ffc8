import SimModel

/// How a quantiser rounds to a whole number.
package enum RoundingMode: String, Sendable {
  case halfEven, ceil, floor, up, down, halfUp, halfDown

  private static let names: [String: RoundingMode] = [
    "ROUND": .halfEven, "HALF_EVEN": .halfEven, "CEIL": .ceil, "FLOOR": .floor, "UP": .up,
    "DOWN": .down, "ROUND_TO_ZERO": .down, "HALF_UP": .halfUp, "HALF_DOWN": .halfDown,
  ]

  /// As the node states it, in any case; exports of before that attribute round half to even.
  package init(_ node: ModelNode, default mode: RoundingMode = .halfEven) throws {
    guard let text = try node.string("rounding_mode") else {
      self = mode
      return
    }
    guard let mode = Self.names[text.uppercased()] else {
      let near = nearestName(to: text, among: Self.names.keys)
      throw InputError(
        "'\(text)' is not a rounding mode", at: "attribute 'rounding_mode'",
        hint: near.map { "did you mean '\($0)'?" }
          ?? "known: \(Self.names.keys.sorted().joined(separator: ", "))")
    }
    self = mode
  }

  @inline(__always)
  func apply(_ x: Float) -> Float {
    switch self {
    case .halfEven: return x.rounded(.toNearestOrEven)
    case .ceil: return x.rounded(.up)
    case .floor: return x.rounded(.down)
    case .up: return x.rounded(.awayFromZero)
    case .down: return x.rounded(.towardZero)
    // As qonnx has them in float32: the sum with one half is rounded, so the number below 0.5 is 1.
    case .halfUp:
      let rounded = (abs(x) + 0.5).rounded(.down)
      return x < 0 ? -rounded : rounded
    case .halfDown:
      let rounded = (abs(x) - 0.5).rounded(.up)
      return x < 0 ? -rounded : rounded
    }
  }
}

extension RoundingMode {
  /// Which of two neighbouring whole numbers, `lower` and the one above it, a number exactly on the border between
  /// what gives the one and what gives the other becomes: the upper one or not.
  package func takesUpper(above lower: Int) -> Bool {
    switch self {
    case .halfEven: !lower.isMultiple(of: 2)
    case .floor: true
    case .ceil: false
    case .up: lower < 0
    case .down: lower >= 0
    case .halfUp: lower >= 0
    case .halfDown: lower < 0
    }
  }

  /// Where that border is and what happens there, to stand behind "exactly on".
  package var border: String {
    switch self {
    case .halfEven: "a half, which the model rounds to even"
    case .floor: "a step, which the model keeps (FLOOR)"
    case .ceil: "a step, which the model keeps (CEIL)"
    case .up: "a step, which the model keeps (UP, away from zero)"
    case .down: "a step, which the model keeps (DOWN, toward zero)"
    case .halfUp: "a half, which the model rounds away from zero (HALF_UP)"
    case .halfDown: "a half, which the model rounds toward zero (HALF_DOWN)"
    }
  }

  /// The same, to stand behind "the model's quantiser".
  package var rule: String {
    switch self {
    case .halfEven: "rounds halves to even"
    case .floor: "rounds down (FLOOR) and keeps exact steps"
    case .ceil: "rounds up (CEIL) and keeps exact steps"
    case .up: "rounds away from zero (UP) and keeps exact steps"
    case .down: "rounds toward zero (DOWN) and keeps exact steps"
    case .halfUp: "rounds halves away from zero (HALF_UP)"
    case .halfDown: "rounds halves toward zero (HALF_DOWN)"
    }
  }

  /// Whether the border is in the middle between two numbers.
  package var isHalf: Bool {
    switch self {
    case .halfEven, .halfUp, .halfDown: true
    default: false
    }
  }
}
