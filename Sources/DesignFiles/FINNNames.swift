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
