import DataflowAnalysis

/// Windows and the compute cores behind them.
extension DesignGrower {
  /// A sliding window and, mostly, the compute core behind it.
  mutating func addConvolution(_ flow: Flow) -> Flow? {
    let kernel = [number(1...min(3, flow.height)), number(1...min(3, flow.width))]
    var dilation = [1, 1]
    let isDilated = chance(25)
    for axis in 0..<2 where isDilated && kernel[axis] > 1 { dilation[axis] = number(1...2) }
    let size = [flow.height, flow.width]
    let reach = (0..<2).map { (kernel[$0] - 1) * dilation[$0] + 1 }
    guard reach[0] <= size[0], reach[1] <= size[1] else { return nil }
    let stride = (0..<2).map { chance(65) ? 1 : number(1...min(3, size[$0])) }
    let output = (0..<2).map { (size[$0] - reach[$0]) / stride[$0] + 1 }
    // The generator takes the unused rows and columns modulo the used ones; where as many are unused as
    // used it goes astray, and nobody has measured how.
    let used = (0..<2).map { reach[$0] + (output[$0] - 1) * stride[$0] }
    guard used[0] * 2 > size[0], used[1] * 2 > size[1] else { return nil }
    let pixels = kernel[0] * kernel[1]
    let isDepthwise = chance(35)
    let isParallel = pixels == 1 || (isDepthwise || flow.fold == 1) && chance(40)
    var next = flow
    (next.height, next.width) = (output[0], output[1])
    next.channels = pixels * flow.channels
    if isParallel { next.parallel = pixels * flow.parallel }
    guard next.words <= Self.largestFrame else { return nil }
    let attributes: [String: AttributeValue] = [
      "ConvKernelDim": .ints(kernel), "IFMChannels": .int(flow.channels), "IFMDim": .ints(size),
      "OFMDim": .ints(output), "SIMD": .int(flow.parallel), "Stride": .ints(stride),
      "Dilation": .ints(dilation), "inputDataType": randomElement, "outputDataType": randomElement,
      "depthwise": .int(isDepthwise ? 1 : 0), "parallel_window": .int(isParallel ? 1 : 0),
    ]
    let op = "ConvolutionInputGenerator_rtl"
    // Geometry the generator itself refuses never becomes hardware.
    guard
      let block = try? BlockCatalogue.make(
        opType: op, attributes: attributes, part: nil, clockMHz: 100), block.buildIssues.isEmpty
    else { return nil }
    next.stream = single(flow, op, attributes).stream
    if chance(30) { next = addFIFO(next) }
    guard chance(80) else { return next }
    guard isDepthwise else { return attempt { $0.addMatrixVector(next, outputs: nil) } ?? next }
    return addDepthwise(
      next, channels: flow.channels, lanes: flow.parallel, kernel: kernel, isParallel: isParallel)
  }

  /// VVAU_rtl or Pool_hls behind a depthwise window.
  private mutating func addDepthwise(
    _ flow: Flow, channels: Int, lanes: Int, kernel: [Int], isParallel: Bool
  ) -> Flow {
    var next = flow
    next.channels = channels
    next.parallel = lanes
    if style.hasCores, chance(70) {
      var attributes = coreAttributes(
        [
          "Channels": .int(channels), "Dim": .ints([flow.height, flow.width]),
          "Kernel": .ints(kernel), "PE": .int(lanes),
          "SIMD": .int(isParallel ? kernel[0] * kernel[1] : 1),
        ], isVector: true)
      attributes["outputDataType"] = randomElement
      next.stream = add("VVAU_rtl", attributes, inputs: [flow.stream], outputs: 1)[0]
      return next
    }
    guard !isParallel else { return flow }
    next.stream =
      single(
        flow, "Pool_hls",
        [
          "Channels": .int(channels), "PE": .int(lanes), "KernelSize": .ints(kernel),
          "Function": .string("MaxPool"), "OutImgDims": .ints([flow.height, flow.width]),
          "InputDataType": randomElement, "OutputDataType": randomElement,
        ]
      ).stream
    return next
  }

  private mutating func coreAttributes(_ own: [String: AttributeValue], isVector: Bool)
    -> [String: AttributeValue]
  {
    var all = own
    all["inputDataType"] = randomElement
    all["weightDataType"] = randomElement
    all["noActivation"] = .int(1)
    all["weight_stream"] = .string(chance(60) ? "memstream" : "always")
    let core = isVector ? "mvu_vvu_8sx9_dsp58" : pick(["mvu_4sx4u_dsp48e2", "mvu_vvu_8sx9_dsp58"])
    all["compute_core"] = .string(core)
    if core == "mvu_vvu_8sx9_dsp58" { all["segment_length"] = .int(number(0...2)) }
    return all
  }

  mutating func addMatrixVector(_ flow: Flow, outputs: (channels: Int, parallel: Int)?) -> Flow? {
    let rows = outputs?.channels ?? pick([1, 2, 3, 4, 6, 8])
    var next = flow
    next.channels = rows
    next.parallel = outputs?.parallel ?? pick(Self.divisors(rows))
    guard flow.words * next.fold <= 3 * Self.largestFrame else { return nil }
    let shape: [String: AttributeValue] = [
      "MW": .int(flow.channels), "MH": .int(rows), "PE": .int(next.parallel),
      "SIMD": .int(flow.parallel), "numInputVectors": vectors(flow),
      "outputDataType": randomElement,
    ]
    guard style.hasCores, chance(60) else {
      var attributes = shape
      attributes["inputDataType"] = randomElement
      attributes["weightDataType"] = randomElement
      attributes["noActivation"] = .int(1)
      attributes["mem_mode"] = .string(pick(["internal_embedded", "internal_decoupled"]))
      var inputs = [flow.stream]
      if style.hasWeightStreams, chance(15) {
        attributes["mem_mode"] = .string("external")
        inputs.append(addInput(words: flow.words * next.fold))
      }
      next.stream = add("MVAU_hls", attributes, inputs: inputs, outputs: 1)[0]
      return next
    }
    var attributes = coreAttributes(shape, isVector: false)
    var inputs = [flow.stream]
    if style.hasWeightStreams, chance(10), !hasSurplusWords {
      attributes["mem_mode"] = .string("external")
      attributes["weight_stream"] = nil
      inputs.append(addInput(words: flow.words * next.fold))
    }
    next.stream = add("MVAU_rtl", attributes, inputs: inputs, outputs: 1)[0]
    return next
  }

  /// Some block may emit more words than its frames have; a core would wait for weights for ever then,
  /// emitting a spurious result in every cycle.
  private var hasSurplusWords: Bool {
    let exact = [
      "StreamingFIFO", "Thresholding", "StreamingDataWidthConverter", "ConvolutionInput",
    ]
    return !nodes.allSatisfy { node in exact.contains { node.opType.hasPrefix($0) } }
  }
}
