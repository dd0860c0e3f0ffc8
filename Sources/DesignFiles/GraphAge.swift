import DataflowSim
import ONNXFormat

/// Reads off a FINN graph which release wrote it.
///
/// No field that FINN writes says so (simrun's own exports do); names do. Every observation allows a span of
/// generations, and the graph is taken for the newest release that all of them allow.
/// Source: docs/reference/finn-dialect.md#graph-and-names;
/// docs/reference/development-branch.md#ops-it-adds.
struct GraphAge {
  private(set) var oldest = FINNGeneration.v0_5
  private(set) var newest = FINNGeneration.allCases.last!
  /// Has something the development branch gave up before April 2026. A graph of that branch may still have it.
  private var isOfRelease = false

  /// - Parameter stated: what the file says itself. Throws `InputError` where that is no generation.
  init(_ nodes: [ONNXNodeProto], stated: String? = nil) throws {
    if let stated {
      do {
        oldest = try FINNGeneration(named: stated.printable)
      } catch let error as InputError {
        throw error.at("metadata 'finn_generation'")
      }
      newest = oldest
      return
    }
    for node in nodes { observe(node) }
  }

  /// What both allow.
  func narrowed(by other: GraphAge) -> GraphAge {
    var both = self
    both.atLeast(other.oldest)
    both.atMost(other.newest)
    both.isOfRelease = isOfRelease || other.isOfRelease
    return both
  }

  /// Contradictions, as when parts of two builds were joined, are settled for the older names.
  var generation: FINNGeneration { min(max(.default, oldest), newest) }

  /// Whether both the last release and the development branch could have written the graph.
  var isOpen: Bool { oldest < .dev2026_04 && newest >= .dev2026_04 && !isOfRelease }

  private mutating func observe(_ node: ONNXNodeProto) {
    guard node.domain.hasPrefix(FINNNames.domain) else { return }
    if node.domain != FINNNames.domain { atLeast(.v0_10) }
    if let span = Self.spans[node.opType] ?? Self.spans[Self.unspecialised(node.opType)] {
      atLeast(span.lowerBound)
      atMost(span.upperBound)
    } else if node.opType.hasSuffix("_Batch") {
      atMost(.v0_9)
    } else if node.domain == FINNNames.domain, node.opType.hasSuffix("_rtl") {
      atMost(.v0_9)
      atLeast(.v0_9)
    }
    if Self.ofReleases.contains(node.opType)
      || Self.ofReleases.contains(Self.unspecialised(node.opType))
    {
      isOfRelease = true
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
    // Whatever their values: FINN stores no attribute its ops do not declare.
    case "mlo_max_iter", "pumpedMemory", "pumpedCompute", "dynamic_input", "cpp_interface",
      "hls_style", "original_node_name", "original_simd":
      atLeast(.dev2026_04)
    case "ElemsPerStream", "OFMDim", "IFMDim":
      // Windows and pools have the latter two in every generation.
      if node.opType.hasPrefix("StreamingConcat") || node.opType.hasPrefix("Upsample") {
        isOfRelease = true
      }
    default: break
    }
  }

  private mutating func atLeast(_ generation: FINNGeneration) { oldest = max(oldest, generation) }
  private mutating func atMost(_ generation: FINNGeneration) { newest = min(newest, generation) }

  private static func unspecialised(_ opType: String) -> String {
    opType.hasSuffix("_hls") || opType.hasSuffix("_rtl") ? String(opType.dropLast(4)) : opType
  }

  /// What the development branch has no more.
  private static let ofReleases: Set<String> = [
    "AddStreams", "ChannelwiseOp", "StreamingEltwise", "StreamingMaxPool", "DownSampler",
    "ConvolutionInputGenerator_hls", "FMPadding_hls",
  ]

  /// The generations that know an op type, for those that not all of them know.
  private static let spans: [String: ClosedRange<FINNGeneration>] = {
    var spans: [String: ClosedRange<FINNGeneration>] = [
      "StreamingFCLayer_Batch": .v0_5 ... .v0_7, "Vector_Vector_Activate_Batch": .v0_5 ... .v0_7,
      "ConvolutionInputGenerator1D": .v0_7 ... .v0_9,
      "MatrixVectorActivation": .v0_8 ... .v0_9, "VectorVectorActivation": .v0_8 ... .v0_9,
      "Thresholding_Binary_Search": .v0_9 ... .v0_9,
    ]
    // Elementwise ops in HLS, crops and splits stand in FINN+ as well, which is another development.
    let april = [
      "Requant", "InnerShuffle", "OuterShuffle", "LayerNorm", "HWSoftmax", "FINNLoop",
    ]
    let later = [
      "Crop_rtl", "SelectToken", "AddCLSToken", "DynMVAU", "DuplicateStreams_rtl",
      "HWSoftmax_rtl", "Pad1D", "Where", "PWPolyF",
    ]
    for op in ["Add", "Sub", "Mul"] { spans["Elementwise\(op)_rtl"] = .dev2026_04 ... .dev2026_08 }
    for op in april { spans[op] = .dev2026_04 ... .dev2026_08 }
    for op in later { spans[op] = .dev2026_08 ... .dev2026_08 }
    return spans
  }()
}
