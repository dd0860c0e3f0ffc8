import CPageParts
import DataflowAnalysis

/// The page of `simrun report DESIGN --html`: a design at work.
public struct DesignDocument: Encodable, Sendable {
  /// A hardware block of the graph.
  public struct Block: Encodable, Sendable {
    /// Its name in the design.
    public var name: String
    /// FINN's op type.
    public var opType: String
    /// What the op does, in one sentence.
    public var summary: String
    public var isFIFO: Bool
    public var inputs: [String]
    public var outputs: [String]
    /// As a design file says them.
    public var attributes: [String: String]
  }

  /// An edge of the graph.
  public struct Stream: Encodable, Sendable {
    /// Its name in the design.
    public var name: String
    /// Places in `blocks`; null at the border of the graph.
    public var writer: Int?
    public var reader: Int?
    /// Per frame.
    public var words: Int?
    /// Bits of a word.
    public var width: Int?
    public var dataType: String?
    public var shape: [Int]?
  }

  public let kind = "simrun-design-page"
  public let schemaVersion = 1
  /// Which simrun made the page.
  public let simrunVersion = SimrunVersion.current
  /// The command that shows the design's rate; options may be appended to it.
  public let command: String
  public let report: ThroughputReport
  /// `report.hazards` in the words of `simrun fps`.
  public let surplus: [String]
  public var hang: HangReport?
  public let blocks: [Block]
  public let streams: [Stream]
  public let recording: Recording
  public let next: [NextStep]
}

/// How to make the page of a design.
public struct DesignPageOptions: Sendable {
  /// The command that shows the design's rate.
  public var command = ""
  public var recording = Recording.Options()
  /// By which estimates nodes are charged.
  public var costing = Costing.calibrated

  /// A page with everything on it.
  public init() {}
}

extension Page where Document == DesignDocument {
  /// Simulates `design` and draws it.
  ///
  /// - Parameters:
  ///   - device: what its cost is compared with; nil: the design names no part.
  ///   - next: what to type after this, given what was found.
  ///
  /// Throws `InputError` for a design that cannot be simulated.
  public init(
    _ design: Design, device: Device?, options: DesignPageOptions = .init(),
    next: (ThroughputReport, HangReport?, Plan) throws -> [NextStep] = { _, _, _ in [] }
  ) throws {
    let (throughput, range) = try Throughput.withRange(design, costing: options.costing)
    let report = ThroughputReport(throughput, device: device, range: range)
    var hang: HangReport?
    if report.outcome != .complete {
      var options = HangOptions()
      options.certifies = false
      hang = try HangReport(throughput.plan, options: options)
    }
    let recording = try Recording(throughput, options: options.recording)
    let plan = throughput.plan
    self.init(
      title: "\(plan.design.name) – simrun",
      document: DesignDocument(
        command: options.command, report: report,
        surplus: report.hazards.map(HazardSearch.surplusSentence), hang: hang,
        blocks: zip(plan.design.nodes, plan.blocks).map(DesignDocument.Block.init),
        streams: try DesignDocument.Stream.all(plan), recording: recording,
        next: try next(report, hang, plan)),
      parts: [pageLayout(), pageGraph(), pageCharts(), pageDesign()])
  }
}

extension DesignDocument.Block {
  init(_ node: Node, _ block: any Block) {
    name = node.name
    opType = node.opType
    summary = type(of: block).summary
    isFIFO = node.isFIFO
    inputs = node.inputs
    outputs = node.outputs
    attributes = node.attributes.mapValues(\.json)
  }
}

extension DesignDocument.Stream {
  static func all(_ plan: Plan) throws -> [Self] {
    try DesignGraph(plan.design).streams.map { stream in
      let port =
        stream.writer.map { plan.outputPorts[$0.node][$0.port] }
        ?? stream.reader.map { plan.inputPorts[$0.node][$0.port] }
      return Self(
        name: stream.name, writer: stream.writer?.node, reader: stream.reader?.node,
        words: plan.wordsPerFrame[stream.name], width: port?.width,
        dataType: port?.dataType?.name, shape: port?.normalShape)
    }
  }
}
