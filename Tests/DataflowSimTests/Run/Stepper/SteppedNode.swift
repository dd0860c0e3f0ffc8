import DataflowSim

extension Node {
  /// The hardware of this node for the stepper; its attributes are read here once more, from the design.
  func stepped(inputs: [Int], outputs: [Int], design: Design) throws -> any SteppedBlock {
    if opType.hasSuffix("_hls") { return steppedHLS(inputs, outputs) }
    if design.finnGeneration.isDevelopment,
      let block = steppedDevelopment(inputs, outputs, design)
    {
      return block
    }
    switch opType {
    case "StreamingFIFO_rtl":
      return string("impl_style", "rtl") == "vivado"
        ? SteppedVivadoFIFO(input: inputs[0], output: outputs[0], depth: int("depth"))
        : SteppedFIFO(
          input: inputs[0], output: outputs[0], latency: 1, capacity: int("depth"),
          isReported: true)
    case "Thresholding_rtl":
      let stages = bits("outputDataType") * (1 + int("deep_pipeline", 1))
      return SteppedFIFO(
        input: inputs[0], output: outputs[0], latency: stages + 2, capacity: stages + 3,
        isReported: false)
    case "StreamingDataWidthConverter_rtl": return steppedConverter(inputs[0], outputs[0])
    case "FMPadding_rtl":
      return SteppedPadding(
        input: inputs[0], output: outputs[0],
        size: (ints("ImgDim")[0], ints("ImgDim")[1]), padding: ints("Padding"),
        fold: int("NumChannels") / int("SIMD", 1))
    case "ConvolutionInputGenerator_rtl": return steppedWindow(inputs[0], outputs[0])
    case "MVAU_rtl":
      return steppedCore(
        inputs, outputs[0], neuronFold: int("MH") / int("PE"),
        synapseFold: int("MW") / int("SIMD"))
    case "VVAU_rtl":
      let pixels = ints("Kernel").reduce(1, *)
      return steppedCore(inputs, outputs[0], neuronFold: 1, synapseFold: pixels / int("SIMD", 1))
    case "Fork": return SteppedFork(input: inputs[0], outputs: outputs)
    case "Join": return SteppedJoin(inputs: inputs, output: outputs[0])
    case "Decimate":
      return SteppedDecimate(
        input: inputs[0], output: outputs[0], size: (ints("ImgDim")[0], ints("ImgDim")[1]),
        fold: int("words_per_pixel"))
    default: throw Unstepped(opType: opType)
    }
  }

  struct Unstepped: Error { let opType: String }

  private func steppedConverter(_ input: Int, _ output: Int) -> any SteppedBlock {
    let (from, to) = (int("inWidth"), int("outWidth"))
    if from == to { return SteppedWire(input: input, output: output) }
    return from < to
      ? SteppedWidener(input: input, output: output, ratio: to / from)
      : SteppedNarrower(input: input, output: output, ratio: from / to)
  }

  private func steppedWindow(_ input: Int, _ output: Int) -> any SteppedBlock {
    func pair(_ name: String, _ otherwise: [Int]? = nil) -> (h: Int, w: Int) {
      let value = ints(name, otherwise)
      return (value[0], value[1])
    }
    let geometry = SteppedGeometry(
      kernel: pair("ConvKernelDim"), stride: pair("Stride", [1, 1]),
      dilation: pair("Dilation", [1, 1]), input: pair("IFMDim"), output: pair("OFMDim"),
      fold: int("IFMChannels") / int("SIMD"), isDepthwise: int("depthwise", 0) == 1)
    let isPoint = geometry.kernel == (1, 1)
    return isPoint || int("parallel_window", 0) == 1
      ? SteppedShiftWindow(input: input, output: output, geometry: geometry)
      : SteppedCyclicWindow(input: input, output: output, geometry: geometry)
  }

  private func steppedCore(
    _ inputs: [Int], _ output: Int, neuronFold: Int, synapseFold: Int
  ) -> any SteppedBlock {
    let isExternal = string("mem_mode", "internal_decoupled") == "external"
    let weights: SteppedCore.Weights =
      isExternal
      ? .stream(inputs[1])
      : .valid(from: string("weight_stream", "memstream") == "memstream" ? 2 : 0)
    var depth = 5
    if string("compute_core") == "mvu_vvu_8sx9_dsp58" {
      let chain = (int("SIMD", 1) + 2) / 3
      let segment = int("segment_length") == 0 ? chain : int("segment_length")
      depth = (chain + segment - 1) / segment + 2
    }
    return SteppedCore(
      input: inputs[0], output: output, weights: weights, synapseFold: synapseFold,
      neuronFold: neuronFold, depth: depth)
  }
}

// Attributes; a missing one without a default is a broken test.
extension Node {
  func int(_ name: String, _ otherwise: Int? = nil) -> Int {
    if case .int(let n)? = attributes[name] { n } else { otherwise! }
  }

  func ints(_ name: String, _ otherwise: [Int]? = nil) -> [Int] {
    if case .ints(let n)? = attributes[name] { n } else { otherwise! }
  }

  func string(_ name: String, _ otherwise: String? = nil) -> String {
    if case .string(let s)? = attributes[name] { s } else { otherwise! }
  }

  func bits(_ name: String) -> Int { DataType(string(name))!.bits }
}
