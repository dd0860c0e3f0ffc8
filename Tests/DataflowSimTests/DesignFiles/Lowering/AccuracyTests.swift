import DataflowAnalysis
import DesignFiles
import Foundation
import OriginalModel
import Testing

/// Labels and pictures of models as trained and as hardware.
@Suite struct AccuracyTests {
  /// Three classes whose order a factor per class behind the Softmax turns.
  private func turned() -> ModelBuilder {
    var model = ModelBuilder(input: [1, 4])
    model.quantise("x", "q")
    model.constant("w", [1, -1, 0, 0, 1, -1, 1, 0, 1, -1, 1, 1], [4, 3])
    model.add("MatMul", ["q", "w"], ["m"])
    model.quantise("m", "c", scale: 0.5)
    model.add("Softmax", ["c"], ["s"], numbers: ["axis": -1])
    model.constant("f", [0.01, 1, 30], [3])
    model.add("Mul", ["s", "f"], ["y"])
    return model
  }

  private static let frames = 16

  private func measured(
    _ model: ModelBuilder, _ goal: (Reference, ModelFrames) throws -> AccuracyGoal
  )
    throws -> (trained: AccuracyResult, hardware: AccuracyResult)
  {
    let reference = try Reference(model.model())
    let frames = try reference.frames(of: reference.randomFrames(Self.frames), file: "made up")
    let accuracy = Accuracy(try goal(reference, frames))
    return (
      try accuracy.trained(reference, frames, name: "m"),
      try accuracy.lowered(LoweredRun(LoweredModel(reference, name: "m")), frames, name: "m")
    )
  }

  private func outputs(_ reference: Reference, _ frames: ModelFrames) throws -> [[Float]] {
    try (0..<frames.count).map { try reference.run(frames.frame($0))["y"]!.floats }
  }

  /// What the host does behind the design belongs to the model in both columns.
  @Test func theHostsEndBelongsToTheHardware() throws {
    let labels = try measured(turned()) { reference, frames in
      .labels(try outputs(reference, frames).map { $0.firstIndex(of: $0.max()!)! })
    }
    #expect(labels.trained.correct == Self.frames && labels.hardware.correct == Self.frames)
    let pictures = try measured(turned()) { reference, frames in
      .pictures(try outputs(reference, frames), peak: 1)
    }
    #expect(pictures.trained.psnr == nil)
    #expect(pictures.hardware.psnr ?? .infinity > 100, "\(pictures.hardware)")
  }

  /// The order in front of the Softmax is another one, or the test above could not fail.
  @Test func theEndTurnsTheOrder() throws {
    let reference = try Reference(turned().model())
    let frames = try reference.frames(of: reference.randomFrames(Self.frames), file: "made up")
    let differing = try (0..<frames.count).count { index in
      let values = try reference.run(frames.frame(index), keep: .all)
      let (front, end) = (values["c"]!.floats, values["y"]!.floats)
      return front.firstIndex(of: front.max()!) != end.firstIndex(of: end.max()!)
    }
    #expect(differing > 2)
  }

  /// One picture that is its target does not make the others theirs.
  @Test func equalPicturesAreCounted() throws {
    func measure(_ change: (inout [[Float]]) -> Void) throws -> AccuracyResult {
      try measured(turned()) { reference, frames in
        var targets = try outputs(reference, frames)
        change(&targets)
        return .pictures(targets, peak: 1)
      }.trained
    }
    let all = try measure { _ in }
    #expect(all.isEqual == true && all.equalFrames == Self.frames && all.psnr == nil)
    let one = try measure { targets in
      for i in targets.indices.dropFirst() { targets[i][0] += 0.5 }
    }
    #expect(one.isEqual == false && one.equalFrames == 1)
    // An error of 0.5 in one of three numbers.
    #expect(abs((one.psnr ?? 0) - 10 * log10(12)) < 1e-3, "\(one)")
    let none = try measure { $0[3][0] = .nan }
    #expect(none.isEqual == false && none.psnr == nil)
  }

  /// The two best of three.
  private func twoBest() -> ModelBuilder {
    var model = ModelBuilder(input: [1, 4], outputs: ["y"])
    model.quantise("x", "q")
    model.constant("w", [1, -1, 0, 0, 1, -1, 1, 0, 1, -1, 1, 1], [4, 3])
    model.add("MatMul", ["q", "w"], ["m"])
    model.quantise("m", "c", scale: 0.5)
    model.constant("k", integers: [2])
    model.add("TopK", ["c", "k"], ["v", "y"], numbers: ["axis": -1])
    return model
  }

  /// The first is the label, and how often it is among both is told beside.
  @Test func theBestOfSeveralIsTheLabel() throws {
    let model = twoBest()
    let both = try measured(model) { reference, frames in
      .labels(
        try (0..<frames.count).map {
          Int(try reference.run(frames.frame($0))["y"]!.floats[0])
        })
    }
    #expect(both.trained.correct == Self.frames && both.hardware.correct == Self.frames)
    let second = try measured(model) { reference, frames in
      .labels(
        try (0..<frames.count).map {
          Int(try reference.run(frames.frame($0))["y"]!.floats[$0 % 2])
        })
    }
    for result in [second.trained, second.hardware] {
      #expect(result.correct == Self.frames / 2 && result.top1 == 0.5, "\(result)")
      #expect(result.labelsPerFrame == 2, "\(result)")
    }
    // An element at its type's minimum never enters in hardware: label 0 stands in its place.
    #expect(second.trained.correctAmong == Self.frames && second.trained.topK == 1)
    #expect(second.hardware.correctAmong ?? 0 > Self.frames / 2, "\(second.hardware)")
    for (labels, hint) in [
      ([0, 2, 3], "labels count from 0"), ([1, 2, 3], "subtract 1 from all"),
    ] {
      let text = inputError {
        _ = try measured(model) { _, frames in
          .labels((0..<frames.count).map { labels[$0 % 3] })
        }
      }
      #expect(
        text.contains("holds 3 for frame 2, but there are 3 classes, 0 to 2")
          && text.contains(hint),
        "\(text)")
    }
  }

  /// Labels that a design by itself chooses are no scores of classes, however many they are.
  @Test func severalLabelsOfADesignAreLabels() throws {
    let reference = try Reference(twoBest().model())
    let frames = try reference.frames(of: reference.randomFrames(Self.frames), file: "made up")
    let lowered = try LoweredModel(reference, name: "m")
    let plane = try Dataplane(lowered.loaded.design, parameters: lowered.loaded.parameters)
    let own = try LoweredRun(lowered).feed(frames, 0..<frames.count)
    let output = lowered.loaded.design.graphOutputs[0]
    let labels = try plane.run(own, keep: .outputs, threads: 1) { _ in }.tensor(output)
      .asIntegers(name: output)
    // By turns the first label, the last, and one that is missing: both may be 0, where
    // elements are at their type's minimum.
    let goal = (0..<frames.count).map { frame in
      let both = [labels[2 * frame], labels[2 * frame + 1]]
      return (both + [(0..<3).first { !both.contains($0) }!])[frame % 3]
    }
    let first = goal.indices.count { goal[$0] == labels[2 * $0] }
    let result = try Accuracy(.labels(goal)).design(
      lowered.loaded, .own(own), plane: plane, name: "d")
    #expect(result.correct == first && first < Self.frames, "\(result)")
    #expect(result.labelsPerFrame == 2, "\(result)")
    #expect(result.correctAmong == goal.indices.count { $0 % 3 < 2 }, "\(result)")
  }

  @Test(arguments: [
    ((1...3).map { $0 }, "subtract 1 from all"), ([0, 1, 255], "labels count from 0"),
    ([-1, 0, 1], "labels count from 0"),
  ]) func aLabelThatIsNoClassIsRefused(_ labels: [Int], _ hint: String) throws {
    let text = inputError {
      _ = try measured(turned()) { _, frames in
        .labels((0..<frames.count).map { labels[$0 % labels.count] })
      }
    }
    #expect(text.contains("there are 3 classes, 0 to 2") && text.contains(hint), "\(text)")
  }
}
