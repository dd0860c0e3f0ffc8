/// One kind of hardware block: everything simrun knows about it in one value.
///
/// A conforming type is built from a node's checked attributes and answers for its shape, its cost
/// and its timing. `BlockCatalogue` lists the types; adding a block is one file and one line there.
public protocol Block: Sendable {
  /// The FINN op types this block implements, e.g. `["MVAU_hls", "MVAU_rtl"]`.
  static var opTypes: [String] { get }
  /// One sentence for `simrun blocks`.
  static var summary: String { get }
  /// Every attribute with type, default and range. This list drives decoding, validation, the JSON
  /// Schema and `simrun blocks <op>`. Attributes common to all nodes are added by the catalogue.
  static var attributes: [AttributeSpec] { get }

  /// Builds the block from attributes already checked one by one against `attributes`.
  /// Throws `InputError` where they contradict each other (PE does not divide MH, …).
  init(_ attributes: Attributes) throws

  /// The settings every node has, whatever its op: FIFO depths, HLS schedule overrides.
  var node: NodeSettings { get }
  /// Stream inputs in FINN's port order (weight streams included when they come from outside).
  var inputs: [Port] { get }
  /// The inputs as FINN's own methods describe them. They differ from `inputs` for an external
  /// weight stream: FINN answers for its width and normal shape with those of the activations.
  var finnInputs: [Port] { get }
  /// Stream outputs in FINN's port order.
  var outputs: [Port] { get }
  /// The outputs once the streams feeding the node are known. Only the elementary blocks, which
  /// may leave their ports open (`Port.open`), need it; every other block returns `outputs`.
  func outputs(fedBy inputs: [Port]) -> [Port]
  /// FINN's `get_exp_cycles`: cycles per frame without any stall.
  var expectedCycles: Int { get }
  /// FINN's `get_number_output_values`, the word count its TLAST marker and rtlsim go by. It leaves
  /// out dimension 0 for some ops, so it is not always the words per frame.
  var numberOfOutputValues: Int { get }
  /// FINN's `get_op_and_param_counts`: operations and parameters per frame by kind and bit width.
  var operationAndParameterCounts: [String: Int] { get }
  /// What FINN's code generation would refuse although the node itself is well formed, one
  /// sentence each. Timing and estimates exist all the same.
  var buildIssues: [String] { get }
  /// Words inside the node that HLS declares as one integer each, by what they hold: the weight stream
  /// of a decoupled memory, a memory word of one PE. Streams of the node are not among them.
  var innerWords: [(what: String, width: Int)] { get }
  /// FINN's resource estimate, and a corrected one where FINN's formula is known to be wrong.
  func resources(on device: DSPFamily) -> ResourceEstimate
}

extension Block {
  public var opType: String { node.opType }
  public var isRTL: Bool { node.isRTL }
  public var finnInputs: [Port] { inputs }
  public func outputs(fedBy inputs: [Port]) -> [Port] { outputs }
  public var numberOfOutputValues: Int { outputs.first?.words ?? 0 }
  public var operationAndParameterCounts: [String: Int] { [:] }
  public var buildIssues: [String] { [] }
  public var innerWords: [(what: String, width: Int)] { [] }
  public func resources(on device: DSPFamily) -> ResourceEstimate { ResourceEstimate() }

  /// `buildIssues` and what holds for every block: HLS words end at 8191 bits.
  public var allBuildIssues: [String] {
    guard let (what, width) = tooWideForHLS else { return buildIssues }
    return buildIssues + [
      "\(what) is \(width) bits wide; HLS blocks accept at most \(hlsWidestWord)"
    ]
  }

  /// The widest word of an HLS block, where HLS has no integer for it.
  public var tooWideForHLS: (what: String, width: Int)? {
    guard opType.hasSuffix("_hls") else { return nil }
    let streams = (inputs + outputs).compactMap(\.width).map { (what: "a stream", width: $0) }
    return (streams + innerWords).filter { $0.width > hlsWidestWord }.max { $0.width < $1.width }
  }
}

/// Bits of HLS' widest integer, `AP_INT_MAX_W`.
public let hlsWidestWord = 8191

/// One stream port of a block: the tensor it carries and how it is folded into words.
///
/// A property is `nil` where FINN does not define it (the memory side of an IODMA has no folded
/// shape, a TLastMarker no tensor) or where the elementary blocks take it from whatever stream is
/// connected (`open`).
public struct Port: Sendable, Equatable {
  /// FINN's normal tensor shape, e.g. `[1, 32, 32, 3]`.
  public var normalShape: [Int]?
  /// FINN's folded shape: all dims but the last count words, the last is elements per word.
  public var foldedShape: [Int]?
  public var dataType: DataType?
  /// Bits of a word without AXI padding.
  public var width: Int?
  /// Words per frame.
  public var words: Int?
  /// Width on the AXI-Stream pins: the next multiple of 8 (a TLastMarker alone does not pad).
  public var paddedWidth: Int?

  public init(normal: [Int], folded: [Int], dataType: DataType, width: Int? = nil) {
    self.normalShape = normal
    self.foldedShape = folded
    self.dataType = dataType
    let bits = width ?? (folded.last ?? 1) * dataType.bits
    self.width = bits
    self.paddedWidth = (bits + 7) / 8 * 8
    self.words = folded.dropLast().reduce(1, *)
  }

  /// A tensor of `channels` elements in the last dimension, `parallel` of them per word:
  /// folded shape (*leading, channels / parallel, parallel).
  public init(leading: [Int], channels: Int, parallel: Int, dataType: DataType) {
    self.init(
      normal: leading + [channels], folded: leading + [channels / parallel, parallel],
      dataType: dataType)
  }

  /// A port FINN describes only in part.
  public init(
    normal: [Int]? = nil, folded: [Int]? = nil, dataType: DataType? = nil, width: Int?, words: Int?
  ) {
    self.normalShape = normal
    self.foldedShape = folded
    self.dataType = dataType
    self.width = width
    self.paddedWidth = width.map { ($0 + 7) / 8 * 8 }
    self.words = words
  }

  /// A port that takes width and word count from the stream connected to it.
  public static let open = Port(width: nil, words: nil)

  /// Elements per word.
  public var elements: Int? { foldedShape?.last }
}

/// The attributes that belong to every node rather than to one op.
public struct NodeSettings: Sendable, Equatable {
  public let opType: String
  /// FIFO depth wished for at each stream input and output; FINN's default is 2.
  public let inFIFODepths: [Int]
  public let outFIFODepths: [Int]
  /// HLS blocks: pipeline latency in cycles, when the design states it.
  public let latency: Int?
  /// HLS blocks: cycles between two loop iterations, when the design states it.
  public let initiationInterval: Int?

  public var isRTL: Bool { opType.hasSuffix("_rtl") }
}
