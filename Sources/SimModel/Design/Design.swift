/// A streaming dataflow accelerator as a value: hardware nodes joined by named streams.
///
/// A stream is a plain valid/ready wire with one writer and one reader. FIFOs are
/// `StreamingFIFO_rtl` nodes; `streams[name].depth` is shorthand for inserting one. File format:
/// `simrun-design` version 1 (docs/formats.md#design).
public struct Design: Sendable, Equatable {
  /// As in the file, or the file's name.
  public var name: String
  /// FPGA part, e.g. `xc7z020clg400-1`.
  public var part: String?
  public var clockMHz: Double
  /// The FINN whose blocks these are.
  public var finnGeneration: FINNGeneration
  /// Nothing in the file says which FINN that is; `finnGeneration` is then the last release.
  public var isGenerationAssumed = false
  public var nodes: [Node]
  /// Per-stream settings; streams not listed are plain wires.
  public var streams: [String: StreamSettings]
  public var graphInputs: [String]
  public var graphOutputs: [String]
  /// The `.npz` with weights and thresholds, relative to the design file.
  public var parametersFile: String?

  /// A design of its parts; `Plan` and `check` say whether it can be built.
  public init(
    name: String, part: String? = nil, clockMHz: Double = 100,
    finnGeneration: FINNGeneration = .default, nodes: [Node] = [],
    streams: [String: StreamSettings] = [:], graphInputs: [String] = [],
    graphOutputs: [String] = [], parametersFile: String? = nil
  ) {
    self.name = name
    self.part = part
    self.clockMHz = clockMHz
    self.finnGeneration = finnGeneration
    self.nodes = nodes
    self.streams = streams
    self.graphInputs = graphInputs
    self.graphOutputs = graphOutputs
    self.parametersFile = parametersFile
  }
}

extension Design {
  /// Clock frequencies in MHz that a design may state: 1 kHz to 10 GHz.
  public static let clockRange = 0.001...10_000.0
  /// Nodes that a design or a model may have; the largest known have some hundreds.
  public static let mostNodes = 1 << 15

  /// Throws `InputError` for more nodes than a design may have.
  package static func requirePlausible(nodes count: Int) throws {
    guard count > mostNodes else { return }
    throw InputError("has \(count) nodes (allowed: \(mostNodes))")
  }
}

/// One hardware block of a design, with FINN's own op type and attribute names.
public struct Node: Sendable, Equatable {
  /// Unique in the design.
  public var name: String
  /// FINN's op type, e.g. `MVAU_rtl`.
  public var opType: String
  public var attributes: [String: AttributeValue]
  /// Streams read, in FINN's port order.
  public var inputs: [String]
  /// Streams written, in FINN's port order.
  public var outputs: [String]
  /// Role (`weights`, `thresholds`, `parameters`) to array name in the parameter file.
  public var initializers: [String: String]

  /// A node of its parts; inputs and outputs name streams in FINN's port order.
  public init(
    name: String, opType: String, attributes: [String: AttributeValue] = [:],
    inputs: [String] = [], outputs: [String] = [], initializers: [String: String] = [:]
  ) {
    self.name = name
    self.opType = opType
    self.attributes = attributes
    self.inputs = inputs
    self.outputs = outputs
    self.initializers = initializers
  }
}

/// What a design may say about one stream.
public struct StreamSettings: Sendable, Equatable {
  /// A FIFO of this many words sits in the stream.
  public var depth: Int?
  /// The tensor the stream carries, when the importer knew it (documentation, not behaviour).
  public var shape: [Int]?
  public var dataType: String?

  /// What is said of a stream; nil: nothing.
  public init(depth: Int? = nil, shape: [Int]? = nil, dataType: String? = nil) {
    self.depth = depth
    self.shape = shape
    self.dataType = dataType
  }
}

/// The value of a node attribute, in the kinds ONNX has.
public enum AttributeValue: Sendable, Hashable {
  case int(Int)
  case ints([Int])
  case string(String)
  case strings([String])
  case float(Double)
  case floats([Double])
}

extension Design {
  /// A design of nothing but `node`, for the same part, clock and generation.
  package func alone(_ node: Node) -> Design {
    Design(
      name: node.name, part: part, clockMHz: clockMHz, finnGeneration: finnGeneration,
      nodes: [node], graphInputs: node.inputs, graphOutputs: node.outputs)
  }
}
