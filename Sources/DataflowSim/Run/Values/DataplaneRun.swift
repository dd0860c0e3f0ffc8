import SimKernels

/// Which streams a run keeps.
public enum KeptStreams: Sendable {
  /// The graph outputs.
  case outputs
  /// Every stream of the design.
  case all
  /// These, by name.
  case named(Set<String>)
}

/// One thing to report, with the node and the frame it came from.
public struct NodeFinding: Sendable, Equatable {
  public var node: String
  public var frame: Int
  /// What was found.
  public var finding: BitFinding

  /// Something that happened at `node` in `frame`, from 0.
  public init(node: String, frame: Int, finding: BitFinding) {
    self.node = node
    self.frame = frame
    self.finding = finding
  }
}

/// What a run computed.
public struct DataplaneResult: Sendable {
  /// Frames computed.
  public let frames: Int
  /// Kept streams by name: the elements of all frames in order.
  public let streams: [String: Integers]
  public let findings: [NodeFinding]
  let layouts: [String: StreamLayout]

  package init(
    frames: Int, streams: [String: Integers], findings: [NodeFinding],
    layouts: [String: StreamLayout]
  ) {
    self.frames = frames
    self.streams = streams
    self.findings = findings
    self.layouts = layouts
  }

  /// A kept stream as an array of shape `(frames, normal shape…)`.
  ///
  /// Throws `InputError` for a stream that was not kept.
  public func tensor(_ name: String) throws -> Tensor {
    guard let elements = streams[name], let layout = layouts[name] else {
      throw InputError("the stream '\(name)' was not kept")
    }
    return try elements.tensor(type: layout.dataType, shape: [frames] + layout.shape, name: name)
  }

  /// A kept stream as packed words, `layout.word.limbs` 64-bit words each, in stream order.
  public func packedWords(_ name: String) -> [UInt64]? {
    streams[name].flatMap { elements in layouts[name].map { $0.word.pack(elements) } }
  }
}

extension Dataplane {
  /// Runs whole frames in dataflow order.
  ///
  /// - Parameters:
  ///   - inputs: by graph input; leading axis frames, then the input's normal shape with or without
  ///     its batch axis of 1. All have as many frames.
  ///   - keep: the streams wanted.
  ///   - replaced: streams whose elements (of all frames) are taken as stated instead of as computed,
  ///     by what reads them too.
  ///   - threads: how many frames are computed at the same time at most.
  ///   - progress: called after every frame with the number of frames done, one call at a time.
  /// - Throws: `InputError` for missing inputs, wrong shapes and values outside their type.
  public func run(
    _ inputs: [String: Tensor], keep: KeptStreams = .outputs,
    replacing replaced: [String: Integers] = [:], threads: Int = 1,
    progress: ((Int) -> Void)? = nil
  ) throws -> DataplaneResult {
    let sources = try elements(of: inputs)
    let frames = sources.first?.frames ?? 1
    let kept = try keptStreams(keep)
    let computed = try FrameWork(frames: frames, threads: threads, progress: progress) { frame in
      var values = [Integers?](repeating: nil, count: graph.streams.count)
      for source in sources {
        let n = source.layout.count
        values[source.stream] =
          frames == 1
          ? source.elements
          : source.elements.elements(
            frame * n..<(frame + 1) * n, rowLength: source.layout.rowLength)
      }
      var findings: [NodeFinding] = []
      try compute(&values, frame: frame, kept: kept, replaced, findings: &findings)
      let wanted = kept.map { ($0, values[$0]!) }
      return ComputedFrame(streams: Dictionary(uniqueKeysWithValues: wanted), findings: findings)
    }.run()
    var collected: [Int: [Integers]] = [:]
    for stream in kept { collected[stream] = computed.map { $0.streams[stream]! } }
    return result(collected, frames, computed.flatMap(\.findings))
  }

  /// Computes every stream of one frame; those not in `kept` are dropped once read.
  private func compute(
    _ values: inout [Integers?], frame: Int, kept: Set<Int>, _ replaced: [String: Integers],
    findings: inout [NodeFinding]
  ) throws {
    for step in steps {
      let inputs = step.inputs.indices.map { i in
        step.adapters[i].apply(values[step.inputs[i]]!, rowLength: step.ports[i].rowLength)
      }
      for stream in step.inputs where !kept.contains(stream) { values[stream] = nil }
      let result = try perform(step) { try step.bits.frame(inputs) }
      for (stream, elements) in zip(step.outputs, result.outputs) {
        values[stream] = elements
        guard !replaced.isEmpty, let own = replaced[graph.streams[stream].name] else { continue }
        let n = elements.count
        values[stream] = own.elements(
          frame * n..<(frame + 1) * n, rowLength: layouts[stream]?.rowLength ?? n)
      }
      for finding in result.findings {
        findings.append(NodeFinding(node: step.node.name, frame: frame, finding: finding))
      }
    }
  }

  /// Runs `body`, naming the node in its errors.
  func perform<T>(_ step: Step, _ body: () throws -> T) throws -> T {
    do {
      return try body()
    } catch let error as InputError {
      throw error.at("node '\(step.node.name)'")
    }
  }

  private func keptStreams(_ keep: KeptStreams) throws -> Set<Int> {
    switch keep {
    case .outputs: return Set(design.graphOutputs.map(graph.index))
    case .all: return Set(layouts.indices.filter { layouts[$0] != nil })
    case .named(let names):
      return Set(
        try names.map { name in
          _ = try layout(of: name)
          return graph.index(of: name)
        })
    }
  }

  private func result(
    _ collected: [Int: [Integers]], _ frames: Int, _ findings: [NodeFinding]
  ) -> DataplaneResult {
    var streams: [String: Integers] = [:]
    var names: [String: StreamLayout] = [:]
    for (stream, parts) in collected {
      guard let layout = layouts[stream] else { continue }
      let name = graph.streams[stream].name
      streams[name] = .joined(parts, rowLength: layout.rowLength, format: layout.format)
      names[name] = layout
    }
    return DataplaneResult(frames: frames, streams: streams, findings: findings, layouts: names)
  }
}

// MARK: Inputs

extension Dataplane {
  struct Source {
    let stream: Int
    let layout: StreamLayout
    let frames: Int
    let elements: Integers
  }

  func elements(of tensors: [String: Tensor]) throws -> [Source] {
    let wanted = inputs
    if let stranger = tensors.keys.filter({ !wanted.contains($0) }).min() {
      let near = nearestName(to: stranger, among: wanted)
      throw InputError(
        "the design has no graph input '\(stranger)'",
        hint: near.map { "did you mean '\($0)'?" }
          ?? "its inputs are \(wanted.joined(separator: ", "))")
    }
    let sources = try wanted.map { name -> Source in
      guard let tensor = tensors[name] else {
        throw InputError("no data for the graph input '\(name)'")
      }
      return try source(name, tensor)
    }
    if let first = sources.first, let other = sources.first(where: { $0.frames != first.frames }) {
      throw InputError(
        "the graph input '\(graph.streams[other.stream].name)' has \(other.frames) frames, "
          + "'\(graph.streams[first.stream].name)' \(first.frames)")
    }
    return sources
  }

  private func source(_ name: String, _ tensor: Tensor) throws -> Source {
    let layout = try layout(of: name)
    let index = graph.index(of: name)
    if let frames = Self.frames(of: tensor.shape, layout.shape) {
      let elements = try tensor.elements(
        of: layout.dataType, name: name, rowLength: layout.rowLength)
      return Source(stream: index, layout: layout, frames: frames, elements: elements)
    }
    if let packed = try memoryImage(index, name, tensor, layout) { return packed }
    throw misshapen(name, tensor.shape, layout)
  }

  /// Throws unless an array of `shape` can be the frames of the graph input `name`.
  public func requireFrames(_ name: String, _ shape: [Int]) throws {
    let layout = try layout(of: name)
    let behind = layoutBehindDMA(graph.indexByName[name] ?? 0)
    guard Self.frames(of: shape, layout.shape) == nil,
      behind.flatMap({ Self.frames(of: shape, $0.shape) }) == nil
    else { return }
    throw misshapen(name, shape, layout)
  }

  private func misshapen(_ name: String, _ found: [Int], _ layout: StreamLayout) -> InputError {
    let shape = layout.shape.map(String.init).joined(separator: ", ")
    let short = layout.shape.dropFirst().map(String.init).joined(separator: ", ")
    let needed =
      layout.shape.first == 1 && layout.shape.count > 1
      ? "needed: (frames, \(shape)) or (frames, \(short))" : "needed: (frames, \(shape))"
    let spatial = layout.shape.dropFirst().dropLast()
    let channelsFirst = layout.shape.suffix(1) + spatial
    return InputError(
      "has shape \(found)", at: "input '\(name)'",
      hint: !spatial.isEmpty && found.suffix(channelsFirst.count) == channelsFirst
        ? needed + "; it seems to have its channels first (NCHW): move them last" : needed)
  }

  /// Frames of a tensor of `shape` for a normal shape: all axes behind the first are the normal
  /// shape, the normal shape without some of its leading 1s, or the frame as one axis.
  static func frames(of shape: [Int], _ normal: [Int]) -> Int? {
    guard let frames = shape.first, frames > 0 else { return nil }
    let rest = Array(shape.dropFirst())
    let dropped = normal.count - rest.count
    if dropped >= 0, normal.prefix(dropped).allSatisfy({ $0 == 1 }), rest[...] == normal[dropped...]
    {
      return frames
    }
    return rest == [product(normal)] ? frames : nil
  }

  /// The tensor behind an IODMA may be given as itself; it is packed to the bytes in memory.
  private func memoryImage(
    _ stream: Int, _ name: String, _ tensor: Tensor, _ layout: StreamLayout
  ) throws -> Source? {
    guard let target = layoutBehindDMA(stream), target.format != layout.format,
      let frames = Self.frames(of: tensor.shape, target.shape)
    else { return nil }
    let elements = try tensor.elements(of: target.dataType, name: name, rowLength: target.rowLength)
    let bytes = target.word.memoryBytes(target.word.pack(elements))
    guard bytes.count == frames * layout.count, layout.format.bits == 8 else { return nil }
    return Source(
      stream: stream, layout: layout, frames: frames,
      elements: Integers(
        bytes.map { Int64($0) }, rowLength: layout.rowLength, format: layout.format))
  }

  private func layoutBehindDMA(_ stream: Int) -> StreamLayout? {
    var current = stream
    for _ in 0...steps.count {
      guard let step = steps.first(where: { $0.inputs.contains(current) }) else { return nil }
      let port = step.ports[step.inputs.firstIndex(of: current) ?? 0]
      if port.format != layouts[stream]?.format { return port }
      guard step.node.role == .memoryAccess || step.node.role == .fifo,
        let next = step.outputs.first
      else { return nil }
      current = next
    }
    return nil
  }
}
