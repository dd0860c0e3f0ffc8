import SimKernels

/// One tensor against its reference.
public struct TensorComparison: Sendable {
  /// The stream that carries it.
  public var stream: String
  /// The node that writes the stream; empty for a graph input.
  public var node: String
  public var reference: String
  public var elements: Int
  public var differing: Int
  /// Largest and mean absolute error, in the reference's unit.
  public var maximumError: Double
  public var meanError: Double
  /// Signal to quantisation noise, and peak signal to noise, in dB; infinite when all agree, NaN where
  /// the reference has no signal.
  public var sqnr: Double
  public var psnr: Double
  /// Frames that the reference's array holds; nil where there is no such array.
  public var referenceFrames: Int?
  /// Words of the compared frames that never come, in a run under a scenario.
  public var missingWords = 0
  /// The first of them, counted from the first frame.
  public var firstMissingWord: Int?
  /// The frame's shape, channel last.
  public var shape: [Int] = []
  public var first: Divergence?
  /// The first of the elements that differ, `TensorComparison.mostDifferences` at most.
  public var differences: [Divergence] = []
  public var diagnosis: Diagnosis?
  /// Of a tensor that differs: the nodes between it and the compared streams in front, in dataflow order.
  public var uncompared: [String] = []
  /// What struck the first differing word, in a run under a scenario.
  public var origin: WordOrigin?
  /// The tensor around its first wrong value.
  public var picture: DivergencePicture?
  /// The stream's elements with ties decided as the reference has them.
  var decided: Integers?

  /// Differences that are kept of one tensor.
  public static let mostDifferences = 4096

  package init(
    stream: String, node: String, reference: String, elements: Int, differing: Int,
    maximumError: Double, meanError: Double, sqnr: Double, psnr: Double, shape: [Int] = []
  ) {
    self.shape = shape
    (self.stream, self.node, self.reference) = (stream, node, reference)
    (self.elements, self.differing) = (elements, differing)
    (self.maximumError, self.meanError) = (maximumError, meanError)
    (self.sqnr, self.psnr) = (sqnr, psnr)
  }

  /// All elements are there and agree, but for values that sit on a rounding boundary.
  public var isFine: Bool {
    if missingWords > 0 { return false }
    if differing == 0 { return true }
    switch diagnosis {
    case .roundingTie?, .insideErrorZone?: return true
    default: return false
    }
  }
}

extension TensorComparison {
  /// Integers of a quantiser against integers, without a block that made them; channels last, frames in
  /// front.
  ///
  /// - Parameters:
  ///   - shape: of a frame.
  ///   - range: integers that the quantiser can give.
  ///   - unit: what one step means.
  public init(
    tensor: String, node: String, reference: String, expected: [Double], actual: [Double],
    shape: [Int], range: ClosedRange<Int>, unit: Double
  ) {
    let sample = Sample(
      expected: expected, actual: actual, shape: shape, range: range, unit: unit)
    self.init(
      stream: tensor, node: node, reference: reference, elements: expected.count,
      differing: sample.differing.count, maximumError: sample.maximumError * unit,
      meanError: sample.meanError * unit, sqnr: sample.sqnr, psnr: sample.psnr, shape: shape)
    guard let first = sample.differing.first else { return }
    self.first = sample.divergence(at: first)
    differences = sample.differing.prefix(Self.mostDifferences).map(sample.divergence)
    picture = DivergencePicture(
      expected: expected, actual: actual, shape: shape, first: first, tolerance: sample.tolerance)
    diagnosis = Diagnosis(sample, evidence: nil, isOfModel: true)
  }
}

/// Where a tensor differs first.
public struct Divergence: Sendable, Equatable {
  public var frame: Int
  /// Index in the frame's normal shape, channel last.
  public var index: [Int]
  public var channel: Int
  /// Channel fold: which word of the pixel.
  public var fold: Int
  /// Word of the frame, and the element in it.
  public var word: Int
  public var lane: Int
  /// In the stream's integers.
  public var expected: Double
  public var actual: Double

  package init(
    frame: Int, index: [Int], channel: Int, fold: Int, word: Int, lane: Int, expected: Double,
    actual: Double
  ) {
    (self.frame, self.index, self.channel, self.fold) = (frame, index, channel, fold)
    (self.word, self.lane, self.expected, self.actual) = (word, lane, expected, actual)
  }
}
