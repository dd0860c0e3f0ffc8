/// The schedule HLS gave one block, read from the files of its build.
public struct HLSScheduleReading: Sendable, Equatable {
  /// `call`, `continuous`, `two_processes`, `states` or `nested`, as the attribute `hls_structure` has it.
  public var structure: String
  /// Pipeline stages; for `states` the cycles per frame; nil for `two_processes` and `nested`.
  public var stages: Int?
  /// The file it rests on.
  public var file: String
  public var tool: String?
  /// Clock period the block was synthesised for, in ns.
  public var clock: Double?
  /// The part it was synthesised for, as HLS writes it.
  public var part: String?
  /// What HLS thinks the block needs.
  public var area: HLSArea?
  /// The clock period HLS thinks it can run at, in ns.
  public var estimatedClock: Double?

  /// Whether a tool is Vivado HLS, not Vitis HLS.
  static func isVivado(_ tool: String?) -> Bool { tool?.hasPrefix("2020.") ?? false }
}
