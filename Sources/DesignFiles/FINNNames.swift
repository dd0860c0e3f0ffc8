import DataflowSim

/// Names of the FINN dialect that an importer must know and a design never sees.
///
/// Source: docs/reference/finn-dialect.md#graph-and-names, #common-attributes,
/// #attributes-of-each-op.
enum FINNNames {
  static let domain = "finn.custom_op.fpgadataflow"
  /// The op that stands for a dataflow graph in its parent.
  static let partition = "StreamingDataflowPartition"

  /// Attributes that record builds and measurements, or were used up by specialisation: they say
  /// nothing about the hardware.
  static func isBuildProduct(_ attribute: String) -> Bool {
    guard !buildPaths.contains(attribute) else { return false }
    return buildProducts.contains(attribute)
      || buildProductPrefixes.contains { attribute.hasPrefix($0) }
  }

  /// Records of builds that lead to the files of a node's own; read, and then left behind, too.
  static let buildPaths: Set<String> = ["code_gen_dir_ipgen", "gen_top_module"]

  private static let buildProducts: Set<String> = [
    "backend", "preferred_impl_style", "ipgen_path", "ip_path", "ip_vlnv", "exec_mode",
    "cycles_rtlsim", "cycles_estimate", "rtlsim_trace", "rtlsim_so", "rtlsim_backend",
    "executable_path",
  ]
  private static let buildProductPrefixes = ["code_gen_dir", "res_", "io_chrc_", "ipgen_"]
}
