import DataflowAnalysis

/// Places where the flow parts and meets again.
extension DesignGrower {
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
          "NumOutputStreams": .int(2), "inputDataType": randomElement,
          "numInputVectors": vectors(flow),
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
            "NumChannels": .int(flow.channels), "PE": .int(flow.parallel),
            "inputDataType": randomElement,
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
      "SIMD": .int(flow.parallel), "inputDataType": randomElement, "outputDataType": randomElement,
      "parallel_window": .int(isParallel ? 1 : 0),
    ]
    next.stream = single(next, "ConvolutionInputGenerator_rtl", attributes).stream
    (next.height, next.width) = (flow.height, flow.width)
    next.channels = 9 * flow.channels
    if isParallel { next.parallel = 9 * flow.parallel }
    if chance(50) { next = addFIFO(next) }
    return addMatrixVector(next, outputs: (flow.channels, flow.parallel))
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
    let split = shape.merging(["inputDataType": randomElement]) { $1 }
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
