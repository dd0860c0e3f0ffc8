import SimKernels

/// What a run found about its bits, as `simrun run --json` prints it.
public struct BitReport: Codable, Sendable, Equatable {
  /// What came out of one graph output.
  public struct Output: Codable, Sendable, Equatable {
    /// The graph output.
    public var name: String
    /// FINN name of the element type.
    public var dataType: String
    /// Words written.
    public var words: Int
    /// As written: `(frames, normal shape…)`, or `(words, elements)` if the last frame is not whole.
    public var shape: [Int]
  }

  /// Where the first wrong word of a graph output comes from.
  public struct Origin: Codable, Sendable, Equatable {
    /// The graph output.
    public var output: String
    /// What struck, and where.
    public var origin: WordOrigin

    package init(output: String, origin: WordOrigin) {
      self.output = output
      self.origin = origin
    }
  }

  /// Something a node could not keep: a wrap, an index out of bounds, ….
  public struct Finding: Codable, Sendable, Equatable {
    /// Where it happened.
    public var node: String
    /// `wrap`, `index-out-of-bounds`, `register`, or a hazard.
    public var kind: String
    /// Values affected, over all frames.
    public var values: Int
    /// Frames in which it happened, and the first of them.
    public var frames: Int
    /// From 0.
    public var firstFrame: Int
    /// The first case in words.
    public var text: String
  }

  /// What was written of each graph output.
  public var outputs: [Output] = []
  /// One per node and kind.
  public var findings: [Finding] = []
  /// By stream: words that are not those of hardware without hazards.
  public var differingWords: [String: Int] = [:]
  /// What struck the first wrong word of each graph output that has some.
  public var origins: [Origin] = []
  /// Nodes whose values may differ from the hardware's, and why.
  public var approximate: [String: String] = [:]
  /// Hazards turned off for this run.
  public var hazardsOff: [String] = []

  /// Nothing found yet.
  public init() {}

  /// Findings of all frames, one entry per node and kind.
  public mutating func add(_ found: [NodeFinding]) {
    for item in found {
      let entry = Finding(item)
      if let i = findings.firstIndex(where: { $0.node == entry.node && $0.kind == entry.kind }) {
        findings[i].values += entry.values
        findings[i].frames += 1
      } else {
        findings.append(entry)
      }
    }
  }

  /// The shapes of written outputs.
  public mutating func add(output name: String, _ tensor: Tensor, layout: StreamLayout) {
    outputs.append(
      Output(
        name: name, dataType: layout.dataType.name, words: tensor.count / max(1, layout.elements),
        shape: tensor.shape))
  }
}

extension BitReport.Finding {
  init(_ item: NodeFinding) {
    node = item.node
    frames = 1
    firstFrame = item.frame
    switch item.finding {
    case .wrap(let register, let wrap):
      kind = "wrap"
      values = wrap.count
      text =
        "\(wrap.firstValue) at element \(wrap.firstIndex) does not fit the \(register); "
        + "\(wrap.neededBits) bits would hold all"
    case .outOfBounds(let count, let first):
      kind = "index-out-of-bounds"
      values = count
      text = "the index at element \(first) lies beyond the table; row 0 is read"
    case .register(let name, let value):
      kind = "register"
      values = 1
      text = "\(name) = \(value)"
    case .narrowWrap(let count, let first):
      kind = Hazard.narrowWrap.rawValue
      values = count
      text = "element \(first) wraps instead of saturating at the thresholds' width"
    case .truncatedInput(let count):
      kind = Hazard.wideInput.rawValue
      values = count
      text = "the inputs are wider than the multiplier; their low bits are lost"
    }
  }
}

/// A run of whole frames, which has no notion of time.
public struct FrameReport: ResultDocument, Equatable {
  public static let kind = "frames"
  public static let summary = "Whole frames computed, without a notion of time."

  /// The design's name.
  public var design: String
  /// Frames computed.
  public var frames: Int
  /// What became of the values.
  public var bits: BitReport

  /// A report of its parts.
  public init(design: String, frames: Int, bits: BitReport) {
    self.design = design
    self.frames = frames
    self.bits = bits
  }
}
