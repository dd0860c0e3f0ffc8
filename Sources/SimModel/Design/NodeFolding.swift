extension Node {
  /// Attributes that HLS schedules a block by: another value is another schedule.
  package static let scheduled: Set<String> = [
    "PE", "SIMD", "M", "resType", "mem_mode", "noActivation", "parallel_window", "inputDataType",
    "weightDataType", "outputDataType", "accDataType", "numInputVectors", "ImgDim", "inWidth",
    "outWidth",
  ]

  /// What states an HLS schedule, and the build it is of.
  package static let schedule = [
    "hls_structure", "hls_stages", "hls_read_from", "hls_clock_ns", "hls_part",
  ]

  /// Sets attributes. A schedule that was read or stated is dropped where it was that of another
  /// folding: the block is then synthesised anew.
  package mutating func fold(_ values: [String: AttributeValue]) {
    let isOther = values.contains { name, value in
      Self.scheduled.contains(name) && attributes[name].map { $0 != value } ?? true
    }
    if isOther { for name in Self.schedule { attributes[name] = nil } }
    attributes.merge(values) { $1 }
  }
}
