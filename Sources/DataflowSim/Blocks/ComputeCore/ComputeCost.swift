import FoundationEssentials
import Glibc

/// The LUT formula MVAU_hls and VVAU_hls share.
/// Source: docs/reference/resources.md#matrix-vector-cost, #depthwise-cost.
struct ComputeCost {
  let settings: ComputeSettings
  let pe: Int
  let simd: Int
  /// Products summed per result: MW, or kernel pixels.
  let dotLength: Int
  /// Words of the weight memory.
  let wmem: Int

  private var weightBits: Int { settings.weightType.bits }
  private var inputBits: Int { settings.inputType.bits }

  /// Accumulator bits FINN assumes: the declared width or the data-type bound, the smaller.
  var accumulatorBits: Double {
    let sign = settings.inputType.isSigned ? 1.0 : 0
    let alpha = pythonLog2(Double(dotLength)) + Double(weightBits + inputBits) - 1 - sign
    let bound = (alpha + pythonLog2(1 + pow(2, -alpha)) + 1).rounded(.up)
    return min(Double(settings.accumulatorType.bits), bound)
  }

  /// 2^B − 1 threshold comparators for B output bits.
  var comparators: Double { pow(2, Double(settings.outputType.bits)) - 1 }

  /// LUTs of weight memories held in LUTRAM.
  private var memoryLUTs: Double {
    let inLUTs =
      switch settings.memoryMode {
      case .decoupled: settings.ramStyle == "distributed"
      case .embedded: wmem <= 128
      case .external: false
      }
    return inLUTs ? Double(pe * simd * weightBits) * Double(wmem.dividedUp(by: 64)) : 0
  }

  /// - Parameter thresholdMemory: LUTs of the threshold memory of one PE.
  func lut(thresholdMemory: Double, thresholdCompare: Double) -> Int {
    let bits = weightBits + inputBits
    let multiply =
      settings.resType == "dsp" ? 0 : simd * (2 * bits.dividedUp(by: 6) - 1) * bits
    let tree = bits * (2 * simd - 1)
    let perPE = Double(multiply + tree) + accumulatorBits + thresholdMemory + thresholdCompare
    return Int(truncating: 300 + 1.1 * (Double(pe) * perPE) + memoryLUTs)
  }
}
