import DataflowSim

private let element = AttributeValue.string("INT4")
private let bitsPerElement = 4

/// The stages a random design is made of. Each returns the flow behind it, or nil where it does not fit.
extension DesignGrower {
  mutating func extended(_ flow: Flow) -> Flow {
    var flow = flow
    for _ in 0..<20 {
      guard let next = attempt({ $0.stage($0.number(0...17), flow) }) else { continue }
      flow = next
      break
    }
    return chance(35) ? addFIFO(flow) : flow
  }

  /// What `grow` adds, or nothing at all where it does not fit.
  private mutating func attempt(_ grow: (inout DesignGrower) -> Flow?) -> Flow? {
    var trial = self
    let flow = grow(&trial)
    guard let flow, flow.words <= Self.largestFrame else {
      random = trial.random
      return nil
    }
    self = trial
    return flow
  }

  private mutating func stage(_ kind: Int, _ flow: Flow) -> Flow? {
    switch kind {
    case 0: addFIFO(flow)
    case 1: addConverter(flow)
    case 2: addPadding(flow)
    case 3, 4, 5: addConvolution(flow)
    case 6, 7: addMatrixVector(flow, outputs: nil)
    case 8: addThresholding(flow)
    case 9, 10, 11: addResidual(flow)
    case 12: addPool(flow)
    case 13: addMaxPool(flow)
    case 14: addResampling(flow)
    case 15: addReduction(flow)
    case 16: addDecimate(flow)
    default: addSplit(flow)
    }
  }

  private func vectors(_ flow: Flow) -> AttributeValue { .ints([1, flow.height, flow.width]) }

  private mutating func single(
    _ flow: Flow, _ opType: String, _ attributes: [String: AttributeValue]
  ) -> Flow {
    var flow = flow
    flow.stream = add(opType, attributes, inputs: [flow.stream], outputs: 1)[0]
    return flow
  }

  mutating func addConverter(_ flow: Flow, to parallel: Int? = nil) -> Flow? {
    let options = Self.divisors(flow.channels).filter {
      $0 % flow.parallel == 0 || flow.parallel % $0 == 0
    }
    let target = parallel ?? pick(options)
    let kind = chance(75) || target == flow.parallel ? "rtl" : "hls"
    var next = single(
      flow, "StreamingDataWidthConverter_\(kind)",
      [
        "shape": .ints([1, flow.height, flow.width, flow.channels]),
        "inWidth": .int(flow.parallel * bitsPerElement),
        "outWidth": .int(target * bitsPerElement), "dataType": element,
      ])
    next.parallel = target
    return next
  }

  mutating func addPadding(_ flow: Flow, by given: [Int]? = nil) -> Flow? {
    let padding = given ?? (0..<4).map { _ in number(0...2) }
    guard padding.contains(where: { $0 > 0 }) else { return nil }
    var next = flow
    next.height += padding[0] + padding[2]
    next.width += padding[1] + padding[3]
    guard next.words <= Self.largestFrame else { return nil }
    next.stream =
      single(
        flow, chance(80) ? "FMPadding_rtl" : "FMPadding_hls",
        [
          "ImgDim": .ints([flow.height, flow.width]), "Padding": .ints(padding),
          "NumChannels": .int(flow.channels), "SIMD": .int(flow.parallel),
          "inputDataType": element,
        ]
      ).stream
    return next
  }

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
      "Dilation": .ints(dilation), "inputDataType": element, "outputDataType": element,
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
      attributes["outputDataType"] = element
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
          "InputDataType": element, "OutputDataType": element,
        ]
      ).stream
    return next
  }

  private mutating func coreAttributes(_ own: [String: AttributeValue], isVector: Bool)
    -> [String: AttributeValue]
  {
    var all = own
    all["inputDataType"] = element
    all["weightDataType"] = element
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
      "SIMD": .int(flow.parallel), "numInputVectors": vectors(flow), "outputDataType": element,
    ]
    guard style.hasCores, chance(85) else {
      var attributes = shape
      attributes["inputDataType"] = element
      attributes["weightDataType"] = element
      attributes["noActivation"] = .int(1)
      attributes["mem_mode"] = .string("internal_embedded")
      next.stream = add("MVAU_hls", attributes, inputs: [flow.stream], outputs: 1)[0]
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

  mutating func addThresholding(_ flow: Flow) -> Flow? {
    if chance(30) {
      return single(
        flow, "ChannelwiseOp_hls",
        [
          "NumChannels": .int(flow.channels), "PE": .int(flow.parallel), "inputDataType": element,
          "paramDataType": element, "outputDataType": element, "numInputVectors": vectors(flow),
        ])
    }
    let isRTL = chance(75)
    let bits = number(1...4)
    var attributes: [String: AttributeValue] = [
      "NumChannels": .int(flow.channels), "PE": .int(flow.parallel),
      "numSteps": .int((1 << bits) - 1), "inputDataType": element, "weightDataType": element,
      "outputDataType": .string(DataType.uint(bits).name), "numInputVectors": vectors(flow),
    ]
    if isRTL { attributes["deep_pipeline"] = .int(number(0...1)) }
    return single(flow, isRTL ? "Thresholding_rtl" : "Thresholding_hls", attributes)
  }

  /// Two branches from a fork to a join, one of them slower; the bypass may be too shallow.
  mutating func addResidual(_ flow: Flow) -> Flow? {
    guard flow.channels <= 8 else { return nil }
    var (a, b) = (flow, flow)
    let streams =
      chance(60)
      ? add("Fork", Self.shape(flow), inputs: [flow.stream], outputs: 2)
      : add(
        "DuplicateStreams_hls",
        [
          "NumChannels": .int(flow.channels), "PE": .int(flow.parallel),
          "NumOutputStreams": .int(2), "inputDataType": element, "numInputVectors": vectors(flow),
        ], inputs: [flow.stream], outputs: 2)
    (a.stream, b.stream) = chance(50) ? (streams[0], streams[1]) : (streams[1], streams[0])
    a = branch(a)
    if chance(85) { b = addFIFO(b, depth: pick([1, 2, 3, 5, 8, 12, 20, 33, 64, 200])) }
    if chance(20) { b = branch(b) }
    let inputs = chance(50) ? [a.stream, b.stream] : [b.stream, a.stream]
    var next = flow
    if chance(50) {
      next.stream = add("Join", Self.shape(flow), inputs: inputs, outputs: 1)[0]
      next.channels *= 2
      next.parallel *= 2
    } else {
      next.stream =
        add(
          "AddStreams_hls",
          [
            "NumChannels": .int(flow.channels), "PE": .int(flow.parallel), "inputDataType": element,
            "numInputVectors": vectors(flow),
          ], inputs: inputs, outputs: 1)[0]
    }
    return next
  }

  /// A few stages that give back the shape they got.
  private mutating func branch(_ flow: Flow) -> Flow {
    var next = flow
    for _ in 0..<number(1...3) {
      switch number(0...5) {
      case 0: next = addFIFO(next)
      case 1: next = addThresholding(next) ?? next
      case 2:
        next =
          attempt {
            $0.addMatrixVector(next, outputs: (flow.channels, flow.parallel))
          } ?? next
      case 3:
        let options = Self.divisors(flow.channels).filter {
          $0 % flow.parallel == 0 || flow.parallel % $0 == 0
        }
        next = addConverter(next, to: pick(options))!
        if chance(50) { next = addFIFO(next) }
        next = addConverter(next, to: flow.parallel)!
      default: next = attempt { $0.sameSizeConvolution(next) } ?? next
      }
    }
    return next
  }

  /// Padding, a 3×3 window and a core back to the same channels.
  private mutating func sameSizeConvolution(_ flow: Flow) -> Flow? {
    guard (flow.height + 2) * (flow.width + 2) * flow.fold <= 150 else { return nil }
    guard let padded = addPadding(flow, by: [1, 1, 1, 1]) else { return nil }
    var next = chance(50) ? addFIFO(padded) : padded
    let isParallel = flow.fold == 1 && chance(30)
    let attributes: [String: AttributeValue] = [
      "ConvKernelDim": .ints([3, 3]), "IFMChannels": .int(flow.channels),
      "IFMDim": .ints([padded.height, padded.width]), "OFMDim": .ints([flow.height, flow.width]),
      "SIMD": .int(flow.parallel), "inputDataType": element, "outputDataType": element,
      "parallel_window": .int(isParallel ? 1 : 0),
    ]
    next.stream = single(next, "ConvolutionInputGenerator_rtl", attributes).stream
    (next.height, next.width) = (flow.height, flow.width)
    next.channels = 9 * flow.channels
    if isParallel { next.parallel = 9 * flow.parallel }
    if chance(50) { next = addFIFO(next) }
    return addMatrixVector(next, outputs: (flow.channels, flow.parallel))
  }

  mutating func addPool(_ flow: Flow) -> Flow? {
    guard chance(50) else { return nil }
    var next = single(
      flow, "GlobalAccPool_hls",
      [
        "NumChannels": .int(flow.channels), "PE": .int(flow.parallel), "inputDataType": element,
        "numInputVectors": vectors(flow),
      ])
    (next.height, next.width) = (1, 1)
    return next
  }

  mutating func addMaxPool(_ flow: Flow) -> Flow? {
    guard flow.fold == 1, flow.height > 1, flow.width > 1 else { return nil }
    let kernel = [pick(Self.divisors(flow.height)), pick(Self.divisors(flow.width))]
    var next = single(
      flow, "StreamingMaxPool_hls",
      [
        "ImgDim": .ints([flow.height, flow.width]), "PoolDim": .ints(kernel),
        "NumChannels": .int(flow.channels), "dataType": element,
      ])
    next.height /= kernel[0]
    next.width /= kernel[1]
    return next
  }

  mutating func addResampling(_ flow: Flow) -> Flow? {
    guard flow.height == flow.width else { return spread(flow) }
    if chance(50), flow.fold == 1, flow.height > 1 {
      let scale = number(2...3)
      guard flow.words * scale * scale <= Self.largestFrame else { return nil }
      var next = single(
        flow, "UpsampleNearestNeighbour_hls",
        [
          "IFMDim": .int(flow.height), "OFMDim": .int(flow.height * scale),
          "NumChannels": .int(flow.channels), "inputDataType": element,
        ])
      next.height *= scale
      next.width *= scale
      return next
    }
    let stride = number(1...3)
    var next = single(
      flow, "DownSampler_hls",
      [
        "ImgDim": .int(flow.height), "NumChannels": .int(flow.channels),
        "SIMD": .int(flow.parallel), "Stride": .int(stride), "inputDataType": element,
      ])
    next.height = (flow.height - 1) / stride + 1
    next.width = next.height
    return next
  }

  private mutating func spread(_ flow: Flow) -> Flow? {
    let stride = [number(1...2), number(1...2)]
    var next = flow
    next.height = (flow.height - 1) * stride[0] + 1
    next.width = (flow.width - 1) * stride[1] + 1
    guard next.words <= Self.largestFrame else { return nil }
    next.stream =
      single(
        flow, "FMPadding_Pixel_hls",
        [
          "ImgDim": .ints([flow.height, flow.width]), "Stride": .ints(stride),
          "NumChannels": .int(flow.channels), "SIMD": .int(flow.parallel),
          "inputDataType": element,
        ]
      ).stream
    return next
  }

  mutating func addReduction(_ flow: Flow) -> Flow? {
    guard flow.height * flow.width == 1, flow.channels > 1 else { return nil }
    var next = single(
      flow, "LabelSelect_hls",
      [
        "Labels": .int(flow.channels), "PE": .int(flow.parallel),
        "K": .int(number(1...min(3, flow.channels))), "inputDataType": element,
      ])
    next.channels = nodes.last!.int("K")
    next.parallel = 1
    return next
  }

  mutating func addDecimate(_ flow: Flow) -> Flow? {
    guard flow.height > 1, flow.width > 1 else { return nil }
    var next = single(
      flow, "Decimate",
      ["ImgDim": .ints([flow.height, flow.width]), "words_per_pixel": .int(flow.fold)])
    next.height /= 2
    next.width /= 2
    return next
  }

  /// Channels to two branches one after another, and together again.
  mutating func addSplit(_ flow: Flow) -> Flow? {
    guard flow.fold > 1 else { return nil }
    let first = number(1...flow.fold - 1)
    let parts = [first * flow.parallel, (flow.fold - first) * flow.parallel]
    let shape: [String: AttributeValue] = [
      "SIMD": .int(flow.parallel), "ChannelsPerStream": .ints(parts),
      "numInputVectors": vectors(flow),
    ]
    let split = shape.merging(["inputDataType": element]) { $1 }
    let concat = shape.merging(["inputDataTypes": .strings(["INT4", "INT4"])]) { $1 }
    let outputs = add("StreamingSplit_hls", split, inputs: [flow.stream], outputs: 2)
    var branches = zip(outputs, parts).map { output, channels in
      var branch = flow
      branch.stream = output
      branch.channels = channels
      return branch
    }
    for i in 0..<2 where chance(70) { branches[i] = addFIFO(branches[i]) }
    var next = flow
    next.stream =
      add(
        "StreamingConcat_hls", concat, inputs: branches.map(\.stream), outputs: 1)[0]
    return next
  }
}
