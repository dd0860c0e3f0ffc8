import DataflowSim

/// Names of the FINN dialect: op types old and new, constant inputs, attributes to leave behind.
///
/// Source: FINN dialect reference, sections 1.1 to 1.3.
enum FINNNames {
  static let domain = "finn.custom_op.fpgadataflow"

  /// Op types of releases up to 0.9, which had HLS and RTL blocks in one domain, and what they
  /// are called now.
  static let renamedOps: [String: String] = [
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
  ]

  /// Attribute values of the same releases.
  static let renamedMemoryModes = [
    "const": "internal_embedded", "decoupled": "internal_decoupled",
  ]

  /// The roles of the inputs behind the first, for ops that take constants there.
  static func roles(of opType: String) -> [String] {
    switch baseName(opType) {
    case "MVAU", "VVAU": ["weights", "thresholds"]
    case "Thresholding": ["thresholds"]
    case "ChannelwiseOp": ["parameters"]
    case "Lookup": ["embeddings"]
    default: []
    }
  }

  /// `MVAU` of `MVAU_hls`.
  static func baseName(_ opType: String) -> String {
    for suffix in ["_hls", "_rtl"] where opType.hasSuffix(suffix) {
      return String(opType.dropLast(suffix.count))
    }
    return opType
  }

  /// Attributes that record builds and measurements, or were used up by specialisation: they say
  /// nothing about the hardware.
  static func isBuildProduct(_ attribute: String) -> Bool {
    buildProducts.contains(attribute)
      || buildProductPrefixes.contains { attribute.hasPrefix($0) }
  }

  private static let buildProducts: Set<String> = [
    "backend", "preferred_impl_style", "ipgen_path", "ip_path", "ip_vlnv", "exec_mode",
    "cycles_rtlsim", "cycles_estimate", "rtlsim_trace", "rtlsim_so", "rtlsim_backend",
    "executable_path", "gen_top_module",
  ]
  private static let buildProductPrefixes = ["code_gen_dir", "res_", "io_chrc_", "ipgen_"]
}
