/// What a block asks of Vitis HLS: its kind and folding, as far as they decide the schedule.
public struct HLSWork: Sendable, Equatable {
  /// What an iteration computes.
  public enum Kind: Sendable, Equatable {
    case matrixVector(HLSProducts)
    case thresholding(steps: Int)
    case labelSelect
    case wholeRatioConverter
    case otherRatioConverter
    case pool
    case padding
    case pixelPadding
    case slidingWindow
    case maxPool
    case addStreams(parallel: Int)
    case duplicateStreams
    case eltwise
    case concat
    case channelwise(parallel: Int)
    case upsample
    case lookup
    case globalPool
    case tlastMarker(isDynamic: Bool)
    case elementwise
    /// A loop without a measured rule.
    case other(stages: Int)
  }

  public var kind: Kind
  /// Iterations of the loop in a frame.
  public var iterations: Int
  /// Cycles between iterations, where it is not 1.
  public var interval: Int

  /// So many iterations per frame, one every `interval` cycles.
  public init(_ kind: Kind, iterations: Int, interval: Int = 1) {
    self.kind = kind
    self.iterations = iterations
    self.interval = interval
  }
}

/// The arithmetic of a matrix-vector block.
public struct HLSProducts: Sendable, Equatable {
  public var pe: Int
  public var simd: Int
  /// Bits of an activation and of a weight.
  public var activationBits: Int
  public var weightBits: Int
  /// Thresholds per channel; 0 without activation.
  public var thresholds: Int
  public var usesDSPs: Bool
  /// A depthwise block (VVAU).
  public var isDepthwise: Bool

  /// A product of its parts.
  public init(
    pe: Int, simd: Int, activationBits: Int, weightBits: Int, thresholds: Int, usesDSPs: Bool,
    isDepthwise: Bool = false
  ) {
    self.pe = pe
    self.simd = simd
    self.activationBits = activationBits
    self.weightBits = weightBits
    self.thresholds = thresholds
    self.usesDSPs = usesDSPs
    self.isDepthwise = isDepthwise
  }
}

extension HLSWork {
  /// Whether a block of this kind has been measured, or its structure been seen at least.
  var isMeasured: Bool {
    if case .other = kind { false } else { true }
  }

  /// The schedules Vitis HLS may give the block, the likeliest first. Source: docs/reference/hls-rules.md#predicted-stages,
  /// where clocks of 10 to 12 ns were seen; above 125 MHz up to four stages more are possible.
  public func options(
    clockMHz: Double, tool: HLSSchedule.Tool = .vitis
  ) -> [HLSSchedule.Option] {
    if tool == .vivado, structures.contains(.call) { return [vivadoOption] }
    let more = clockMHz > 125 ? 4 : 0
    return baseOptions.map { option in
      guard option.structure == .call || option.structure == .continuous else { return option }
      let stages = option.stages.lowerBound...(option.stages.upperBound + more)
      return .init(option.structure, stages, likely: option.likely + more * 3 / 4)
    }
  }

  private typealias Option = HLSSchedule.Option

  /// What reports of Vivado HLS 2020.1 show. Source: docs/reference/hls-rules.md#vivado-hls-20201.
  private var vivadoOption: HLSSchedule.Option {
    switch kind {
    case .padding: Option(.call, 3...3, likely: 3)
    case .matrixVector, .thresholding: Option(.call, 2...4, likely: 4)
    case .slidingWindow: Option(.call, 2...3, likely: 2)
    case .labelSelect: Option(.call, 1...1, likely: 1)
    default: Option(.call, 2...2, likely: 2)
    }
  }

  /// Whether the state machine that `tool` makes of such a structure has been measured: of Vivado HLS 2020.1
  /// a call whose words leave in the loop.
  func isMeasured(_ structure: HLSSchedule.Structure, by tool: HLSSchedule.Tool) -> Bool {
    guard isMeasured else { return false }
    return tool == .vitis || structure == .call && kind != .labelSelect
  }

  private var baseOptions: [HLSSchedule.Option] {
    switch kind {
    case .matrixVector(let products): products.options(iterations: iterations)
    case .thresholding(let steps):
      [Option(.call, 3...7, likely: steps >= 200 ? 4 : 3)]
    case .labelSelect:
      iterations == 1
        ? [Option(.states, 6...6, likely: 6)] : [Option(.call, 1...3, likely: 2)]
    case .wholeRatioConverter, .pool, .padding, .pixelPadding, .duplicateStreams, .concat:
      [Option(.continuous, 3...3, likely: 3)]
    case .otherRatioConverter: [Option(.twoProcesses, 3...3, likely: 3)]
    case .slidingWindow:
      [Option(.continuous, 4...7, likely: 4), Option(.call, 3...3, likely: 3)]
    case .maxPool: [Option(.nested, 1...1, likely: 1)]
    case .addStreams(let parallel):
      [Option(.continuous, 3...3, likely: 3)]
        + (parallel >= 8 ? [Option(.call, 2...4, likely: 3)] : [])
    case .eltwise:
      [Option(.continuous, 2...3, likely: 2)]
    case .channelwise(let parallel):
      [Option(.continuous, 3...6, likely: 4)]
        + (parallel >= 8 ? [Option(.call, 3...6, likely: 4)] : [])
    case .upsample, .lookup: [Option(.continuous, 3...5, likely: 4)]
    case .globalPool: [Option(.nested, 1...1, likely: 1)]
    case .tlastMarker(let isDynamic):
      [Option(isDynamic ? .call : .continuous, 2...4, likely: 3)]
    case .elementwise: [Option(.continuous, 2...4, likely: 3)]
    case .other(let stages):
      [Option(.continuous, max(2, stages - 1)...(stages + 4), likely: stages)]
    }
  }
}

extension HLSSettings {
  /// The schedule of a block that does `work`: as the node states it, else as predicted.
  ///
  /// A stated `latency` decides the stages, a stated `initiation_interval` the pace; `hls_stages` alone
  /// leaves the structure to the prediction, so that only both together are exact.
  public func schedule(of work: HLSWork) -> HLSSchedule {
    let options = work.options(clockMHz: clockMHz, tool: tool)
    let likely = options.first { $0.structure == structure } ?? options[0]
    let chosen = structure ?? likely.structure
    let known = stages ?? latency.map { chosen.stages(forLatency: $0) }
    var basis = HLSSchedule.Basis.predicted(options)
    if !work.isMeasured(chosen, by: tool) {
      // However many stages: what the iterations do was never held against hardware.
      basis = .unknown
    } else if structure != nil, known.map({ $0 >= chosen.leastStages }) ?? !chosen.usesStages {
      basis = source.map { .read(file: $0) } ?? .stated
    } else if structure == nil, !chosen.usesStages, options.count == 1 {
      basis = .measured
    }
    return HLSSchedule(
      structure: chosen, stages: max(known ?? likely.likely, chosen.leastStages),
      interval: interval ?? work.interval, tool: tool, basis: basis)
  }
}

extension HLSProducts {
  fileprivate func options(iterations: Int) -> [HLSSchedule.Option] {
    typealias Option = HLSSchedule.Option
    if iterations == 1, !isDepthwise {
      let likely = activationBits == 1 || weightBits == 1 ? 6 : 9
      return [Option(.states, 6...12, likely: likely)]
    }
    let (likely, range) = stages
    let call = Option(.call, range, likely: likely)
    if isDepthwise {
      let continuous = Option(.continuous, 3...11, likely: usesDSPs ? 6 : 4)
      return pe == 1 && thresholds == 0 ? [continuous, call] : [call, continuous]
    }
    // One lane makes a function small enough to be inlined.
    guard pe == 1, simd == 1 else { return [call] }
    let continuous = Option(.continuous, 3...8, likely: 3)
    return thresholds == 0 ? [continuous, call] : [call, continuous]
  }

  /// Pipeline stages of the loop in call form.
  private var stages: (likely: Int, range: ClosedRange<Int>) {
    if activationBits == 1 || weightBits == 1 { return (3, 2...4) }
    let depth = simd.floorLog2
    if usesDSPs { return (8, 6...12) }
    if thresholds == 0 { return (4, 2...8) }
    if weightBits <= 2 { return (4, 3...8) }
    let fitted = 6 + max(0, depth - 1)
    if thresholds > 15 { return (fitted + 2, fitted...(fitted + 5)) }
    return (fitted, max(2, fitted - 2)...(fitted + 2))
  }
}
