import DataflowAnalysis

let randomElement = AttributeValue.string("INT4")
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
  mutating func attempt(_ grow: (inout DesignGrower) -> Flow?) -> Flow? {
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

  func vectors(_ flow: Flow) -> AttributeValue { .ints([1, flow.height, flow.width]) }

  mutating func single(
    _ flow: Flow, _ opType: String, _ attributes: [String: AttributeValue]
  ) -> Flow {
    var flow = flow
    flow.stream = add(opType, attributes, inputs: [flow.stream], outputs: 1)[0]
    return flow
  }

  mutating func addConverter(_ flow: Flow, to parallel: Int? = nil) -> Flow? {
    let options = Self.divisors(flow.channels)
    let target = parallel ?? pick(options)
    let isWhole = target % flow.parallel == 0 || flow.parallel % target == 0
    let kind = isWhole && (chance(60) || target == flow.parallel) ? "rtl" : "hls"
    var attributes: [String: AttributeValue] = [
      "shape": .ints([1, flow.height, flow.width, flow.channels]),
      "inWidth": .int(flow.parallel * bitsPerElement),
      "outWidth": .int(target * bitsPerElement), "dataType": randomElement,
    ]
    if !isWhole { attributes["hls_structure"] = .string("two_processes") }
    var next = single(flow, "StreamingDataWidthConverter_\(kind)", attributes)
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
          "inputDataType": randomElement,
        ]
      ).stream
    return next
  }

  mutating func addThresholding(_ flow: Flow) -> Flow? {
    if chance(30) {
      return single(
        flow, "ChannelwiseOp_hls",
        [
          "NumChannels": .int(flow.channels), "PE": .int(flow.parallel),
          "inputDataType": randomElement,
          "paramDataType": randomElement, "outputDataType": randomElement,
          "numInputVectors": vectors(flow),
        ])
    }
    let isRTL = chance(75)
    let bits = number(1...4)
    var attributes: [String: AttributeValue] = [
      "NumChannels": .int(flow.channels), "PE": .int(flow.parallel),
      "numSteps": .int((1 << bits) - 1), "inputDataType": randomElement,
      "weightDataType": randomElement,
      "outputDataType": .string(DataType.uint(bits).name), "numInputVectors": vectors(flow),
    ]
    if isRTL { attributes["deep_pipeline"] = .int(number(0...1)) }
    return single(flow, isRTL ? "Thresholding_rtl" : "Thresholding_hls", attributes)
  }

  mutating func addPool(_ flow: Flow) -> Flow? {
    guard chance(50) else { return nil }
    var next = single(
      flow, "GlobalAccPool_hls",
      [
        "NumChannels": .int(flow.channels), "PE": .int(flow.parallel),
        "inputDataType": randomElement,
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
        "NumChannels": .int(flow.channels),
        "dataType": chance(60) ? randomElement : .string("BINARY"),
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
          "NumChannels": .int(flow.channels), "inputDataType": randomElement,
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
        "SIMD": .int(flow.parallel), "Stride": .int(stride), "inputDataType": randomElement,
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
          "inputDataType": randomElement,
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
        "K": .int(number(1...min(3, flow.channels))), "inputDataType": randomElement,
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
}
