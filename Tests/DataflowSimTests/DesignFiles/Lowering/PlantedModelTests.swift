import DataflowAnalysis
import DesignFiles
import Foundation
import OriginalModel
import Testing

/// What is wrong between a model and the design that should be it, planted and named.
@Suite struct PlantedModelTests {
  private typealias Convolution = PlantedModel.Convolution

  @Test func theModelsOwnDesignIsRight() throws {
    let outcome = try PlantedModel(Convolution().model).compare()
    #expect(outcome.wrong == nil && outcome.verdicts.isEmpty && outcome.pairs.count == 2)
  }

  @Test(arguments: [
    ("the kernels are turned by half a turn", 0), ("mirrored left to right", 1),
    ("mirrored top to bottom", 2), ("rows and columns of the kernels are exchanged", 3),
    ("reverse order (RGB against BGR)", 4),
  ])
  func weightsInAnotherOrderAreNamed(_ finding: String, _ kind: Int) throws {
    let right = Convolution()
    let wrong = right.moved { c, y, x in
      [(c, 2 - y, 2 - x), (c, y, 2 - x), (c, 2 - y, x), (c, x, y), (1 - c, y, x)][kind]
    }
    let outcome = try PlantedModel(right.model, as: wrong.model).compare()
    #expect(outcome.verdicts.map(\.finding).contains { $0.contains(finding) }, "\(outcome.text)")
    #expect(outcome.wrong != nil)
  }

  /// The same layer with its thresholds in a block of their own, as RTL designs have it.
  @Test func weightsAreSeenThroughAThresholdingOfItsOwn() throws {
    let right = Convolution()
    let wrong = right.moved { c, y, x in (c, 2 - y, 2 - x) }
    let sound = try PlantedModel(right.model).compare { try $0.separateThresholds("MVAU_hls_0") }
    #expect(sound.wrong == nil && sound.verdicts.isEmpty, "\(sound.text)")
    let outcome = try PlantedModel(right.model, as: wrong.model).compare {
      try $0.separateThresholds("MVAU_hls_0")
    }
    #expect(outcome.verdicts.map(\.node) == ["Thresholding_apart"])
    #expect(outcome.text.contains("turned by half a turn"), "\(outcome.text)")
  }

  @Test func aBiasAppliedTwiceOrNotAtAllIsNamed() throws {
    var right = Convolution()
    right.bias = [9, -13, 5]
    var twice = right
    twice.bias = [18, -26, 10]
    var none = right
    none.bias = nil
    let doubled = try PlantedModel(right.model, as: twice.model).compare()
    #expect(doubled.text.contains("is applied twice"), "\(doubled.text)")
    let missing = try PlantedModel(right.model, as: none.model).compare()
    #expect(missing.text.contains("is missing in the thresholds"), "\(missing.text)")
  }

  /// Zero point 5 of the input: the stream carries codes, and the thresholds know nothing of it.
  @Test func aZeroPointThatIsNotTakenOffIsNamed() throws {
    var right = Convolution()
    right.pads = [0, 0, 0, 0]
    let outcome = try PlantedModel(right.model).compare {
      try $0.change("MVAU_hls_0", "thresholds") { row, _, value in
        value + 5 * right.weights[row * 18..<(row + 1) * 18].reduce(0, +)
      }
    }
    #expect(outcome.text.contains("zero point of the layer's input"), "\(outcome.text)")
    #expect(outcome.text.contains("off by 5 times"))
  }

  /// Padding with code 0 where the zero point means 0: inner pixels are right.
  @Test func aWrongPaddingValueIsNamed() throws {
    var right = Convolution()
    right.zero = 5
    var wrong = right
    wrong.zero = 0
    wrong.bias = (0..<3).map { row in
      -5 * Float(right.weights[row * 18..<(row + 1) * 18].reduce(0, +))
    }
    // The codes of both are the same: those of x + 5.
    var made = wrong.model
    made.constant("five", [5])
    for i in made.graph.node.indices where made.graph.node[i].output == ["q"] {
      made.graph.node[i].input[0] = "shifted"
    }
    made.add("Add", ["x", "five"], ["shifted"])
    let outcome = try PlantedModel(right.model, as: made).compare()
    #expect(
      outcome.borders.map(\.finding).contains { $0.contains("wrong padding value") },
      "\(outcome.text)")
    #expect(outcome.borders.first?.advice.contains("zero point") ?? false)
  }

  @Test func paddingOnTheWrongSideIsNamed() throws {
    var wrong = Convolution()
    wrong.pads = [0, 2, 2, 0]
    let outcome = try PlantedModel(Convolution().model, as: wrong.model).compare()
    let found = try #require(outcome.borders.first, "\(outcome.text)")
    #expect(found.node.hasPrefix("FMPadding"))
    #expect(
      found.finding.contains(
        "pads [0, 2, 2, 0] (top, left, bottom, right), the model [1, 1, 1, 1]"),
      "\(found)")
  }

  @Test func aClippedRangeIsNamed() throws {
    let right = Convolution()
    var wrong = right
    wrong.isNarrow = true
    let outcome = try PlantedModel(right.model, as: wrong.model).compare()
    #expect(outcome.text.contains("has 14 thresholds per channel"), "\(outcome.text)")
    #expect(outcome.text.contains("15 steps"))
  }

  @Test func aScalePerChannelThatIsLostIsNamed() throws {
    var right = Convolution()
    right.scale = [1, 2.5, 0.5]
    let outcome = try PlantedModel(right.model, as: Convolution().model).compare()
    #expect(
      outcome.text.contains("a scale per channel is lost")
        || outcome.verdicts.contains { $0.advice.contains("a scale per channel is lost") },
      "\(outcome.text)")
  }

  @Test func bipolarValuesOfTheOtherSignAreNamed() throws {
    var right = Convolution()
    right.isBipolar = true
    right.pads = [0, 0, 0, 0]
    var wrong = right
    wrong.weights = wrong.weights.enumerated().map {
      $0.offset / 18 == 1 ? -$0.element : $0.element
    }
    let outcome = try PlantedModel(right.model, as: wrong.model).compare()
    let text = try #require(outcome.wrong?.diagnosis?.description)
    #expect(!text.contains("accumulator wraps"), "\(text)")
    #expect(
      outcome.text.contains("the weights of 1 of 3 rows have the other sign"), "\(outcome.text)")
  }

  @Test func aPoolThatDividesByAnotherNumberIsNamed() throws {
    func model(_ factor: Float) -> ModelBuilder {
      var model = ModelBuilder(input: [1, 2, 6, 6])
      model.quantiser("x", "q", scale: 1, bits: 6, isSigned: false)
      model.add("AveragePool", ["q"], ["p"], ints: ["kernel_shape": [3, 3], "strides": [3, 3]])
      model.constant("m", [factor])
      model.add("Mul", ["p", "m"], ["d"])
      model.quantiser("d", "y", scale: 2, bits: 5, isSigned: false)
      return model
    }
    let outcome = try PlantedModel(model(1), as: model(9.0 / 4)).compare()
    #expect(
      outcome.text.contains("the average divides by 4 where the model's divides by 9"),
      "\(outcome.text)")
  }

  @Test func aReferenceThatIsAllZeroIsNamedAsThat() throws {
    var right = Convolution()
    right.step = 1e6
    let outcome = try PlantedModel(right.model, as: Convolution().model).compare()
    #expect(outcome.wrong?.diagnosis == .referenceConstant(0), "\(outcome.text)")
    #expect(outcome.wrong?.sqnr.isNaN ?? false)
    // A model has computed it: nothing was never recorded.
    let computed = try PlantedModel(right.model, as: Convolution().model).compare(isOfModel: true)
    #expect(computed.wrong != nil && computed.wrong?.diagnosis != .referenceConstant(0))
  }

  /// The last layer has no quantiser behind it; its sums are compared all the same.
  @Test func theLastLayersSumsAndWeightsAreCompared() throws {
    func model(_ spoilt: Float) -> ModelBuilder {
      var model = ModelBuilder(input: [1, 6])
      model.quantiser("x", "q", scale: 0.5, bits: 4)
      model.constant("w", [1, -2, 3, 0, 2, spoilt, -1, 1, 2, 3, -3, 1], [6, 2])
      model.constant("b", [0.25, -1.5], [2])
      model.add("Gemm", ["q", "w", "b"], ["y"])
      return model
    }
    let sound = try PlantedModel(model(1)).compare()
    #expect(sound.wrong == nil && sound.pairs.count == 2, "\(sound.text)")
    let outcome = try PlantedModel(model(1), as: model(-3)).compare()
    #expect(outcome.wrong?.node == "MVAU_hls_0")
    #expect(outcome.text.contains("1 of 12 weights differs"), "\(outcome.text)")
  }

  /// Sums of 6 products in front of an RTL thresholding whose thresholds are narrower than they.
  private static var narrow: (model: ModelBuilder, change: (inout LoadedDesign) throws -> Void) {
    var model = ModelBuilder(input: [1, 6])
    model.quantiser("x", "q", scale: 1, bits: 4)
    model.constant("w", [7, -7, 7, 7, -7, 7, 7, 7, -7, 7, 7, 7], [6, 2])
    model.add("MatMul", ["q", "w"], ["m"])
    model.quantiser("m", "y", scale: 3, bits: 3)
    return (
      model,
      {
        try $0.separateThresholds("MVAU_hls_0", opType: "Thresholding_rtl")
        let place = $0.design.nodes.firstIndex { $0.name == "Thresholding_apart" }!
        $0.design.nodes[place].attributes["weightDataType"] = .string("INT5")
      }
    )
  }

  /// A hazard that the block is known for changes values; it is named, not the weights.
  @Test func aKnownHazardIsNamed() throws {
    let (model, change) = Self.narrow
    var planted = PlantedModel(model)
    planted.frames = 64
    let outcome = try planted.compare(change)
    guard case .hazard(let hazard, _)? = outcome.wrong?.diagnosis else {
      Issue.record("\(outcome.text)")
      return
    }
    #expect(hazard == .narrowWrap)
  }

  /// A threshold one off. Where large products cancel, another order of sums gives the design's value
  /// too; where there are none, nothing excuses it.
  @Test(arguments: [(110, ErrorZone.Verdict.insideZone), (0, .wrong)])
  func valuesInsideTheFloatErrorZoneAreNoFault(_ large: Int, _ verdict: ErrorZone.Verdict) throws {
    let (step, weightStep): (Float, Float) = (0.037, 0.013)
    var model = ModelBuilder(input: [1, 64])
    model.quantiser("x", "q", scale: step, bits: 8)
    let weights = (0..<62).map { $0 % 2 == 0 ? 120 : -120 } + [127, 1]
    model.constant("w", weights.map { Float($0) * weightStep }, [64, 1])
    model.quantiser("w", "wq", scale: weightStep, bits: 8, isNarrow: true)
    model.add("MatMul", ["q", "wq"], ["m"])
    model.quantiser("m", "y", scale: 1.7, bits: 4)
    let lowered = try LoweredModel(Reference(model.model()), name: "m").loaded
    let node = try #require(lowered.design.nodes.first)
    let name = try #require(node.initializers["thresholds"])
    let middle = try #require(try lowered.parameters?.tensor(name).asIntegers(name: name)[9])
    // A frame whose sum is just the threshold.
    let rest = middle - 127 * (middle / 127)
    let codes = Array(repeating: large, count: 62) + [middle / 127, rest]
    let data = try Tensor(codes.map { Float($0) * step }, shape: [1, 64])
    let outcome = try PlantedModel(model).compare(data: ["x": data]) {
      try $0.change(node.name, "thresholds") { _, column, value in
        column == 9 ? value + 1 : value
      }
    }
    #expect(outcome.results.last?.differing == 1 && outcome.zones == [verdict], "\(outcome.text)")
    // With a model nothing but the zone excuses it, however few the values.
    let exact = try PlantedModel(model).compare(data: ["x": data], isOfModel: true) {
      try $0.change(node.name, "thresholds") { _, column, value in
        column == 9 ? value + 1 : value
      }
    }
    #expect(exact.wrong != nil && exact.zones == [verdict], "\(exact.text)")
  }

  /// Two graphs that no hardware can be made of: a Sigmoid feeds the second layer unquantised.
  @Test func twoStepsAreComparedAsGraphs() throws {
    func graph(_ right: Convolution) throws -> Reference {
      var model = right.model
      model.add("Sigmoid", ["y"], ["f"])
      model.constant("v", (0..<6).map { Float($0 % 5 - 2) }, [2, 3, 1, 1])
      model.add("Conv", ["f", "v"], ["e"], ints: ["kernel_shape": [1, 1]])
      model.quantiser("e", "end", scale: 0.2)
      model.graph.output = [.with { $0.name = "end" }]
      return try Reference(model.model())
    }
    let right = Convolution()
    let reference = try graph(right)
    let data = try reference.randomFrames(3)
    let same = try GraphPairing(graph(right), reference, arrays: data, file: "made up")
    #expect(same.layers.map(\.tensor) == ["q", "y", "end"] && same.unpaired.isEmpty)
    #expect(same.layers.allSatisfy { $0.expected == $0.actual })
    // The layer behind the wrong one is judged by itself.
    let wrong = right.moved { c, y, x in (c, 2 - y, 2 - x) }
    let other = try GraphPairing(graph(wrong), reference, arrays: data, file: "made up")
    #expect(other.layers.map { $0.expected == $0.actual } == [true, false, true])
  }

  @Test func accuracyIsThatOfHardwareWithItsHazards() throws {
    let (model, change) = Self.narrow
    let reference = try Reference(model.model())
    var loaded = try LoweredModel(reference, name: "narrow").loaded
    try change(&loaded)
    let plane = try Dataplane(loaded.design, parameters: loaded.parameters)
    var random = SeededGenerator(seed: 1)
    let codes = (0..<6 * 50).map { _ in Int.random(in: -8...7, using: &random) }
    let inputs = [loaded.design.graphInputs[0]: try Tensor(codes, shape: [50, 6])]
    let accuracy = Accuracy(.labels(Array(repeating: 0, count: 50)))
    let result = try accuracy.design(loaded, .own(inputs), plane: plane, name: "narrow")
    let strike = try #require(result.hazards?.first)
    #expect(strike.hazard == "thresholding-narrow-wrap" && strike.node == "Thresholding_apart")
    #expect(strike.values ?? 0 > 0 && result.frames == 50)
  }

  /// Frames that a window shifts are taken as they come.
  @Test func accuracyOfShiftedFrames() throws {
    let golden = try #require(
      try GoldenCase.load("hls").first { $0.name == "s06_dw_k2_7x7_s2_leftover_row" })
    let loaded = LoadedDesign(design: golden.design, parameters: nil, notes: [])
    let plane = try Dataplane(golden.design, parameters: nil)
    let name = golden.design.graphInputs[0]
    let layout = try plane.layout(of: name)
    let values = (0..<3 * layout.count).map { $0 % 5 }
    let inputs = [name: try Tensor(values, shape: [3] + layout.shape)]
    let accuracy = Accuracy(.labels([0, 0, 0]))
    let result = try accuracy.design(loaded, .own(inputs), plane: plane, name: "window")
    #expect(result.hazards?.map(\.hazard) == ["hls-window-leftover-rows"])
    #expect(result.hazards?.first?.values == nil && result.frames == 3)
    let moved = try plane.moved(inputs, output: golden.design.graphOutputs[0])
    let frames = try plane.run(inputs).tensor(golden.design.graphOutputs[0]).asDoubles()
    let first = frames.count / 3
    #expect(Array(moved.prefix(first)) == Array(frames.prefix(first)))
    #expect(Array(moved.prefix(2 * first)) != Array(frames.prefix(2 * first)))
  }
}
