import CPageParts
import DataflowAnalysis

/// The page of `simrun fold --html`.
public struct FoldingDocument: Encodable, Sendable {
  public let kind = "simrun-folding-page"
  public let schemaVersion = 1
  /// Which simrun made the page.
  public let simrunVersion = SimrunVersion.current
  /// The folding chosen, as `simrun fold --json` has it.
  public let report: FoldingReport
  /// What the part has; nil without one.
  public var device: Resources?
  /// `report.hazards` in the words of `simrun fold`.
  public let surplus: [String]
}

extension Page where Document == FoldingDocument {
  /// - Parameter device: what the cost is compared with.
  public init(
    _ report: FoldingReport, device: Device?
  ) {
    self.init(
      title: "\(report.design): folding – simrun",
      document: FoldingDocument(
        report: report, device: device.map(Resources.init),
        surplus: report.hazards.map(HazardSearch.surplusSentence)),
      parts: [pageFolding()])
  }
}

/// One point of a sweep, as its page draws it.
public struct SweepPagePoint: Encodable, Sendable {
  /// Frames per second in the steady state.
  public var fps: Double
  /// Look-up tables.
  public var lut: Int
  /// RAMB18 blocks.
  public var bram18: Int
  /// UltraRAM blocks.
  public var uram: Int
  /// DSP slices.
  public var dsp: Int
  /// Cycles until the first frame is out.
  public var latency: Int
  /// Whether no point is better in everything.
  public var onFront: Bool
  /// Whether it fits; nil where nothing says into what.
  public var fits: Bool?
  /// Cores that put out words that are nobody's results; nil: none.
  public var surplus: String?
  public var address: String
  /// The values of the point's axes.
  public var folding: String

  /// A page's data.
  public init(
    _ result: SweepResult, onFront: Bool, address: String, folding: String
  ) {
    fps = result.framesPerSecond
    lut = result.resources.lut
    bram18 = result.resources.bram18
    uram = result.resources.uram
    dsp = result.resources.dsp
    latency = result.latency
    self.onFront = onFront
    fits = result.fits
    surplus = result.message.isEmpty ? nil : result.message
    self.address = address
    self.folding = folding
  }
}

/// The page of `simrun sweep report --html`.
public struct SweepPageDocument: Encodable, Sendable {
  public let kind = "simrun-sweep-page"
  public let schemaVersion = 1
  /// Which simrun made the page.
  public let simrunVersion = SimrunVersion.current
  /// The design's name.
  public let design: String
  /// The sweep's file.
  public let database: String
  public var part: String?
  public var device: Resources?
  /// Points that ran; not all of them need be among `points`.
  public let count: Int
  public let points: [SweepPagePoint]
}

extension Page where Document == SweepPageDocument {
  /// A page's data.
  public init(
    design: String, part: String?, database: String, count: Int, points: [SweepPagePoint]
  ) {
    self.init(
      title: "Sweep of \(design) – simrun",
      document: SweepPageDocument(
        design: design, database: database, part: part,
        device: part.flatMap { try? Device.named($0) }.map(Resources.init), count: count,
        points: points),
      parts: [pageSweep()])
  }
}

extension Resources {
  /// All a device has.
  init(_ device: Device) {
    self = device.total.all
  }
}
