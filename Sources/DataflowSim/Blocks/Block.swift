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

  /// Stream inputs in FINN's port order (weight streams included when they come from outside).
  var inputs: [Port] { get }
  /// Stream outputs in FINN's port order.
  var outputs: [Port] { get }
  /// FINN's `get_exp_cycles`: cycles per frame without any stall.
  var expectedCycles: Int { get }
  /// FINN's resource estimate, and a corrected one where FINN's formula is known to be wrong.
  func resources(on device: DSPFamily) -> ResourceEstimate
}

/// One stream port of a block: the tensor it carries and how it is folded into words.
public struct Port: Sendable, Equatable {
  /// FINN's normal tensor shape, e.g. `[1, 32, 32, 3]`.
  public var normalShape: [Int]
  /// FINN's folded shape: all dims but the last count words, the last is elements per word.
  public var foldedShape: [Int]
  public var dataType: DataType
  /// Bits of a word without AXI padding.
  public var width: Int

  public init(normal: [Int], folded: [Int], dataType: DataType, width: Int? = nil) {
    self.normalShape = normal
    self.foldedShape = folded
    self.dataType = dataType
    self.width = width ?? (folded.last ?? 1) * dataType.bits
  }

  /// Words per frame.
  public var words: Int { foldedShape.dropLast().reduce(1, *) }
  /// Elements per word.
  public var elements: Int { foldedShape.last ?? 1 }
  /// Width on the AXI-Stream pins: the next multiple of 8.
  public var paddedWidth: Int { (width + 7) / 8 * 8 }
}

/// DSP generation of a part; it decides compute cores and their cost.
public enum DSPFamily: String, Sendable, Codable, CaseIterable {
  case dsp48e1 = "DSP48E1"
  case dsp48e2 = "DSP48E2"
  case dsp58 = "DSP58"

  /// The family of an FPGA part by FINN's rule: xcvc/xcve/xcvp/xcvm/xqvc/xqvm/xqrvc are Versal
  /// (DSP58), `xc7…` is 7-series (DSP48E1), everything else UltraScale(+) (DSP48E2).
  public init(part: String) {
    let p = part.lowercased()
    if ["xcvc", "xcve", "xcvp", "xcvm", "xqvc", "xqvm", "xqrvc"].contains(where: p.hasPrefix) {
      self = .dsp58
    } else if p.dropFirst(2).first == "7" {
      self = .dsp48e1
    } else {
      self = .dsp48e2
    }
  }
}
