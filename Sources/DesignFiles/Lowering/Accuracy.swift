import DataflowSim
import FoundationEssentials
import Glibc
import OriginalModel
import SimModel

/// What a network is good for: how many labels are right, or how near its pictures come to their targets.
public struct AccuracyResult: Codable, Sendable {
  /// The file.
  public var subject: String
  /// `as trained`, or `as hardware`.
  public var computed: String
  public var frames: Int
  /// Frames whose largest output, or first of the labels that come out, is the label.
  public var correct: Int?
  /// Share of the frames, 0 to 1.
  public var top1: Double?
  /// How many labels a frame comes with, best first, where they are more than one: the first is `top1`'s.
  public var labelsPerFrame: Int?
  /// Frames whose label is among these; nil where there are no several.
  public var correctAmong: Int?
  /// Share of the frames, 0 to 1.
  public var topK: Double?
  /// Mean of the peak signal to noise ratio against the targets, in dB, over the frames that are not equal to
  /// them; nil when all are, or where numbers are infinite or none.
  public var psnr: Double?
  /// Whether all pictures are their targets; nil for labels.
  public var isEqual: Bool?
  /// How many pictures are their targets; nil for labels.
  public var equalFrames: Int?
  /// Defects of the hardware that changed values; nil when none did.
  public var hazards: [Strike]?

  /// A defect of the hardware and how many values it changed; none where everything is shifted.
  public struct Strike: Codable, Sendable, Equatable {
    public var hazard: String
    public var node: String
    /// How many values it changed; nil where everything is shifted.
    public var values: Int?
  }
}

/// What outputs are measured against.
public enum AccuracyGoal: Sendable {
  case labels([Int])
  /// Pictures, and the distance between the smallest and the largest value that a picture may have.
  case pictures([[Float]], peak: Double)

  /// Frames.
  public var count: Int {
    switch self {
    case .labels(let list): list.count
    case .pictures(let list, _): list.count
    }
  }
}

/// Adds up frames.
struct AccuracyCount {
  private let goal: AccuracyGoal
  private let file: String?
  private var correct = 0
  /// Labels of a frame, where they are several, and frames whose label is among them.
  private var labelsPerFrame: Int?
  private var correctAmong = 0
  private var decibels = 0.0
  /// Pictures that are their targets.
  private var equal = 0
  private var frames = 0

  /// - Parameter file: where the goal was read.
  init(_ goal: AccuracyGoal, file: String? = nil) { (self.goal, self.file) = (goal, file) }

  /// Counts frame `index` with these outputs.
  ///
  /// - Parameter named: how many labels they hold, the best first; nil: they are a number for each class.
  mutating func add(_ index: Int, _ output: [Float], named: Int?) throws {
    frames += 1
    switch goal {
    case .labels(let labels):
      guard named != nil || output.count > 1 else {
        throw InputError(
          "there is one output per frame, which chooses no class", file: file,
          hint: "--targets tells how near it comes")
      }
      if let named {
        let found = output.prefix(named).map { Int(exactly: $0) }
        if found.first == labels[index] { correct += 1 }
        guard named > 1 else { return }
        labelsPerFrame = named
        if found.contains(labels[index]) { correctAmong += 1 }
      } else {
        try requireClass(index, of: output.count)
        let found = output.indices.max { output[$0] < output[$1] } ?? 0
        // Equal largest outputs: the first is the label, as in training.
        if output.firstIndex(of: output[found]) ?? found == labels[index] { correct += 1 }
      }
    case .pictures(let targets, let peak):
      let target = targets[index]
      guard target.count == output.count else {
        throw InputError(
          "has \(target.count) elements per frame, the output \(output.count)", file: file)
      }
      let error = zip(output, target).reduce(0.0) { sum, pair in
        let d = Double(pair.0) - Double(pair.1)
        return sum + d * d
      }
      let mean = error / Double(max(1, output.count))
      if mean == 0 { equal += 1 } else { decibels += 10 * log10(peak * peak / mean) }
    }
  }

  /// Throws where a label is none of so many classes; nil: nothing tells how many there are.
  func requireClasses(_ count: Int?) throws {
    guard let count, case .labels(let labels) = goal else { return }
    for index in labels.indices { try requireClass(index, of: count) }
  }

  private func requireClass(_ index: Int, of count: Int) throws {
    guard case .labels(let labels) = goal, !(0..<count).contains(labels[index]) else { return }
    let countsFromOne = labels.allSatisfy { (1...max(1, count)).contains($0) }
    throw InputError(
      "holds \(labels[index]) for frame \(index), but there are \(count) classes, 0 to \(count - 1)",
      file: file,
      hint: countsFromOne
        ? "labels count from 0 here; subtract 1 from all" : "labels count from 0")
  }

  /// Counts frames that never come.
  mutating func miss(_ count: Int) { frames += count }

  func result(_ subject: String, _ computed: String) -> AccuracyResult {
    var result = AccuracyResult(subject: subject, computed: computed, frames: frames)
    switch goal {
    case .labels:
      result.correct = correct
      result.top1 = frames > 0 ? Double(correct) / Double(frames) : 0
      guard let labelsPerFrame else { break }
      result.labelsPerFrame = labelsPerFrame
      result.correctAmong = correctAmong
      result.topK = Double(correctAmong) / Double(frames)
    case .pictures:
      result.isEqual = frames > 0 && equal == frames
      result.equalFrames = equal
      let mean = decibels / Double(max(1, frames - equal))
      result.psnr = mean.isFinite && equal < frames ? mean : nil
    }
    return result
  }
}

/// Measures models and designs on the same frames.
public struct Accuracy: Sendable {
  /// What outputs are measured against, and frames computed at the same time.
  public let goal: AccuracyGoal
  public var threads = 1
  /// Where the goal was read, for messages.
  public var goalFile: String?
  /// Frames computed between two reports of progress.
  private static let portion = 64

  /// Measures against `goal`, one frame at a time.
  public init(_ goal: AccuracyGoal) { self.goal = goal }

  /// A model as it was trained.
  public func trained(
    _ reference: Reference, _ frames: ModelFrames, name: String,
    progress: (AccuracyResult) -> Void = { _ in }
  ) throws -> AccuracyResult {
    try check(frames.count)
    var count = AccuracyCount(goal, file: goalFile)
    if reference.endsInIndices, frames.count > 0 {
      try count.requireClasses(reference.classes(of: reference.run(frames.frame(0), keep: .all)))
    }
    for start in stride(from: 0, to: frames.count, by: Self.portion) {
      let size = min(Self.portion, frames.count - start)
      let outputs = try Parallel.all(size, workers: threads) {
        let values = try reference.run(frames.frame(start + $0))
        return values[reference.graph.outputs[0]]!
      }
      for (i, output) in outputs.enumerated() {
        try count.add(start + i, output.floats, named: reference.named(in: output))
      }
      progress(count.result(name, "as trained"))
    }
    return count.result(name, "as trained")
  }

  /// A model as the hardware it lowers to.
  public func lowered(
    _ run: LoweredRun, _ frames: ModelFrames, name: String,
    progress: (AccuracyResult) -> Void = { _ in }
  ) throws -> AccuracyResult {
    try check(frames.count)
    var count = AccuracyCount(goal, file: goalFile)
    let choice = run.model.loaded.design.labelChoice
    let named = run.model.endsInLabels ? choice?.named ?? 1 : nil
    if named != nil { try count.requireClasses(choice?.classes) }
    for start in stride(from: 0, to: frames.count, by: Self.portion) {
      let end = min(start + Self.portion, frames.count)
      let outputs = try run.run(frames, start..<end, threads: threads)[0]
      for (i, output) in outputs.enumerated() {
        if let end = try run.end(output, frames.frame(start + i)) {
          try count.add(start + i, end.values, named: end.named)
        } else {
          try count.add(
            start + i, isPictures ? run.model.inModelOrder(output) : output, named: named)
        }
      }
      progress(count.result(name, "as hardware"))
    }
    return count.result(name, "as hardware")
  }

  private var isPictures: Bool {
    if case .pictures = goal { true } else { false }
  }

  /// What a design is measured on.
  public enum Data: Sendable {
    /// Its own: integers in, integers out.
    case own([String: Tensor])
    /// A model's, with the design in the place of what it computes of it.
    case model(PlacedDesign, ModelFrames)

    /// Frames.
    public var count: Int {
      switch self {
      case .own(let inputs): inputs.values.first?.shape.first ?? 0
      case .model(_, let frames): frames.count
      }
    }

    fileprivate func feed(_ range: Range<Int>, plane: Dataplane, threads: Int) throws
      -> PlacedDesign.Feed
    {
      switch self {
      case .own(let inputs): .init(inputs: try inputs.mapValues { try $0.frames(range) })
      case .model(let design, let frames):
        try design.feed(frames, range, plane: plane, threads: threads)
      }
    }

    /// - Parameter named: how many labels the design itself chooses.
    fileprivate func outcome(_ integers: [Double], frame: Int, named: Int?) throws -> (
      values: [Float], named: Int?
    ) {
      switch self {
      // A single integer is a label already.
      case .own: (integers.map { Float($0) }, named ?? (integers.count == 1 ? 1 : nil))
      case .model(let design, let frames): try design.outcome(integers, frames.frame(frame))
      }
    }
  }

  /// A design, as the hardware computes it.
  public func design(
    _ loaded: LoadedDesign, _ data: Data, plane: Dataplane, name: String,
    progress: (AccuracyResult) -> Void = { _ in }
  ) throws -> AccuracyResult {
    let total = data.count
    try check(total)
    var count = AccuracyCount(goal, file: goalFile)
    let choice = loaded.design.labelChoice
    try count.requireClasses(choice?.classes)
    let output = loaded.design.graphOutputs[0]
    let size = try plane.layout(of: output).count
    func add(_ values: [Double], from start: Int) throws {
      let outcomes = try Parallel.all(values.count / size, workers: threads) { i in
        try data.outcome(
          Array(values[i * size..<(i + 1) * size]), frame: start + i, named: choice?.named)
      }
      for (i, outcome) in outcomes.enumerated() {
        try count.add(start + i, outcome.values, named: outcome.named)
      }
    }
    guard plane.shiftingNodes.isEmpty else {
      // Frames depend on those before them.
      let feed = try data.feed(0..<total, plane: plane, threads: threads)
      guard feed.given.isEmpty else {
        throw InputError(
          "prepares raw data in a way that the model does not contain, and a defect of '\(plane.shiftingNodes[0])' "
            + "shifts its frames", hint: "--design-input states the design's own data")
      }
      let values = try plane.moved(feed.inputs, output: output)
      let whole = min(total, values.count / size)
      try add(Array(values.prefix(whole * size)), from: 0)
      count.miss(total - whole)
      var result = count.result(name, "as hardware")
      result.hazards = plane.shiftingNodes.map {
        .init(hazard: Hazard.windowLeftoverRows.rawValue, node: $0, values: nil)
      }
      return result
    }
    var strikes: [[String]: Int] = [:]
    for start in stride(from: 0, to: total, by: Self.portion) {
      let end = min(start + Self.portion, total)
      let feed = try data.feed(start..<end, plane: plane, threads: threads)
      let result = try plane.run(
        feed.inputs, keep: .outputs, replacing: feed.given, threads: threads
      ) { _ in }
      for found in result.findings {
        guard let (hazard, values) = found.finding.strike else { continue }
        strikes[[hazard.rawValue, found.node], default: 0] += values
      }
      try add(result.tensor(output).asDoubles(), from: start)
      progress(count.result(name, "as hardware"))
    }
    var result = count.result(name, "as hardware")
    if !strikes.isEmpty {
      result.hazards = strikes.map { .init(hazard: $0[0], node: $0[1], values: $1) }
        .sorted { ($0.node, $0.hazard) < ($1.node, $1.hazard) }
    }
    return result
  }

  private func check(_ frames: Int) throws {
    guard frames != goal.count else { return }
    throw InputError(
      "holds \(goal.count.of(isPictures ? "picture" : "label")), but there \(frames == 1 ? "is" : "are") "
        + "\(frames.of("frame")) of data", file: goalFile,
      hint: "one for each frame of the input is needed")
  }
}

extension BitFinding {
  /// The defect of the hardware that this is, and the values it changed.
  fileprivate var strike: (hazard: Hazard, values: Int)? {
    switch self {
    case .narrowWrap(let count, _): (.narrowWrap, count)
    case .truncatedInput(let count): (.wideInput, count)
    default: nil
    }
  }
}
