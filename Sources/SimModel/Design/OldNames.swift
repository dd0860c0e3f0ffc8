/// What FINN up to 0.9 called things that have other names today.
///
/// Those releases kept HLS and RTL blocks in one domain, under names such as `Thresholding_Batch`,
/// and gave square shapes as one number. Graphs and folding files of theirs are read in today's
/// words, and folding files for their graphs are written in theirs.
/// Source: docs/reference/finn-dialect.md#graph-and-names; FINN releases 0.5 to 0.9.
public enum OldNames {
  /// Op types that say by themselves that they are old, and today's.
  public static let opTypes: [String: String] = [
    "MatrixVectorActivation": "MVAU_hls", "StreamingFCLayer_Batch": "MVAU_hls",
    "VectorVectorActivation": "VVAU_hls", "Vector_Vector_Activate_Batch": "VVAU_hls",
    "Thresholding_Batch": "Thresholding_hls", "Thresholding_Binary_Search": "Thresholding_rtl",
    "ConvolutionInputGenerator1D": "ConvolutionInputGenerator_hls",
    "FMPadding_Batch": "FMPadding_hls", "StreamingMaxPool_Batch": "StreamingMaxPool_hls",
    "LabelSelect_Batch": "LabelSelect_hls", "AddStreams_Batch": "AddStreams_hls",
    "DuplicateStreams_Batch": "DuplicateStreams_hls", "Pool_Batch": "Pool_hls",
    "GlobalAccPool_Batch": "GlobalAccPool_hls", "ChannelwiseOp_Batch": "ChannelwiseOp_hls",
    "StreamingDataWidthConverter_Batch": "StreamingDataWidthConverter_hls",
    "UpsampleNearestNeighbour_Batch": "UpsampleNearestNeighbour_hls",
    "Eltwise": "StreamingEltwise_hls", "IODMA_Batch": "IODMA_hls",
  ]

  /// Today's op type of a node of a graph with old names. There a plain name is the HLS block, whatever
  /// it stands for in later graphs.
  public static func current(_ opType: String) -> String {
    if let renamed = opTypes[opType] { return renamed }
    if ["_hls", "_rtl"].contains(where: opType.hasSuffix) { return opType }
    return opType == "StreamingFIFO" ? "StreamingFIFO_rtl" : opType + "_hls"
  }

  /// The op type by which a release with old names numbers a node it inserts.
  public static func old(_ opType: String) -> String {
    if opType.hasPrefix("StreamingFIFO") { return "StreamingFIFO" }
    if opType.hasPrefix("StreamingDataWidthConverter") {
      return "StreamingDataWidthConverter_Batch"
    }
    return opTypes.filter { $0.value == opType }.keys.min() ?? opType
  }

  /// Memory modes and today's.
  public static let memoryModes = [
    "const": "internal_embedded", "decoupled": "internal_decoupled",
  ]

  /// What multiplies, as HLS calls it, and FINN's word.
  private static let resourceTypes = [
    "ap_resource_lut()": "lut", "ap_resource_dsp()": "dsp", "ap_resource_dflt()": "auto",
  ]

  /// Lists [height, width] that old releases gave as one number where both were equal.
  private static let squares: Set<String> = [
    "ConvKernelDim", "IFMDim", "OFMDim", "Stride", "Dilation", "ImgDim", "PoolDim", "Dim", "Kernel",
    "KernelSize", "OutImgDims",
  ]

  /// An attribute in today's words.
  ///
  /// `takesList` tells whether today's block has a list under a name.
  public static func current(
    _ name: String, _ value: AttributeValue, takesList: (String) -> Bool
  ) -> (name: String, value: AttributeValue) {
    switch (name, value) {
    case ("mem_mode", .string(let mode)): return (name, .string(memoryModes[mode] ?? mode))
    case ("resType", .string(let type)): return (name, .string(resourceTypes[type] ?? type))
    case ("inFIFODepth", .int): return current("inFIFODepths", value, takesList: takesList)
    case ("outFIFODepth", .int): return current("outFIFODepths", value, takesList: takesList)
    case ("inFIFODepths", .int(let depth)), ("outFIFODepths", .int(let depth)):
      return (name, .ints([depth]))
    case ("OutImgDim", _): return current("OutImgDims", value, takesList: takesList)
    case (_, .int(let side)) where squares.contains(name) && takesList(name):
      return (name, .ints([side, side]))
    default: return (name, value)
    }
  }

  /// [top, left, bottom, right] where a release up to 0.5 gave the sum of both sides; `nil`: it did not.
  public static func padding(_ attributes: [String: AttributeValue]) -> [Int]? {
    guard case .int(let both)? = attributes["Padding"], both >= 0 else { return nil }
    // Style 2, the default, puts the odd one first.
    let first = both / 2 + (attributes["PaddingStyle"] == .int(1) ? 0 : both % 2)
    return [first, first, both - first, both - first]
  }

  /// An attribute in the words of `generation`.
  public static func old(
    _ name: String, _ value: AttributeValue, for generation: FINNGeneration
  ) -> (name: String, value: AttributeValue) {
    guard generation.hasOldNames else { return (name, value) }
    switch (name, value) {
    case ("mem_mode", .string(let mode)):
      return (name, .string(memoryModes.first { $0.value == mode }?.key ?? mode))
    case ("inFIFODepths", .ints(let depths)), ("outFIFODepths", .ints(let depths)):
      guard generation <= .v0_8, depths.count == 1 else { return (name, value) }
      return (String(name.dropLast()), .int(depths[0]))
    default: return (name, value)
    }
  }
}
