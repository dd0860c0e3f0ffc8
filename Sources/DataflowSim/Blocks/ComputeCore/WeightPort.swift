/// Where a compute core's weight words come from.
enum WeightPort {
  /// A memory streamer: valid in every cycle from `first` on.
  case valid(from: Cycle)
  /// A stream from outside, one word per slot.
  case stream(Link)

  /// First cycle in which the next weight word is valid; nil when it is not yet known.
  @inline(__always) var offered: Cycle? {
    switch self {
    case .valid(let first): return first
    case .stream(let link):
      guard link.pointee.available > 0 else {
        link.pointee.readerWaits = true
        return nil
      }
      return link.pointee.offered
    }
  }

  /// Takes the weight word of a slot that fires in cycle `t`.
  @inline(__always) func take(at t: Cycle) {
    if case .stream(let link) = self { link.pointee.read(at: t) }
  }

  var isStream: Bool {
    if case .stream = self { return true }
    return false
  }
}

extension ComputeSettings {
  /// Where the weight words come from, once the node's channels exist.
  func weightPort(_ ports: Ports) -> WeightPort {
    switch weightStream {
    case .external, .dynamic: .stream(ports.inputs[1])
    case .memstream: .valid(from: memoryFrom)
    case .always: .valid(from: 0)
    }
  }

  private var memoryFrom: Cycle {
    MemoryStreamer.firstCycle(generation, isPumped: isMemoryPumped)
  }

  /// First cycle in which an HLS loop has weights: a memory streamer's first word passes a register slice.
  var weightsFrom: Cycle { weightStream == .memstream ? memoryFrom + 1 : 0 }

  /// Whether releases and development branch have other cycles for the same attributes.
  func dependsOnGeneration(isRTL: Bool) -> Bool { isRTL || weightStream == .memstream }

  /// What Vitis HLS schedules. `thresholds` are those of a channel.
  func products(pe: Int, simd: Int, isDepthwise: Bool = false) -> HLSProducts {
    HLSProducts(
      pe: pe, simd: simd, activationBits: inputType.bits, weightBits: weightType.bits,
      thresholds: hasThresholds ? (1 << min(outputType.bits, 30)) - 1 : 0,
      usesDSPs: resType == "dsp", isDepthwise: isDepthwise)
  }

  /// The DSP58 core was always exact; the DSP48 cores clear a product register during a freeze.
  var losesFrozenProducts: Bool { computeCore != .mvuVVU8sx9DSP58 }

  /// The name of the hazard by which an RTL core emits surplus words.
  var surplusHazard: Hazard { weightStream == .external ? .weightStallLast : .startUpWords }
}
