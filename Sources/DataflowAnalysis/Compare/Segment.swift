import SimKernels

/// The node that computes a compared stream, with what stands between the two and has no reference of
/// its own: a Thresholding, FIFOs, converters. An RTL layer and its thresholds are two nodes; a trained
/// network knows only what comes out of both.
struct Segment {
  /// In flow order; the last one writes the compared stream.
  let steps: [Dataplane.Step]
  /// What the first step reads, all frames, as its port takes them.
  private let input: Integers

  /// - Parameter compared: the streams that have a reference.
  init?(_ node: Node, plane: Dataplane, result: DataplaneResult, compared: Set<String>) {
    guard let writer = plane.steps.first(where: { $0.node.name == node.name }) else { return nil }
    var steps = [writer]
    while steps[0].node.passesValuesOn || steps[0].bits is ThresholdingBits,
      steps[0].inputs.count == 1,
      !compared.contains(plane.graph.streams[steps[0].inputs[0]].name),
      let feeder = plane.steps.first(where: { $0.outputs.contains(steps[0].inputs[0]) }),
      feeder.outputs.count == 1
    {
      steps.insert(feeder, at: 0)
    }
    // Buffers alone explain nothing that the node itself does not.
    if steps[0].bits is SlidingWindowBits { steps.removeFirst() }
    guard let first = steps.first, let stream = first.inputs.first,
      let elements = result.streams[plane.graph.streams[stream].name]
    else { return nil }
    self.steps = steps
    input = first.adapters[0].apply(elements, rowLength: first.ports[0].rowLength)
  }

  /// Elements of a frame at the first step's input, and of a row.
  var frame: Int { steps[0].ports[0].count }
  var nodes: Set<String> { Set(steps.map(\.node.name)) }
  /// The stream that the first step reads.
  var source: Int { steps[0].inputs[0] }

  /// What comes out of one frame, frame after frame; `nil` when a step refuses it.
  ///
  /// - Parameters:
  ///   - change: what is done to a frame of the input first.
  ///   - bits: what a step computes instead of its own.
  func outputs(
    change: @escaping (Integers) -> Integers = { $0 },
    bits: @escaping (Dataplane.Step) -> any BlockBits = { $0.bits }
  ) -> some Sequence<[Int64]?> {
    let whole = frame > 0 && steps[0].inputs.count == 1 && input.count % frame == 0
    let starts = whole ? stride(from: 0, to: input.count, by: frame) : stride(from: 0, to: 0, by: 1)
    return starts.lazy.map { start in
      let row = steps[0].ports[0].rowLength
      var values = change(input.elements(start..<start + frame, rowLength: row))
      for (i, step) in steps.enumerated() {
        if i > 0 { values = step.adapters[0].apply(values, rowLength: step.ports[0].rowLength) }
        guard let made = try? bits(step).frame([values]).outputs.first else { return nil }
        values = made
      }
      return values.int64s
    }
  }

  /// Whether the changed segment gives exactly what the reference has.
  func gives(
    _ s: Sample, change: @escaping (Integers) -> Integers = { $0 },
    bits: @escaping (Dataplane.Step) -> any BlockBits = { $0.bits }
  ) -> Bool {
    var position = 0
    for output in outputs(change: change, bits: bits) {
      guard position < s.expected.count else { return true }
      guard let output else { return false }
      for value in output.prefix(s.expected.count - position) {
        guard abs(Double(value) - s.expected[position]) <= s.tolerance else { return false }
        position += 1
      }
    }
    return position >= s.expected.count && position > 0
  }

  /// The positions at which a hazard of one of the nodes shows, by comparison with what comes out
  /// without it.
  func struck(_ s: Sample) -> (hazard: Hazard, positions: Set<Int>)? {
    guard
      let hazard = steps.lazy.compactMap({ ($0.bits as? any HazardousBits)?.hazard }).first
    else { return nil }
    var positions: Set<Int> = []
    var position = 0
    for output in outputs(bits: { ($0.bits as? any HazardousBits)?.withoutHazard ?? $0.bits }) {
      guard let output else { return nil }
      for value in output where position < s.actual.count {
        if Double(value) != s.actual[position] { positions.insert(position) }
        position += 1
      }
    }
    return positions.isEmpty ? nil : (hazard, positions)
  }
}
