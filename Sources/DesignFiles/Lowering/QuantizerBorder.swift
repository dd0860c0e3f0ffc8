import OriginalModel

/// What a quantiser of the model makes of a number exactly on the border between two of its codes.
public struct QuantizerBorder: Sendable {
  /// `nil`: a threshold, which the border itself reaches.
  private let mode: RoundingMode?
  /// What is added before it rounds, one number or one per channel.
  private let zeros: [Int]

  /// `nil` when there is no quantiser of this name, or none with a grid.
  public init?(_ name: String, _ reference: Reference) {
    guard let node = reference.steps.first(where: { $0.node.name == name })?.node else {
      return nil
    }
    func list(_ index: Int) -> [Double] {
      guard index < node.inputs.count else { return [] }
      return reference.constants[node.inputs[index]]?.doubles ?? []
    }
    var zeros = [0]
    switch node.opType {
    case "Quant", "IntQuant":
      let isOneBit = list(3) == [1] && ((try? node.int("signed", default: 1)) ?? 1) != 0
      mode = isOneBit ? nil : try? RoundingMode(node)
      zeros = list(2).map { Int($0.rounded()) }
    case "Trunc":
      mode = try? RoundingMode(node, default: .floor)
      if node.inputs.count == 5 { zeros = list(2).map { Int($0.rounded()) } }
    case "QuantizeLinear", "DequantizeLinear": mode = .halfEven
    case "MultiThreshold", "BipolarQuant": mode = nil
    default: return nil
    }
    self.zeros = zeros.isEmpty ? [0] : zeros
  }

  /// Whether the border above a code, which is a number divided by the scale, becomes the code above it.
  ///
  /// - Parameter element: its channel, or its place channels last.
  func takesUpper(above code: Int, _ element: Int) -> Bool {
    mode?.takesUpper(above: code + zeros[element % zeros.count]) ?? true
  }

  /// Where the border is and what the model does there, to stand behind "exactly on".
  public var place: String { mode?.border ?? "a threshold, which the model takes for reached" }
  /// Whether the border is half a step from both codes.
  var isHalf: Bool { mode?.isHalf ?? false }
  /// What the model does, to stand behind "the model's quantiser".
  var rule: String { mode?.rule ?? "takes a number on a threshold for reached" }
}
