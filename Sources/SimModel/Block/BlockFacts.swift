/// What a block is to the graph around it.
public enum BlockRole: Sendable {
  /// It computes, or moves words in another order.
  case layer
  case fifo
  case widthConverter
  /// It reads from or writes to external memory.
  case memoryAccess
}

/// A stream of parameters that a block reads beside its data.
public struct WeightInput: Sendable, Equatable {
  /// The input port.
  public let port: Int
  /// How often a frame's words repeat the parameters.
  public let passes: Int

  /// Weights come in at input `port`, all of them `passes` times per frame.
  public init(port: Int, passes: Int) {
    self.port = port
    self.passes = passes
  }
}

/// Input words that belong together, and the words the block makes of them.
public struct VectorWords: Sendable, Equatable {
  public let inputs: Int
  public let outputs: Int

  /// So many input words make so many output words.
  public init(inputs: Int, outputs: Int) {
    self.inputs = inputs
    self.outputs = outputs
  }
}

/// A hazard a block can meet.
public struct HazardCondition: Sendable, Equatable {
  /// When it strikes.
  public enum Kind: Sendable {
    /// Depends on when words come.
    case byTime
    /// Depends on values alone.
    case byValue
    /// Depends on a wrong number of words.
    case byCount
    /// Strikes whatever happens.
    case always
  }

  public let hazard: Hazard
  public let kind: Kind
  /// What has to come together, in words.
  public let condition: String

  /// A hazard that the block can meet, and what has to come together, in a few words.
  public init(_ hazard: Hazard, _ kind: Kind, _ condition: String) {
    self.hazard = hazard
    self.kind = kind
    self.condition = condition
  }

  /// The condition of a block that holds words over a frame border. Stalls alone never shift a frame:
  /// every pattern leaves the number of words as it is.
  public static func staleFrame(_ what: String) -> HazardCondition {
    HazardCondition(
      .staleFrame, .byCount,
      what
        + "; strikes under no stall pattern by itself, only from the frame on in which its input "
        + "has a word too few or too many (fault drop or duplicate, a source of another length, "
        + "surplus words of a core before it)")
  }
}

extension Block {
  public static var role: BlockRole { .layer }
  public static var parameterRoles: [String] { [] }
  public static var passesValuesOn: Bool { false }
  public static var isKnownToFINN: Bool { true }
  public func clockConcerns(atMHz clock: Double) -> [String] { [] }
  public var isWordWise: Bool { false }
  public var dependsOnGeneration: Bool { false }
  public var weightInput: WeightInput? { nil }
  public var vectorWords: VectorWords? { nil }
  public var hazardConditions: [HazardCondition] { [] }
  public func frameRemainder(ofWords words: Int) -> String? { nil }
  public func effect(ofWords words: Int) -> String? { nil }
  public var comparedEstimates: [AttributeChanges] { [[:]] }

  /// Whether the block holds words over a frame border, so that a missing or surplus word shifts every
  /// later frame.
  public var holdsWordsOverFrames: Bool { hazardConditions.contains { $0.hazard == .staleFrame } }
}
