import DataflowSim
import OriginalModel
import SimModel

/// Writes layers as hardware nodes: padding, windows and matrices as FINN arranges them, thresholds
/// inside the matrix that feeds them, copies where a stream has several users. Everything is unfolded.
struct Emitter {
  let layers: [Layer]
  let types: StreamTypes
  let specialization: Specialization
  var design: Design
  var arrays: [String: Tensor] = [:]
  /// Stream that carries a layer, and one name per user when it is copied.
  private var streams: [Int: [String]] = [:]
  private(set) var carrier: [Int: String] = [:]
  private var counts: [String: Int] = [:]
  /// Streams that got a FIFO because they join others.
  private(set) var joined = 0
  /// Those among them that hold less than a frame.
  private(set) var shortened = 0
  /// Words of all these FIFOs.
  private var joinedWords = 0
  private let users: [Int: Int]
  /// Matrices whose thresholds are inside, by the layer of the thresholds.
  private let fused: [Int: Int]

  init(
    _ lowering: Lowering, name: String, outputs: [(name: String, layer: Int)], part: String?,
    clockMHz: Double
  ) throws {
    let live = Self.live(lowering.layers, outputs.map(\.layer))
    let ends = Set(outputs.map(\.layer))
    let layers = Self.flattened(lowering, live: live, outputs: ends)
    self.layers = layers
    let isEmpty = live.allSatisfy { if case .input = layers[$0].kind { true } else { false } }
    guard !isEmpty else {
      throw InputError(
        "has no layer between its quantisers that hardware would compute",
        hint: "simrun run --input executes it")
    }
    types = StreamTypes(layers, live: live, outputs: ends)
    specialization = Specialization(part: part, generation: .default) { _ in nil }
    design = Design(name: name, part: part, clockMHz: clockMHz)
    var users: [Int: Int] = [:]
    for i in live { for source in layers[i].inputs { users[source, default: 0] += 1 } }
    for (_, layer) in outputs { users[layer, default: 0] += 1 }
    var fused: [Int: Int] = [:]
    for i in live {
      guard case .thresholds = layers[i].kind else { continue }
      let source = layers[i].inputs[0]
      switch layers[source].kind {
      case .linear, .sum: if users[source] == 1 { fused[i] = source }
      default: break
      }
    }
    (self.users, self.fused) = (users, fused)
    let inside = Set(fused.values)
    for i in live.sorted() where !inside.contains(i) { try emit(i, outputs) }
    for i in live.sorted() { flattenInput(of: i) }
    design.graphOutputs = outputs.map { _ in "" }
    for (place, output) in outputs.enumerated() {
      design.graphOutputs[place] = take(output.layer)
    }
  }

  private static func live(_ layers: [Layer], _ outputs: [Int]) -> Set<Int> {
    var live: Set<Int> = []
    var open = outputs
    while let i = open.popLast() {
      if live.insert(i).inserted { open += layers[i].inputs }
    }
    return live
  }

  func type(_ i: Int) -> DataType { types.type(i) }

  /// A picture that a matrix takes as one vector enters as one.
  private mutating func flattenInput(of i: Int) {
    guard case .linear(let rule) = layers[i].kind, rule.window == nil else { return }
    let source = layers[layers[i].inputs[0]]
    guard case .input = source.kind, rule.columns != source.shape.channels,
      (users[layers[i].inputs[0]] ?? 1) == 1
    else { return }
    design.streams[source.tensor]?.shape = [1, rule.columns]
  }

  /// The stream of a layer for its next user.
  mutating func take(_ layer: Int) -> String {
    let name = streams[layer]!.removeFirst()
    return name
  }

  /// A node with a name of FINN's kind, its outputs named after it.
  mutating func add(
    _ op: String, _ attributes: [String: AttributeValue], inputs: [String], outputs: Int = 1,
    initializers: [(role: String, tensor: Tensor)] = [], needsHLS: Bool = false
  ) -> [String] {
    var node = Node(name: op, opType: op, attributes: attributes, inputs: inputs)
    if op == "AddStreams" || op == "StreamingEltwise" {
      node.opType = op + "_hls"
    } else {
      node.opType = specialization.opType(of: node, preference: needsHLS ? "hls" : "").opType
    }
    let count = counts[node.opType, default: 0]
    counts[node.opType] = count + 1
    node.name = "\(node.opType)_\(count)"
    node.outputs = (0..<outputs).map { "\(node.name)_out\($0)" }
    for (place, item) in initializers.enumerated() {
      let array = "\(node.name)_param\(place)"
      node.initializers[item.role] = array
      arrays[array] = item.tensor
    }
    design.nodes.append(node)
    return node.outputs
  }

  /// Names the stream of a layer and copies it for each of its users.
  private mutating func publish(_ layer: Int, _ stream: String) {
    carrier[layer] = stream
    let shape = layers[layer].shape
    design.streams[stream] = StreamSettings(shape: shape.tensor, dataType: type(layer).name)
    let count = users[layer] ?? 1
    guard count > 1 else {
      streams[layer] = [stream]
      return
    }
    streams[layer] = add(
      "DuplicateStreams",
      [
        "NumChannels": .int(shape.channels), "PE": .int(1), "NumOutputStreams": .int(count),
        "inputDataType": .string(type(layer).name), "numInputVectors": .ints(shape.leading),
      ], inputs: [stream], outputs: count)
  }
}

// MARK: Layers

extension Emitter {
  private mutating func emit(_ i: Int, _ outputs: [(name: String, layer: Int)]) throws {
    let layer = layers[i]
    switch layer.kind {
    case .input:
      let name = layer.tensor
      design.graphInputs.append(name)
      publish(i, name)
    case .linear(let rule): publish(i, try linear(i, rule, nil))
    case .sum(let rule): publish(i, try sum(i, rule, nil))
    case .thresholds(let table):
      if let source = fused[i] {
        switch layers[source].kind {
        case .linear(let rule): publish(i, try linear(source, rule, (i, table)))
        case .sum(let rule): publish(i, try sum(source, rule, (i, table)))
        default: break
        }
      } else {
        publish(i, try thresholding(i, table))
      }
    case .maxPool(let rule): publish(i, maxPool(i, rule))
    case .globalSum:
      let source = layers[layer.inputs[0]].shape
      let sums = add(
        "GlobalAccPool",
        [
          "NumChannels": .int(source.channels), "PE": .int(1),
          "inputDataType": .string(type(layer.inputs[0]).name),
          "numInputVectors": .ints([1, source.height, source.width]),
        ], inputs: [take(layer.inputs[0])])
      publish(i, sums[0])
    case .add, .difference:
      publish(i, sumOfTwo(i))
      deepenJoin(
        design.nodes.last { $0.opType != "DuplicateStreams_hls" }?.inputs ?? [], layer.inputs)
    case .multiply(let list): publish(i, try channelwise(i, "mul", list))
    case .offset(let list): publish(i, try channelwise(i, "add", list))
    case .concat:
      let parts = layer.inputs.map { take($0) }
      deepenJoin(parts, layer.inputs)
      publish(
        i,
        add(
          "StreamingConcat",
          [
            "ElemsPerStream": .ints(layer.inputs.map { layers[$0].shape.channels }),
            "inputDataType": .string(type(i).name), "numInputVectors": .ints(layer.shape.leading),
          ], inputs: parts)[0])
    case .upsample(let rows, let columns): publish(i, upsample(i, rows, columns))
    case .shuffle(let shape, let order):
      let out = order.map { shape[$0] }
      let source = layers[layer.inputs[0]].shape
      publish(
        i,
        add(
          "OuterShuffle",
          [
            "data_type": .string(type(i).name),
            "in_shape": .ints([1, source.height, source.width, source.channels]),
            "transpose_in_shape": .ints([1] + shape), "transpose_out_shape": .ints([1] + out),
            "out_shape": .ints([1, layer.shape.height, layer.shape.width, layer.shape.channels]),
            "perm": .ints([0] + order.map { $0 + 1 }), "SIMD": .int(1),
          ], inputs: [take(layer.inputs[0])])[0])
    case .spread(let rows, let columns):
      let source = layers[layer.inputs[0]].shape
      publish(
        i,
        add(
          "FMPadding_Pixel",
          [
            "ImgDim": .ints([source.height, source.width]), "Stride": .ints([rows, columns]),
            "NumChannels": .int(source.channels), "SIMD": .int(1),
            "inputDataType": .string(type(i).name),
          ], inputs: [take(layer.inputs[0])])[0])
    case .crop(let cut):
      let source = layers[layer.inputs[0]].shape
      publish(
        i,
        add(
          "Crop",
          [
            "DataType": .string(type(i).name), "ImgDim": .ints([source.height, source.width]),
            "NumChannels": .int(source.channels), "CropNorth": .int(cut[0]),
            "CropWest": .int(cut[1]), "CropSouth": .int(cut[2]), "CropEast": .int(cut[3]),
            "SIMD": .int(1), "numInputVectors": .ints([1]),
          ], inputs: [take(layer.inputs[0])])[0])
    case .pad(let padding):
      let source = layers[layer.inputs[0]].shape
      publish(
        i,
        add(
          "FMPadding",
          [
            "ImgDim": .ints([source.height, source.width]), "Padding": .ints(padding),
            "NumChannels": .int(source.channels), "SIMD": .int(1),
            "inputDataType": .string(type(i).name),
          ], inputs: [take(layer.inputs[0])])[0])
    case .pick(let rule): publish(i, windows(layer.inputs[0], rule, isDepthwise: false))
    case .labels(let k):
      let source = layers[layer.inputs[0]].shape
      publish(
        i,
        add(
          "LabelSelect",
          [
            "Labels": .int(source.channels), "PE": .int(1), "K": .int(k),
            "inputDataType": .string(type(layer.inputs[0]).name),
            "numInputVectors": .ints(source.leading),
          ], inputs: [take(layer.inputs[0])])[0])
    }
  }

  /// What a FIFO that joins branches, and all of them, hold at most: a part of what a run may buffer
  /// (`Plan.requirePlausibleBuffers`).
  private static let deepestJoin = 1 << 22
  private static let deepestJoins = 1 << 25

  /// A branch that is done early waits for the other: its stream holds a frame until somebody has
  /// sized it (`simrun fifo`).
  private mutating func deepenJoin(_ streams: [String], _ sources: [Int]) {
    for (stream, source) in zip(streams, sources) where !design.graphInputs.contains(stream) {
      let shape = layers[source].shape
      let frame = max(2, shape.pixels * shape.channels)
      let isWhole = frame <= Self.deepestJoin && joinedWords + frame <= Self.deepestJoins
      let words = isWhole ? frame : min(frame, StreamingFIFO.deepestVivado)
      design.streams[stream, default: StreamSettings()].depth = words
      joinedWords += words
      joined += 1
      if words < frame { shortened += 1 }
    }
  }

  /// The pixels that a window reads, in the order a matrix takes them; unchanged where each pixel is
  /// read once.
  mutating func windows(
    _ source: Int, _ rule: PoolRule, isDepthwise: Bool
  ) -> String {
    let shape = layers[source].shape
    let element = type(source).name
    var stream = take(source)
    var size = [shape.height, shape.width]
    if rule.isPadded {
      stream =
        add(
          "FMPadding",
          [
            "ImgDim": .ints(size), "Padding": .ints(rule.padding),
            "NumChannels": .int(shape.channels),
            "SIMD": .int(1), "inputDataType": .string(element),
          ], inputs: [stream])[0]
      size = [
        size[0] + rule.padding[0] + rule.padding[2], size[1] + rule.padding[1] + rule.padding[3],
      ]
      note(stream, [1] + size + [shape.channels], element)
    }
    if rule.kernel == [1, 1], rule.stride == [1, 1] { return stream }
    if rule.kernel == [1, 1], rule.stride[0] == rule.stride[1], size[0] == size[1], !isDepthwise {
      return add(
        "DownSampler",
        [
          "ImgDim": .int(size[0]), "NumChannels": .int(shape.channels), "SIMD": .int(1),
          "Stride": .int(rule.stride[0]), "inputDataType": .string(element), "is1D": .int(0),
        ], inputs: [stream])[0]
    }
    let is1D = size[0] == 1 && rule.kernel[0] == 1 || size[1] == 1 && rule.kernel[1] == 1
    // Where one window is all there is, no stride is taken; the block wants one that fits the picture.
    let stride = [0, 1].map {
      rule.output[$0] == 1 ? min(rule.stride[$0], size[$0]) : rule.stride[$0]
    }
    return add(
      "ConvolutionInputGenerator",
      [
        "ConvKernelDim": .ints(rule.kernel), "IFMChannels": .int(shape.channels),
        "IFMDim": .ints(size), "OFMDim": .ints(rule.output), "SIMD": .int(1),
        "Stride": .ints(stride), "Dilation": .ints(rule.dilation),
        "inputDataType": .string(element), "outputDataType": .string(element),
        "depthwise": .int(isDepthwise ? 1 : 0), "is1D": .int(is1D ? 1 : 0),
      ], inputs: [stream])[0]
  }

  private mutating func note(_ stream: String, _ shape: [Int], _ type: String) {
    design.streams[stream] = StreamSettings(shape: shape, dataType: type)
  }

  private mutating func maxPool(_ i: Int, _ rule: PoolRule) -> String {
    let source = layers[i].inputs[0]
    let shape = layers[source].shape
    let element = type(i).name
    let size = [shape.height, shape.width]
    let fits = zip(size, rule.kernel).allSatisfy { $0 % $1 == 0 }
    let is1D = size[0] == 1 && rule.kernel[0] == 1 || size[1] == 1 && rule.kernel[1] == 1
    if rule.stride == rule.kernel, rule.dilation == [1, 1], !rule.isPadded, fits || is1D {
      return add(
        "StreamingMaxPool",
        [
          "ImgDim": .ints(size), "PoolDim": .ints(rule.kernel), "NumChannels": .int(shape.channels),
          "PE": .int(1), "CeilMode": .int(0), "dataType": .string(element),
        ], inputs: [take(source)])[0]
    }
    let stream = windows(source, rule, isDepthwise: true)
    return add(
      "Pool",
      [
        "Channels": .int(shape.channels), "PE": .int(1), "KernelSize": .ints(rule.kernel),
        "Function": .string("MaxPool"), "OutImgDims": .ints(rule.output),
        "InputDataType": .string(element), "OutputDataType": .string(element),
      ], inputs: [stream])[0]
  }

  private mutating func sumOfTwo(_ i: Int) -> String {
    let layer = layers[i]
    let parts = layer.inputs.map { type($0) }
    let streams = layer.inputs.map { take($0) }
    var attributes: [String: AttributeValue] = [
      "NumChannels": .int(layer.shape.channels), "PE": .int(1),
      "numInputVectors": .ints(layer.shape.leading),
    ]
    var isDifference = false
    if case .difference = layer.kind { isDifference = true }
    if parts[0] == parts[1], !isDifference {
      attributes["inputDataType"] = .string(parts[0].name)
      return add("AddStreams", attributes, inputs: streams)[0]
    }
    attributes["inputDataType0"] = .string(parts[0].name)
    attributes["inputDataType1"] = .string(parts[1].name)
    attributes["eltwiseOp"] = .string(isDifference ? "Sub" : "Add")
    return add("StreamingEltwise", attributes, inputs: streams)[0]
  }

  private mutating func channelwise(_ i: Int, _ function: String, _ list: [Int]) throws -> String {
    let layer = layers[i]
    let source = layer.inputs[0]
    let parameter = DataType.holding(list.min()!...list.max()!)
    return add(
      "ChannelwiseOp",
      [
        "Func": .string(function), "NumChannels": .int(layer.shape.channels), "PE": .int(1),
        "inputDataType": .string(type(source).name), "paramDataType": .string(parameter.name),
        "outputDataType": .string(type(i).name), "numInputVectors": .ints(layer.shape.leading),
      ], inputs: [take(source)],
      initializers: [("parameters", try Tensor(list, shape: [list.count]))])[0]
  }

  private mutating func upsample(_ i: Int, _ rows: Int, _ columns: Int) -> String {
    let source = layers[layers[i].inputs[0]].shape
    let shape = layers[i].shape
    var attributes: [String: AttributeValue] = [
      "NumChannels": .int(shape.channels), "inputDataType": .string(type(i).name),
    ]
    if source.height == source.width, rows == columns {
      attributes["IFMDim"] = .int(source.height)
      attributes["OFMDim"] = .int(shape.height)
      attributes["DimMode"] = .int(0)
    } else {
      attributes["HI"] = .int(source.height)
      attributes["WI"] = .int(source.width)
      attributes["HO"] = .int(shape.height)
      attributes["WO"] = .int(shape.width)
      attributes["SIMD"] = .int(shape.channels)
    }
    return add("UpsampleNearestNeighbour", attributes, inputs: [take(layers[i].inputs[0])])[0]
  }
}
