import DataflowSim
import ONNXFormat

/// Reads off a FINN graph which release wrote it.
///
/// No field of the file says so; names do. Every observation allows a span of generations, and the
/// graph is taken for the newest release that all of them allow.
/// Source: docs/reference/finn-dialect.md#graph-and-names;
/// docs/reference/development-branch.md#ops-it-adds.
struct GraphAge {
  private(set) var oldest = FINNGeneration.v0_5
  private(set) var newest = FINNGeneration.allCases.last!

  init(_ nodes: [ONNXNodeProto]) {
    for node in nodes { observe(node) }
  }

  /// What both allow.
  func narrowed(by other: GraphAge) -> GraphAge {
    var both = self
    both.atLeast(other.oldest)
    both.atMost(other.newest)
    return both
  }

  /// Contradictions, as when parts of two builds were joined, are settled for the older names.
  var generation: FINNGeneration { min(max(.default, oldest), newest) }

  private mutating func observe(_ node: ONNXNodeProto) {
    guard node.domain.hasPrefix(FINNNames.domain) else { return }
    if node.domain != FINNNames.domain { atLeast(.v0_10) }
    if let span = Self.spans[node.opType] {
      atLeast(span.lowerBound)
      atMost(span.upperBound)
    } else if node.opType.hasSuffix("_Batch") {
      atMost(.v0_9)
    } else if node.domain == FINNNames.domain, node.opType.hasSuffix("_rtl") {
      atMost(.v0_9)
      atLeast(.v0_9)
    }
    for attribute in node.attribute { observe(attribute, of: node) }
    if node.opType == "StreamingMaxPool_Batch", !node.attribute.contains(where: { $0.name == "PE" })
    {
      atMost(.v0_8)
    }
  }

  private mutating func observe(_ attribute: ONNXAttributeProto, of node: ONNXNodeProto) {
    switch attribute.name {
    case "inFIFODepth", "outFIFODepth": atMost(.v0_8)
    case "mem_mode"
    where OldNames.memoryModes[String(decoding: attribute.s, as: UTF8.self)] != nil:
      atMost(.v0_9)
    case "ConvKernelDim" where attribute.ints.isEmpty && attribute.hasI: atMost(.v0_5)
    case "mlo_max_iter", "pumpedMemory", "pumpedCompute", "dynamic_input":
      if attribute.i != 0 { atLeast(.dev2026_04) }
    default: break
    }
  }

  private mutating func atLeast(_ generation: FINNGeneration) { oldest = max(oldest, generation) }
  private mutating func atMost(_ generation: FINNGeneration) { newest = min(newest, generation) }

  /// The generations that know an op type, for those that not all of them know.
  private static let spans: [String: ClosedRange<FINNGeneration>] = {
    var spans: [String: ClosedRange<FINNGeneration>] = [
      "StreamingFCLayer_Batch": .v0_5 ... .v0_7, "Vector_Vector_Activate_Batch": .v0_5 ... .v0_7,
      "ConvolutionInputGenerator1D": .v0_7 ... .v0_9,
      "MatrixVectorActivation": .v0_8 ... .v0_9, "VectorVectorActivation": .v0_8 ... .v0_9,
      "Thresholding_Binary_Search": .v0_9 ... .v0_9,
    ]
    let april = [
      "Requant_rtl", "Requant_hls", "InnerShuffle_rtl", "OuterShuffle_hls", "LayerNorm_rtl",
    ]
    let later = [
      "Crop_rtl", "SelectToken_rtl", "AddCLSToken_rtl", "DynMVAU_rtl", "DuplicateStreams_rtl",
      "HWSoftmax_rtl", "Pad1D_rtl", "Where_rtl", "PWPolyF_rtl",
    ]
    for op in ["Add", "Sub", "Mul"] { spans["Elementwise\(op)_rtl"] = .dev2026_04 ... .dev2026_08 }
    for op in april { spans[op] = .dev2026_04 ... .dev2026_08 }
    for op in later { spans[op] = .dev2026_08 ... .dev2026_08 }
    return spans
  }()
}
