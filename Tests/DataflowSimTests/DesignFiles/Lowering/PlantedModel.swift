import DataflowAnalysis
import DesignFiles
import Foundation
import OriginalModel
import Testing

/// A small network as a model, and a design that should be it but need not.
struct PlantedModel {
  var model: ModelBuilder
  /// What the design is made of; the model itself unless a fault is planted.
  var made: ModelBuilder
  var frames = 4

  init(_ model: ModelBuilder, as made: ModelBuilder? = nil) {
    self.model = model
    self.made = made ?? model
  }

  /// A convolution of 2 channels of 6 × 6 pixels, 3 × 3 with a border of 1, to 3 channels of 4 bits.
  struct Convolution {
    var weights: [Int]
    var bias: [Float]?
    var pads = [1, 1, 1, 1]
    /// What a step of each output channel is worth.
    var scale: [Float] = [1, 1, 1]
    var zero: Float = 0
    var bits: Float = 4
    var isSigned = true
    var isNarrow = false
    var isBipolar = false
    /// How far the quantiser's steps are apart.
    var step: Float = 8

    init() {
      var random = SeededGenerator(seed: 3)
      weights = (0..<54).map { _ in Int.random(in: -4...4, using: &random) }
    }

    /// The weights with the place of each `(output, input, row, column)` changed.
    func moved(_ source: (Int, Int, Int) -> (Int, Int, Int)) -> Convolution {
      var copy = self
      for o in 0..<3 {
        for c in 0..<2 {
          for y in 0..<3 {
            for x in 0..<3 {
              let (sc, sy, sx) = source(c, y, x)
              copy.weights[((o * 2 + c) * 3 + y) * 3 + x] =
                weights[((o * 2 + sc) * 3 + sy) * 3 + sx]
            }
          }
        }
      }
      return copy
    }

    var model: ModelBuilder {
      var model = ModelBuilder(input: [1, 2, 6, 6])
      model.quantiser("x", "q", scale: 1, zero: zero, bits: 4, isSigned: false)
      model.constant("w", weights.map(Float.init), [3, 2, 3, 3])
      if let bias { model.constant("b", bias, [3]) }
      model.add(
        "Conv", ["q", "w"] + (bias == nil ? [] : ["b"]), ["c"],
        ints: ["pads": pads, "kernel_shape": [3, 3]])
      model.constant("m", scale, [1, 3, 1, 1])
      model.add("Mul", ["c", "m"], ["d"])
      if isBipolar {
        model.constant("one", [1])
        model.add("BipolarQuant", ["d", "one"], ["y"], domain: "qonnx.custom_op.general")
      } else {
        model.quantiser(
          "d", "y", scale: step, bits: bits, isSigned: isSigned, isNarrow: isNarrow)
      }
      return model
    }
  }

  struct Outcome {
    var results: [TensorComparison]
    var pairs: [ModelPairing.Pair]
    var verdicts: [LayerVerdict]
    var borders: [LayerVerdict]
    var zones: [ErrorZone.Verdict]

    var wrong: TensorComparison? { results.first { !$0.isFine } }
    /// Everything that is said.
    var text: String {
      (verdicts + borders).map(\.finding).joined(separator: "; ")
        + results.compactMap { $0.diagnosis?.description }.joined(separator: "; ")
    }
  }

  /// The design, changed by `change`, against the model.
  func compare(
    data: [String: Tensor]? = nil, isMany: Bool = false, isOfModel: Bool = false,
    _ change: (inout LoadedDesign) throws -> Void = { _ in }
  ) throws -> Outcome {
    let reference = try Reference(model.model())
    var loaded = try LoweredModel(Reference(made.model()), name: "planted").loaded
    try change(&loaded)
    let arrays = try data ?? reference.randomFrames(frames)
    var comparison = try Comparison(loaded.design, parameters: loaded.parameters)
    comparison.isOfModel = isOfModel
    let pairing = try ModelPairing(
      comparison.plane, reference, arrays: arrays, file: "made up", parameters: loaded.parameters)
    let entries = pairing.pairs.map {
      (
        $0.stream,
        ReferenceMap.Entry(
          reference: $0.tensor, scale: $0.scale, offset: $0.offset, channelsFirst: false)
      )
    }
    let archive = try NPZ(
      NPZ.encode(pairing.values.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }),
      file: "model")
    let results = try comparison.run(
      pairing.inputs, reference: archive,
      map: ReferenceMap(entries: Dictionary(entries) { first, _ in first }), stopsAtFirst: false,
      feedsReference: true, given: pairing.given)
    let layers = LayerComparison(loaded, pairing)
    let zone = ErrorZone(reference, pairing)
    let runs = try reference.frames(of: arrays, file: "made up")
    var outcome = Outcome(
      results: results, pairs: pairing.pairs, verdicts: layers.verdicts(pairing.pairs), borders: [],
      zones: [])
    for result in results where result.differing > 0 {
      let pair = try #require(pairing.pairs.first { $0.stream == result.stream })
      let differences = result.differences.map { difference in
        ErrorZone.Difference(
          frame: difference.frame,
          element: zip(difference.index, result.shape).reduce(0) { $0 * $1.1 + $1.0 },
          expected: difference.expected, actual: difference.actual)
      }
      if let border = layers.border(pair, differences) { outcome.borders.append(border) }
      outcome.zones.append(
        try zone.judge(pair, differences, isMany: isMany) {
          try reference.run(runs.frame($0), keep: .all)
        })
    }
    return outcome
  }
}

extension ModelBuilder {
  mutating func quantiser(
    _ input: String, _ output: String, scale: Float, zero: Float = 0, bits: Float = 4,
    isSigned: Bool = true, isNarrow: Bool = false
  ) {
    constant("s_\(output)", [scale])
    constant("z_\(output)", [zero])
    constant("b_\(output)", [bits])
    add(
      "Quant", [input, "s_\(output)", "z_\(output)", "b_\(output)"], [output],
      domain: "qonnx.custom_op.general", strings: ["rounding_mode": "ROUND"],
      numbers: ["signed": isSigned ? 1 : 0, "narrow": isNarrow ? 1 : 0])
  }
}

extension LoadedDesign {
  /// Changes an array of a node; `change` takes row, column and value.
  mutating func change(
    _ node: String, _ role: String, _ change: (Int, Int, Int) -> Int
  ) throws {
    let found = try #require(design.nodes.first { $0.name == node }?.initializers[role])
    let right = try #require(parameters)
    let tensor = try right.tensor(found)
    let width = tensor.shape.last ?? 1
    let values = try tensor.asIntegers(name: found).enumerated().map { i, value in
      change(i / width, i % width, value)
    }
    let changed = try Tensor(values, shape: tensor.shape)
    parameters = ParameterStore(names: right.names) { $0 == found ? changed : try right.tensor($0) }
  }

  /// Takes the thresholds of a matrix out, as a block of their own behind it.
  mutating func separateThresholds(_ name: String, opType: String = "Thresholding_hls") throws {
    let place = try #require(design.nodes.firstIndex { $0.name == name })
    var node = design.nodes[place]
    let output = node.outputs[0]
    let sums = try #require(node.attributes["accDataType"])
    let array = try #require(node.initializers["thresholds"])
    let steps = try #require(try parameters?.tensor(array).shape.last)
    var thresholds = Node(
      name: "Thresholding_apart", opType: opType,
      attributes: [
        "NumChannels": node.attributes["MH"]!, "PE": .int(1), "numSteps": .int(steps),
        "ActVal": node.attributes["ActVal"] ?? .int(0), "inputDataType": sums,
        "weightDataType": sums, "outputDataType": node.attributes["outputDataType"]!,
        "numInputVectors": node.attributes["numInputVectors"]!,
      ], inputs: ["sums"], outputs: [output], initializers: ["thresholds": array])
    thresholds.outputs = [output]
    node.outputs = ["sums"]
    node.initializers["thresholds"] = nil
    node.attributes["noActivation"] = .int(1)
    node.attributes["outputDataType"] = sums
    design.nodes[place] = node
    design.nodes.insert(thresholds, at: place + 1)
  }
}
