/// Attributes every hardware node accepts.
/// Source: docs/reference/finn-dialect.md#common-attributes.
///
/// FINN writes many of them as by-products of a build; simrun accepts them so that FINN's nodes can
/// be used unchanged, and reads only the FIFO depths and the HLS schedule.
enum CommonAttributes {
  static let all: [AttributeSpec] =
    schedule + fifoDepths + placement + buildProducts + leftovers

  private static let fifoDepths: [AttributeSpec] = [
    .ints("inFIFODepths", in: 0...AttributeSpec.maximumInt, default: [2], "FIFO depth per input"),
    .ints("outFIFODepths", in: 0...AttributeSpec.maximumInt, default: [2], "FIFO depth per output"),
  ]

  private static let schedule: [AttributeSpec] = [
    .int(
      "latency", in: -1...1 << 30, default: -1,
      "cycles from an iteration's start to its word at the output; decides hls_stages; -1: not stated"
    ).only(.hls),
    .int(
      "initiation_interval", in: 0...1 << 30, default: 0,
      "cycles between loop iterations; 0: not stated"
    ).only(.hls),
    .string(
      "hls_structure", oneOf: [""] + HLSSchedule.Structure.allCases.map(\.rawValue), default: "",
      "state machine Vitis HLS generated; empty: predicted"
    ).only(.hls),
    .int(
      "hls_stages", in: 0...1 << 30, default: 0,
      "pipeline stages (PipelineDepth of csynth; states: cycles per frame); 0: predicted"
    ).only(.hls),
    .string(
      "hls_read_from", default: "", "file of the build hls_structure and hls_stages were read from"
    ).only(.hls),
    AttributeSpec(
      "hls_clock_ns", .float(0...1e6), default: .float(0),
      "clock period that build was made for, in ns; 0: not known"
    ).only(.hls),
    .string("hls_part", default: "", "part that build was made for; empty: not known").only(.hls),
  ]

  private static let placement: [AttributeSpec] = [
    .string("backend", oneOf: ["fpgadataflow"], default: "fpgadataflow", "marks a hardware node"),
    .string(
      "preferred_impl_style", oneOf: ["", "hls", "rtl"], default: "", "wish for specialisation"),
    .int("slr", in: -1...64, default: -1, "super logic region; -1: free"),
    .string("mem_port", default: "", "memory port, e.g. DDR[0]"),
    .int(
      "partition_id", in: 0...AttributeSpec.maximumInt, default: 0, "nodes of one kernel share it"),
    .int(
      "device_id", in: 0...AttributeSpec.maximumInt, default: 0, "device of a multi-FPGA design"),
    .string("output_hook", default: "", "hook behind the output, e.g. checksum"),
    .int(
      "mlo_max_iter", in: 0...AttributeSpec.maximumInt, default: 0, "multi-layer offload passes"
    )
    .since(.dev2026_04),
  ]

  private static let buildProducts: [AttributeSpec] =
    [
      "code_gen_dir_ipgen", "ipgen_path", "ip_path", "ip_vlnv", "rtlsim_trace", "rtlsim_so",
      "res_estimate", "res_synth", "res_hls", "code_gen_dir_cppsim", "executable_path",
      "gen_top_module",
    ].map { .string($0, default: "", "build product, not used") } + [
      .string(
        "exec_mode", oneOf: ["", "rtlsim", "cppsim"], default: "", "execution mode, not used"),
      .int(
        "cycles_rtlsim", in: AttributeSpec.anyInt, default: 0, "measured cycles, not used"),
      .int(
        "cycles_estimate", in: AttributeSpec.anyInt, default: 0, "FINN's note, not used"),
      .int("io_chrc_period", in: AttributeSpec.anyInt, default: 0, "characterised period"),
      .ints(
        "io_chrc_pads_in", in: AttributeSpec.anyInt, default: [], "characterised padding"),
      .ints(
        "io_chrc_pads_out", in: AttributeSpec.anyInt, default: [], "characterised padding"),
      .ints(
        "io_chrc_in", in: AttributeSpec.anyInt, default: [], "characterised tokens in"),
      .ints(
        "io_chrc_out", in: AttributeSpec.anyInt, default: [], "characterised tokens out"),
    ]

  /// What the development branch writes on ops that do not need it.
  private static let leftovers: [AttributeSpec] = [
    .string("cpp_interface", default: "", "C++ interface of the generated code, not used"),
    .string("hls_style", default: "", "style of the generated code, not used"),
    .string("direction", default: "", "not used by this op"),
    .string("original_node_name", default: "", "the node this one was cut from, not used"),
    .int("original_simd", in: AttributeSpec.anyInt, default: 1, "its SIMD, not used"),
    .int("NumChannels", in: 0...AttributeSpec.maximumInt, default: 0, "not used by this op"),
  ]
}
