import SimKernels

/// Walks the streams of a design in dataflow order against reference activations.
public struct Comparison: Sendable {
  /// The design made ready for values, and its weights and thresholds.
  public let plane: Dataplane
  public let parameters: ParameterStore?
  /// Frames computed at the same time.
  public var threads = 1
  /// The reference is what a model gives for the same data: nothing of it was never recorded, and whoever has the
  /// model judges what float sums explain.
  public var isOfModel = false
  /// Is told the tensors compared so far.
  public var known: (@Sendable ([TensorComparison]) -> Void)?

  /// Throws `InputError` for a design whose values cannot be computed.
  public init(_ design: Design, parameters: ParameterStore?) throws {
    plane = try Dataplane(design, parameters: parameters)
    self.parameters = parameters
  }

  /// Compares the streams that `map` names (by name when nil), as many frames as both sides have.
  ///
  /// - Parameters:
  ///   - inputs: tensors of the graph inputs, leading axis frames.
  ///   - reference: what the streams should carry.
  ///   - map: which array belongs to which stream.
  ///   - stopsAtFirst: leave out everything behind the first real divergence.
  ///   - feedsReference: what reads a tensor is compared on the reference's values of it, so that each
  ///     layer is judged by itself.
  ///   - given: streams that have these values whatever their nodes compute.
  ///   - scenario: compare what the design moves under this scenario, faults and hazards included,
  ///     instead of what it computes. Words that never come are counted as missing.
  /// - Throws: `InputError` for missing arrays and shapes that do not fit.
  public func run(
    _ inputs: [String: Tensor], reference: NPZ, map: ReferenceMap?, stopsAtFirst: Bool = true,
    feedsReference: Bool = false, given: [String: Integers] = [:], under scenario: Scenario? = nil
  ) throws -> [TensorComparison] {
    try run(
      inputs, reference: reference, map: map, stopsAtFirst: stopsAtFirst,
      feedsReference: feedsReference, given: given, under: scenario
    ) { _, _ in }
  }

  /// The same, and each tensor that differs somewhere is handed over with all its differences while it is held.
  package func run(
    _ inputs: [String: Tensor], reference: NPZ, map: ReferenceMap?, stopsAtFirst: Bool = true,
    feedsReference: Bool = false, given: [String: Integers] = [:], under scenario: Scenario? = nil,
    judging: (TensorComparison, Differences) throws -> Void
  ) throws -> [TensorComparison] {
    WorkProgress.tell("what the design computes")
    let moved = try scenario.map { try MovedValues(plane.design, parameters, inputs, $0) }
    // Node by node, so that what a tensor is decided to be reaches the nodes behind it.
    var computed =
      try moved == nil
      ? StepwiseRun(plane, inputs, replacing: given, threads: threads) : nil
    let written = plane.steps.flatMap(\.outputs).map { plane.graph.streams[$0].name }
    let carried = moved.map { Set($0.result.streams.keys) } ?? Set(plane.inputs + written)
    let map = map ?? .byName(carried, in: reference.names)
    try requireKnownStreams(map, carried, reference)
    let against = Against(
      reference: reference, map: map, channelsFirst: try usesChannelsFirst(map, reference),
      moved: moved,
      shifted: plane.shiftingNodes.isEmpty ? nil : ShiftedWords(plane, inputs))
    var comparisons: [TensorComparison] = []
    var streams = moved == nil ? plane.inputs : plane.inputs + written
    while true {
      for stream in streams {
        guard let entry = map.entries[stream] else { continue }
        WorkProgress.tell("tensors compared", comparisons.count, of: map.entries.count)
        let isFirst = moved == nil && comparisons.allSatisfy { $0.node.isEmpty }
        let (comparison, differences) = try compare(
          stream, entry, computed?.result ?? moved!.result, against,
          images: isFirst ? inputs : nil)
        comparisons.append(comparison)
        known?(comparisons)
        if comparison.differing > 0 || !comparison.isFine { try judging(comparison, differences) }
        if stopsAtFirst, !comparison.isFine { return comparisons }
        if comparison.isFine || feedsReference, !comparison.node.isEmpty,
          let decided = comparison.decided
        {
          // What reads the tensor is compared on the reference's side of the tie.
          computed?.replace(stream, by: decided)
        }
      }
      computed?.drop(behind: Set(map.entries.keys))
      guard let more = try computed?.advance() else { return comparisons }
      streams = more
    }
  }

  /// What the streams are compared with.
  private struct Against {
    let reference: NPZ
    let map: ReferenceMap
    /// How the reference orders tensors whose shapes do not tell.
    let channelsFirst: Bool
    let moved: MovedValues?
    /// nil where no block takes words of one frame for the next one's.
    let shifted: ShiftedWords?
  }

  private func requireKnownStreams(
    _ map: ReferenceMap, _ carried: Set<String>, _ reference: NPZ
  ) throws {
    guard !map.entries.isEmpty else {
      throw InputError(
        "no stream of the design has an array of its name", file: reference.file,
        hint: "state which array belongs to which stream with --map")
    }
    if let stranger = map.entries.keys.filter({ !carried.contains($0) }).min() {
      let near = nearestName(to: stranger, among: carried)
      throw InputError(
        "the design has no stream '\(stranger)'", file: map.file, at: map.file == nil ? "map" : nil,
        hint: near.map { "did you mean '\($0)'?" })
    }
  }

  /// Arrays of `reference` that `run` leaves alone, sorted.
  public func unmatched(_ reference: NPZ, _ map: ReferenceMap?) -> [String] {
    let used = map.map { Set($0.entries.values.map(\.reference)) }
    let streams = Set(plane.graph.streams.map(\.name))
    return reference.names.filter { !(used ?? streams).contains($0) }.sorted()
  }

  private func compare(
    _ stream: String, _ entry: ReferenceMap.Entry, _ result: DataplaneResult, _ against: Against,
    images: [String: Tensor]?
  ) throws -> (TensorComparison, Differences) {
    let layout = try plane.layout(of: stream)
    try Self.requirePerChannel(entry, layout, stream, file: against.map.file)
    var values = try array(entry, of: stream, layout, against, limit: result.frames)
    let actual = try self.actual(stream, layout, result, most: values.count)
    let due = values.count / layout.elements
    values.removeLast(values.count - actual.count)
    let sample = Sample(
      expected: Self.expected(values, entry, layout, actual), actual: actual, layout: layout,
      unit: abs(entry.scale.first { $0 != 0 } ?? 1))
    var comparison = report(
      stream, entry, sample, result, compared: Set(against.map.entries.keys), images: images,
      shifted: against.moved == nil ? against.shifted.map { shifted(stream, layout, $0) } : nil)
    comparison.referenceFrames =
      try product(against.reference.shape(entry.reference)) / product(layout.shape)
    if let missing = against.moved?.missing(stream, of: due) {
      comparison.missingWords = missing.count
      comparison.firstMissingWord = missing.lowerBound
    }
    if let first = comparison.first {
      comparison.uncompared = uncompared(inFrontOf: stream, Set(against.map.entries.keys))
      comparison.origin = against.moved?.origin(of: first, on: stream, layout)
    }
    return (comparison, Differences(sample))
  }

  /// The reference's values of `stream`, channels last, at most `limit` frames.
  private func array(
    _ entry: ReferenceMap.Entry, of stream: String, _ layout: StreamLayout, _ against: Against,
    limit: Int
  ) throws -> [Double] {
    let reference = against.reference
    guard reference.contains(entry.reference) else {
      let near = nearestName(to: entry.reference, among: reference.names)
      throw InputError(
        "there is no array '\(entry.reference)' for stream '\(stream)'", file: reference.file,
        hint: near.map { "did you mean '\($0)'?" })
    }
    let array = try reference.tensor(entry.reference)
    let told = entry.channelsFirst ?? Self.order(array.shape, layout.shape)
    return try Self.channelsLast(
      array, as: layout.shape, limit: limit, name: entry.reference, file: reference.file,
      channelsFirst: told ?? against.channelsFirst)
  }

  /// The first `most` elements that the design has on `stream`, in its own integers.
  private func actual(
    _ stream: String, _ layout: StreamLayout, _ result: DataplaneResult, most: Int
  ) throws -> [Double] {
    let ordered = try inReferenceOrder(result.streams[stream]!, of: stream, layout)
    guard let stored = ordered.int64s else {
      throw InputError(
        "carries \(layout.dataType); more than 64 bits cannot be compared", at: "stream '\(stream)'"
      )
    }
    return layout.dataType == .float32
      ? ordered.floats(of: .float32).prefix(most).map(Double.init)
      : stored.prefix(most).map(Double.init)
  }

  /// The reference's `values` in the stream's integers; a channel without a scale has what the design has.
  private static func expected(
    _ values: [Double], _ entry: ReferenceMap.Entry, _ layout: StreamLayout, _ actual: [Double]
  ) -> [Double] {
    let channels = layout.shape.last ?? 1
    // Fixed-point numbers are compared as the integers their bits are.
    let fraction = Double(sign: .plus, exponent: layout.dataType.fractionBits, significand: 1)
    let expected = values.enumerated().map { i, value in
      let channel = i % channels
      let scale = entry.scale.count == 1 ? entry.scale[0] : entry.scale[channel % entry.scale.count]
      let offset =
        entry.offset.count == 1 ? entry.offset[0] : entry.offset[channel % entry.offset.count]
      return scale == 0 ? actual[i] : (value - offset) / scale * fraction
    }
    // XNOR layers show −1 and +1 as 0 and 1.
    guard layout.dataType == .bipolar, expected.allSatisfy({ $0 == 0 || $0 == 1 }) else {
      return expected
    }
    return expected.map { 2 * $0 - 1 }
  }

  /// Whole frames can be put in the reference's order.
  private func inReferenceOrder(
    _ elements: Integers, of stream: String, _ layout: StreamLayout
  ) throws -> Integers {
    guard let reorder = plane.referenceOrder(of: stream) else { return elements }
    let whole = elements.count / max(1, layout.count) * layout.count
    return reorder(
      whole == elements.count
        ? elements : elements.elements(0..<whole, rowLength: layout.rowLength))
  }

  private func report(
    _ stream: String, _ entry: ReferenceMap.Entry, _ sample: Sample, _ result: DataplaneResult,
    compared: Set<String>, images: [String: Tensor]?, shifted: (() -> [Double]?)?
  ) -> TensorComparison {
    let writer = plane.graph[stream].writer.map { plane.design.nodes[$0.node] }
    var comparison = TensorComparison(
      stream: stream, node: writer?.name ?? "", reference: entry.reference,
      elements: sample.expected.count, differing: sample.differing.count,
      maximumError: sample.maximumError * sample.unit, meanError: sample.meanError * sample.unit,
      sqnr: sample.sqnr, psnr: sample.psnr, shape: sample.layout.shape)
    if let first = sample.differing.first {
      comparison.first = sample.divergence(at: first)
      comparison.differences = sample.differing.prefix(TensorComparison.mostDifferences)
        .map(sample.divergence)
      comparison.picture = DivergencePicture(
        expected: sample.expected, actual: sample.actual, shape: sample.layout.shape, first: first,
        tolerance: sample.tolerance)
      let evidence = Evidence(
        writer, plane: plane, parameters: parameters, result: result, compared: compared,
        recompute: plane.referenceOrder(of: stream) == nil ? recomputed(stream, images) : nil,
        shifted: shifted,
        isPadded: isPadded(stream, compared))
      comparison.diagnosis = Diagnosis(sample, evidence: evidence, isOfModel: isOfModel)
      if plane.referenceOrder(of: stream) == nil {
        comparison.decided = result.streams[stream].map { sample.decided($0) }
      }
    }
    return comparison
  }

  /// The elements of `stream` where blocks in front of it take words of one frame for the next one's.
  private func shifted(_ stream: String, _ layout: StreamLayout, _ all: ShiftedWords) -> (
    () -> [Double]?
  ) {
    return {
      guard let words = all.words[stream],
        let ordered = try? inReferenceOrder(words.elements, of: stream, layout)
      else { return nil }
      return ordered.int64s?.map(Double.init)
    }
  }

  /// The nodes that change values between a stream and the compared ones in front of it.
  private func uncompared(inFrontOf stream: String, _ compared: Set<String>) -> [String] {
    var found: Set<String> = []
    var open = plane.steps.filter { step in
      step.outputs.contains { plane.graph.streams[$0].name == stream }
    }
    var seen = Set(open.map(\.node.name))
    while let step = open.popLast() {
      let inputs = step.inputs.filter { !compared.contains(plane.graph.streams[$0].name) }
      for writer in plane.steps
      where writer.outputs.contains(where: inputs.contains)
        && seen.insert(writer.node.name).inserted
      {
        if !writer.node.passesValuesOn { found.insert(writer.node.name) }
        open.append(writer)
      }
    }
    return plane.steps.map(\.node.name).filter(found.contains)
  }

  /// Whether a padding stands between a stream and the compared ones in front of it.
  private func isPadded(_ stream: String, _ compared: Set<String>) -> Bool {
    let front = Set(uncompared(inFrontOf: stream, compared))
    return plane.design.nodes.contains {
      front.contains($0.name) && Node.baseName($0.opType) == "FMPadding"
    }
  }

  /// Computes `stream` from the graph's images in another order.
  private func recomputed(_ stream: String, _ images: [String: Tensor]?) -> (
    (_ input: String, _ source: [Int], _ frames: Int) -> [Int64]?
  )? {
    guard let images else { return nil }
    return { input, source, frames in
      guard let image = images[input]?.reordered(source, frames: frames) else { return nil }
      let result = try? plane.run([input: image], keep: .named([stream]), threads: threads)
      return result?.streams[stream]?.int64s
    }
  }

  /// A list of scales or offsets has an entry per channel.
  private static func requirePerChannel(
    _ entry: ReferenceMap.Entry, _ layout: StreamLayout, _ stream: String, file: String?
  ) throws {
    let channels = layout.shape.last ?? 1
    for (name, list) in [("scale", entry.scale), ("offset", entry.offset)]
    where list.count != 1 && list.count != channels {
      throw InputError(
        "has \(list.count) entries; the stream has \(channels) channels",
        file: file, at: "stream '\(stream)', \(name)")
    }
  }

  /// Whether an array of `array` has its channels first, by its shape; `nil` when that fits both ways.
  private static func order(_ array: [Int], _ shape: [Int]) -> Bool? {
    let spatial = Array(shape.dropFirst().dropLast())
    guard shape.count > 2, let channels = shape.last else { return false }
    let own = Array(array.suffix(shape.count - 1))
    let isFirst = own == [channels] + spatial
    return isFirst && own == spatial + [channels] ? nil : isFirst
  }

  /// How the reference orders the tensors whose shapes tell: channels first if any does and none has
  /// them last.
  private func usesChannelsFirst(_ map: ReferenceMap, _ reference: NPZ) throws -> Bool {
    var orders: Set<Bool> = []
    for (stream, entry) in map.entries where reference.contains(entry.reference) {
      let layout = try plane.layout(of: stream)
      guard layout.shape.count > 2, layout.shape.dropFirst().dropLast().contains(where: { $0 > 1 })
      else { continue }
      if let order = try Self.order(reference.tensor(entry.reference).shape, layout.shape) {
        orders.insert(order)
      }
    }
    return orders == [true]
  }

  /// The array's elements with the channel axis last, frame after frame.
  private static func channelsLast(
    _ array: Tensor, as shape: [Int], limit: Int, name: String, file: String, channelsFirst: Bool
  ) throws -> [Double] {
    let perFrame = product(shape)
    let frames = min(limit, try Self.frames(of: array, as: shape, name: name, file: file))
    let values: [Double]
    do {
      values = try array.comparable(
        Array(array.asDoubles().prefix(frames * perFrame)), name: name)
    } catch let error as InputError {
      throw error.inFile(file)
    }
    let spatial = Array(shape.dropFirst().dropLast())
    let channels = shape.last ?? 1
    guard channelsFirst, shape.count > 2 else { return values }
    let pixels = spatial.reduce(1, *)
    var moved = values
    for f in 0..<frames {
      for c in 0..<channels {
        for p in 0..<pixels {
          moved[(f * pixels + p) * channels + c] = values[(f * channels + c) * pixels + p]
        }
      }
    }
    return moved
  }
}

/// The words of all streams where blocks take words of one frame for the next one's, once they are asked for.
private final class ShiftedWords {
  private let plane: Dataplane
  private let inputs: [String: Tensor]

  init(_ plane: Dataplane, _ inputs: [String: Tensor]) {
    (self.plane, self.inputs) = (plane, inputs)
  }

  /// None where they cannot be computed.
  lazy var words = (try? plane.words(of: plane.sourceData(inputs).words)) ?? [:]
}

extension Tensor {
  /// `values`, the first of its own, if all are numbers that others can be compared with.
  ///
  /// - Parameter name: of the array; nil for the only one of a file.
  func comparable(_ values: [Double], name: String?) throws -> [Double] {
    guard let bad = values.firstIndex(where: { !$0.isFinite }) else { return values }
    let place = "index \(Tensor.indices(of: bad, in: shape))"
    throw InputError(
      "\(values[bad]) is no number to compare with",
      at: name.map { "array '\($0)', \(place)" } ?? place)
  }
}
