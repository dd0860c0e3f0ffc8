import SimKernels

/// Whole frames in dataflow order, all frames of a node before the next node. Between two nodes streams can be
/// looked at, replaced for those that read them, and dropped.
package struct StepwiseRun {
  private let plane: Dataplane
  private let replaced: [String: Integers]
  private let threads: Int
  private let frames: Int
  private var next = 0
  private var streams: [String: Integers] = [:]
  private var findings: [NodeFinding] = []

  /// - Parameters:
  ///   - inputs: by graph input, as `Dataplane.run` takes them.
  ///   - replaced: streams whose elements are taken as stated instead of as computed.
  ///   - threads: how many frames are computed at the same time at most.
  /// - Throws: `InputError` for missing inputs, wrong shapes and values outside their type.
  package init(
    _ plane: Dataplane, _ inputs: [String: Tensor], replacing replaced: [String: Integers] = [:],
    threads: Int = 1
  ) throws {
    let sources = try plane.elements(of: inputs)
    self.plane = plane
    self.replaced = replaced
    self.threads = threads
    frames = sources.first?.frames ?? 1
    for source in sources { streams[name(source.stream)] = source.elements }
  }

  /// What is computed so far and not dropped.
  package var result: DataplaneResult {
    let layouts = streams.keys.reduce(into: [:]) { $0[$1] = layout(plane.graph.index(of: $1)) }
    return DataplaneResult(frames: frames, streams: streams, findings: findings, layouts: layouts)
  }

  private func name(_ stream: Int) -> String { plane.graph.streams[stream].name }
  private func layout(_ stream: Int) -> StreamLayout? { plane.layouts[stream] }

  /// Computes the next node; the names of the streams it writes, or nil when all have been computed.
  package mutating func advance() throws -> [String]? {
    guard next < plane.steps.count else { return nil }
    let step = plane.steps[next]
    let computed = try compute(step)
    next += 1
    findings += computed.flatMap(\.findings)
    for stream in step.outputs {
      guard let layout = layout(stream) else { continue }
      streams[name(stream)] =
        replaced[name(stream)]
        ?? .joined(
          computed.map { $0.streams[stream]! }, rowLength: layout.rowLength, format: layout.format)
    }
    return step.outputs.map(name)
  }

  private func compute(_ step: Dataplane.Step) throws -> [ComputedFrame] {
    let (plane, frames) = (plane, frames)
    let read = step.inputs.map { (elements: streams[name($0)]!, layout: layout($0)!) }
    return try FrameWork(frames: frames, threads: threads, progress: nil) { frame in
      let inputs = read.indices.map { i in
        let (elements, layout) = read[i]
        let n = layout.count
        let own =
          frames == 1
          ? elements
          : elements.elements(frame * n..<(frame + 1) * n, rowLength: layout.rowLength)
        return step.adapters[i].apply(own, rowLength: step.ports[i].rowLength)
      }
      let result = try plane.perform(step) { try step.bits.frame(inputs) }
      return ComputedFrame(
        streams: Dictionary(uniqueKeysWithValues: zip(step.outputs, result.outputs)),
        findings: result.findings.map {
          NodeFinding(node: step.node.name, frame: frame, finding: $0)
        })
    }.run()
  }

  /// From now on who reads `stream` reads these elements of all frames.
  package mutating func replace(_ stream: String, by elements: Integers) {
    streams[stream] = elements
  }

  /// Drops what nobody will look at any more who looks at the streams of `compared`, and at what those are
  /// computed from.
  ///
  /// A stream is needed until all nodes that read it have been computed, and what they write has been compared or is
  /// dropped itself.
  package mutating func drop(behind compared: Set<String>) {
    var isStable = false
    while !isStable {
      isStable = true
      for stream in streams.keys where !isNeeded(stream, compared) {
        streams[stream] = nil
        isStable = false
      }
    }
  }

  private func isNeeded(_ stream: String, _ compared: Set<String>) -> Bool {
    let index = plane.graph.index(of: stream)
    let readers = plane.steps.indices.filter { plane.steps[$0].inputs.contains(index) }
    return readers.isEmpty
      || readers.contains { reader in
        reader >= next
          || plane.steps[reader].outputs.map(name).contains {
            streams[$0] != nil && !compared.contains($0)
          }
      }
  }
}
