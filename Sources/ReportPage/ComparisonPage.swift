import CPageParts
import DataflowAnalysis

/// The page of `simrun compare --html`.
public struct ComparisonDocument: Encodable, Sendable {
  /// Where in a tensor values differ.
  public struct Picture: Encodable, Sendable {
    /// The stream's name.
    public var stream: String
    public var node: String
    /// Errors by position, of one channel.
    public var picture: DivergencePicture
  }

  /// A layer that is wrong by itself, and what to do.
  public struct Finding: Encodable, Sendable {
    public var node: String
    /// What is wrong, in a sentence.
    public var finding: String
    /// What to do about it; empty where nothing is known.
    public var advice: String

    /// A finding about a node.
    public init(node: String, finding: String, advice: String = "") {
      self.node = node
      self.finding = finding
      self.advice = advice
    }
  }

  public let kind = "simrun-comparison-page"
  public let schemaVersion = 1
  /// Which simrun made the page.
  public let simrunVersion = SimrunVersion.current
  /// The file compared with.
  public let reference: String
  public let report: ComparisonReport
  public let pictures: [Picture]
  public let findings: [Finding]
}

extension Page where Document == ComparisonDocument {
  /// Pictures of this many wrong tensors.
  private static let mostPictures = 8

  /// A page's data from a comparison.
  public init(
    _ report: ComparisonReport, _ comparisons: [TensorComparison], reference: String,
    findings: [ComparisonDocument.Finding] = []
  ) {
    let pictures = comparisons.filter { !$0.isFine }.compactMap { tensor in
      tensor.picture.map {
        ComparisonDocument.Picture(stream: tensor.stream, node: tensor.node, picture: $0)
      }
    }
    self.init(
      title: "\(report.design): comparison – simrun",
      document: ComparisonDocument(
        reference: reference, report: report,
        pictures: Array(pictures.prefix(Self.mostPictures)), findings: findings),
      parts: [pageCharts(), pageComparison()])
  }
}
