extension ComputeSettings {
  /// Weight memories and multipliers. External weights and those software writes stay where they are;
  /// the RTL block multiplies in DSPs.
  func implementations(isRTL: Bool) -> [AttributeChanges] {
    let multipliers = ["lut", "dsp"].map { ["resType": AttributeValue.string($0)] }
    return [memories(isRTL: isRTL), isRTL ? [[:]] : multipliers].combined()
  }

  private func memories(isRTL: Bool) -> [AttributeChanges] {
    guard memoryMode != .external, !runtimeWriteableWeights else { return [[:]] }
    let decoupled = ["block", "distributed"].map { style -> AttributeChanges in
      ["mem_mode": .string(MemoryMode.decoupled.rawValue), "ram_style": .string(style)]
    }
    return isRTL ? decoupled : decoupled + [["mem_mode": .string(MemoryMode.embedded.rawValue)]]
  }
}

extension ComputeBlock {
  package static var parameterRoles: [String] { ["weights", "thresholds"] }
  /// FINN compares multipliers in DSPs with multipliers in LUTs.
  package var comparedEstimates: [AttributeChanges] {
    ["dsp", "lut"].map { ["resType": .string($0)] }
  }
}
