import DataflowSim
import SimModel

/// A layer's weights and thresholds in a design against those that the model asks for, without any data.
public struct LayerVerdict: Sendable, Codable, Equatable {
  /// The node of the design, and the quantiser of the model.
  public var node: String
  public var quantiser: String
  public var finding: String
  /// What to change.
  public var advice: String
  /// Holds by itself; otherwise only where the data show that the layer is wrong.
  public var isCertain = true
  /// So seldom met that it is no rule of rounding but chance: right all the same, and no fault by itself.
  public var isRare = false
  /// The node that writes the compared stream which the node goes into; nil where it is itself.
  public var within: String?

  enum CodingKeys: String, CodingKey { case node, quantiser, finding, advice, isCertain }

  /// A verdict that holds by itself.
  public init(node: String, quantiser: String, finding: String, advice: String) {
    (self.node, self.quantiser) = (node, quantiser)
    (self.finding, self.advice) = (finding, advice)
  }
}

extension LayerVerdict {
  /// Windows that never read the last rows of a frame: known of the block, whatever the data.
  public static func leftoverRows(_ node: String) -> LayerVerdict {
    LayerVerdict(
      node: node, quantiser: "",
      finding:
        "\(Hazard.windowLeftoverRows.rawValue), a defect of the hardware: the window never reads the last "
        + "rows of a frame, so every frame but the first is shifted; here frames were compared by themselves",
      advice: "take ConvolutionInputGenerator_rtl, or crop the picture to a whole number of strides"
    )
  }
}

extension LayerVerdict {
  /// A hazard or a fault that struck a word of a run under a scenario.
  public static func struck(_ origin: WordOrigin) -> LayerVerdict {
    let isFault = origin.cause.hasPrefix("fault")
    let held =
      origin.heldAt.isEmpty
      ? "" : ", held over a frame's end in \(origin.heldAt.joined(separator: ", "))"
    return LayerVerdict(
      node: origin.node ?? origin.stream, quantiser: "",
      finding:
        "\(origin.cause)\(isFault ? " of the scenario" : ", a defect of the hardware,") strikes \(origin.place) "
        + "(\(origin.event))\(held)\(origin.shiftsWords ? ": later words come too early or too late" : "")",
      advice: isFault
        ? "compare what this leaves with a dump of the board: is it the same from here on?"
        : "simrun hazards lists where it can strike and what to change; simrun run --without-hazard "
          + "\(origin.cause) shows the words without it")
  }

  /// Words that never come in a run under a scenario.
  public static func missing(_ words: Int, _ stream: String, node: String) -> LayerVerdict {
    LayerVerdict(
      node: node.isEmpty ? stream : node, quantiser: "",
      finding: "\(words) words of \(stream) never come under the scenario",
      advice: "simrun hang says who waits for whom")
  }
}

extension LayerVerdict {
  /// The same of single thresholds.
  var rare: LayerVerdict {
    var copy = ifWrong
    copy.isRare = true
    return copy
  }

  /// The same, to be said only where values are wrong.
  var ifWrong: LayerVerdict {
    var copy = self
    copy.isCertain = false
    return copy
  }
}
