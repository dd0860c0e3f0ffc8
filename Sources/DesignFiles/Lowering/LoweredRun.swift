import DataflowSim
import OriginalModel
import SimModel

/// Runs the design that a model lowers to on the model's own data: the host's part before and behind it
/// is done with the model's operations.
public struct LoweredRun: Sendable {
  /// What is run.
  public let model: LoweredModel
  private let plane: Dataplane
  private let host: Reference.Part
  private let tail: (start: String, part: Reference.Part)?

  /// - Parameter hazards: defects of the hardware that show in values; none are left out by default.
  public init(_ model: LoweredModel, hazards: ValueHazards = ValueHazards()) throws {
    self.model = model
    plane = try Dataplane(
      model.loaded.design, parameters: model.loaded.parameters, options: .init(hazards: hazards))
    host = model.reference.part(for: model.inputs)
    let reference = model.reference
    tail = model.tailStart.flatMap { start in
      let part = reference.part(for: [model.firstOutput], given: [start])
      // What else it takes must be the model's own input.
      let others = reference.inputs(of: part).subtracting([start])
      return others.isSubset(of: reference.graph.inputs.map(\.name)) ? (start, part) : nil
    }
  }

  /// The model's first output when the numbers in front of its end, channels last, are these, and how many
  /// labels it holds (`Reference.named`); nil where they are its output already.
  func end(_ numbers: [Float], _ frame: [String: Value]) throws -> (
    values: [Float], named: Int?
  )? {
    guard let tail, let value = model.value(numbers, of: tail.start) else { return nil }
    var values = frame
    values[tail.start] = value
    guard let result = try model.reference.run(tail.part, values)[model.firstOutput] else {
      return nil
    }
    return (result.floats, model.reference.named(in: result))
  }

  /// The numbers of each graph output for some frames, channels last, as the model gives them in
  /// front of what only picks or normalises (Softmax, TopK).
  public func run(_ frames: ModelFrames, _ range: Range<Int>, threads: Int = 1) throws
    -> [[[Float]]]
  {
    let stacked = try feed(frames, range, threads: threads)
    let result = try plane.run(stacked, keep: .outputs, threads: threads) { _ in }
    let design = model.loaded.design
    return try design.graphOutputs.enumerated().map { place, name in
      let integers = try result.tensor(name).asIntegers(name: name)
      let size = integers.count / range.count
      return try Parallel.all(range.count, workers: threads) { i in
        try model.values(of: Array(integers[i * size..<(i + 1) * size]), output: place)
      }
    }
  }

  /// What enters the design for some frames of the model's data: the host's part in front is done.
  public func feed(_ frames: ModelFrames, _ range: Range<Int>, threads: Int = 1) throws
    -> [String: Tensor]
  {
    let feeds = try Parallel.all(range.count, workers: threads) { i in
      try model.feed(model.reference.run(host, frames.frame(range.lowerBound + i)))
    }
    var stacked: [String: Tensor] = [:]
    for input in model.inputs {
      let parts = feeds.map { $0[input]! }
      stacked[input] = try Tensor(
        parts.flatMap { (try? $0.asIntegers(name: input)) ?? [] },
        shape: [range.count] + parts[0].shape.dropFirst())
    }
    return stacked
  }
}
