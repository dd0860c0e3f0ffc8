import DataflowAnalysis
import Foundation
import Testing

/// Mistakes that users of FINN reported, planted in a small network; the reference has the output alone,
/// as a trained network has no integers between a layer and its activation.
@Suite struct FieldDiagnosisTests {
  /// A convolution of a 5 x 5 image with three channels, and its thresholds as a node of their own.
  private struct Convolution {
    var design: Design
    var weights: [Int]
    var thresholds: [Int]
    var image: [Int]

    private static let frames = 3

    init() {
      var generator = SeededGenerator(seed: 7)
      func values(_ count: Int, _ range: ClosedRange<Int>) -> [Int] {
        (0..<count).map { _ in Int.random(in: range, using: &generator) }
      }
      weights = values(27 * 4, -4...3)
      image = values(Self.frames * 75, -8...7)
      thresholds = (0..<4).flatMap { channel in (0..<7).map { 12 * $0 - 40 + 3 * channel } }
      design = Design(
        name: "field",
        nodes: [
          Node(
            name: "Window", opType: "ConvolutionInputGenerator_rtl",
            attributes: [
              "ConvKernelDim": .ints([3, 3]), "IFMChannels": .int(3), "IFMDim": .ints([5, 5]),
              "OFMDim": .ints([3, 3]), "SIMD": .int(3), "inputDataType": .string("INT4"),
            ], inputs: ["x"], outputs: ["w"]),
          Node(
            name: "Layer", opType: "MVAU_hls",
            attributes: [
              "MW": .int(27), "MH": .int(4), "PE": .int(2), "SIMD": .int(3),
              "inputDataType": .string("INT4"), "weightDataType": .string("INT4"),
              "outputDataType": .string("INT12"), "noActivation": .int(1),
              "numInputVectors": .ints([1, 3, 3]),
            ], inputs: ["w"], outputs: ["sums"], initializers: ["weights": "weights"]),
          Node(
            name: "Threshold", opType: "Thresholding_rtl",
            attributes: [
              "NumChannels": .int(4), "PE": .int(2), "numSteps": .int(7),
              "inputDataType": .string("INT12"), "weightDataType": .string("INT12"),
              "outputDataType": .string("UINT3"), "numInputVectors": .ints([1, 3, 3]),
            ], inputs: ["sums"], outputs: ["y"], initializers: ["thresholds": "thresholds"]),
        ], graphInputs: ["x"], graphOutputs: ["y"])
    }

    var store: ParameterStore {
      get throws {
        ParameterStore([
          "weights": try Tensor(weights, shape: [27, 4]),
          "thresholds": try Tensor(thresholds, shape: [4, 7]),
        ])
      }
    }
    var input: [String: Tensor] {
      get throws { ["x": try Tensor(image, shape: [Self.frames, 5, 5, 3])] }
    }

    func output(hazards: ValueHazards = .init()) throws -> Tensor {
      let plane = try Dataplane(design, parameters: try store, options: .init(hazards: hazards))
      return try plane.run(try input).tensor("y")
    }

    /// What is said of this network when the output should be `reference`.
    func diagnosis(_ reference: Tensor) throws -> TensorComparison {
      let data = try NPZ.encode([("y", reference)])
      let comparison = try Comparison(design, parameters: try store)
      return try #require(
        try comparison.run(try input, reference: try NPZ(data, file: "r.npz"), map: nil).last)
    }

    func set(_ node: Int, _ attributes: [String: AttributeValue]) -> Convolution {
      var copy = self
      copy.design.nodes[node].attributes.merge(attributes) { $1 }
      return copy
    }

    /// The weights of pixel `p` and channel `c` taken from elsewhere in the kernel.
    func moving(_ source: (_ pixel: Int, _ channel: Int) -> (Int, Int)) -> Convolution {
      var copy = self
      for p in 0..<9 {
        for c in 0..<3 {
          let (q, d) = source(p, c)
          for row in 0..<4 {
            copy.weights[(p * 3 + c) * 4 + row] = weights[(q * 3 + d) * 4 + row]
          }
        }
      }
      return copy
    }

    /// Pixel (row, column) of the images taken from elsewhere.
    func movingImage(_ source: (Int, Int, Int) -> (Int, Int, Int)) -> Convolution {
      var copy = self
      for i in image.indices {
        let (frame, r, c, channel) = (i / 75, i % 75 / 15, i % 15 / 3, i % 3)
        let (r2, c2, channel2) = source(r, c, channel)
        copy.image[i] = image[frame * 75 + r2 * 15 + c2 * 3 + channel2]
      }
      return copy
    }
  }

  private let network = Convolution()

  private func permutation(_ found: TensorComparison) throws -> String {
    guard case .permutation(let name)? = found.diagnosis else {
      Issue.record("\(found.diagnosis?.description ?? "nothing")")
      return ""
    }
    return name
  }

  /// The layer is looked at through its thresholds.
  @Test func kernelsThatAreTurned() throws {
    func found(_ source: (Int, Int) -> (Int, Int)) throws -> String {
      try permutation(network.diagnosis(network.moving(source).output()))
    }
    #expect(try found { p, c in (8 - p, c) }.contains("turned by 180 degrees"))
    #expect(try found { p, c in (p / 3 * 3 + 2 - p % 3, c) }.contains("mirrored left to right"))
    #expect(try found { p, c in ((2 - p / 3) * 3 + p % 3, c) }.contains("mirrored top to bottom"))
    #expect(try found { p, c in (p % 3 * 3 + p / 3, c) }.contains("rows and columns of"))
    #expect(try found { p, c in (p, 2 - c) }.contains("RGB against BGR"))
  }

  @Test func imagesThatAreTurned() throws {
    func found(_ source: (Int, Int, Int) -> (Int, Int, Int)) throws -> String {
      try permutation(network.diagnosis(network.movingImage(source).output()))
    }
    #expect(
      try found { r, c, k in (c, r, k) } == "the input image: rows and columns swapped")
    #expect(
      try found { r, c, k in (r, 4 - c, k) } == "the input image: mirrored left to right")
  }

  /// Where the reference has the sums as well, the layer itself is named, and nothing is looked through.
  @Test func aReferenceInBetweenIsUsed() throws {
    let turned = network.moving { p, c in (8 - p, c) }
    let plane = try Dataplane(turned.design, parameters: try turned.store)
    let result = try plane.run(try turned.input, keep: .all)
    let data = try NPZ.encode([
      ("sums", try result.tensor("sums")), ("y", try result.tensor("y")),
    ])
    let comparison = try Comparison(network.design, parameters: try network.store)
    let found = try comparison.run(
      try network.input, reference: try NPZ(data, file: "r.npz"), map: nil)
    #expect(found.map(\.stream) == ["sums"])
    #expect(try permutation(try #require(found.last)).contains("turned by 180 degrees"))
  }

  @Test func aHazardIsTheDiagnosis() throws {
    var narrow = network.set(2, ["weightDataType": .string("INT6")])
    narrow.thresholds = (0..<28).map { 8 * ($0 % 7) - 28 }
    let found = try narrow.diagnosis(narrow.output(hazards: .none))
    guard case .hazard(.narrowWrap, let values)? = found.diagnosis else {
      Issue.record("\(found.diagnosis?.description ?? "nothing")")
      return
    }
    #expect(values == found.differing && values > 0)
    #expect(found.diagnosis?.description.contains("thresholding-narrow-wrap") == true)
  }

  @Test func thresholdsThatDoNotAscend() throws {
    var wrong = network
    wrong.thresholds = wrong.thresholds.enumerated().map { i, _ in
      wrong.thresholds[i / 7 * 7 + 6 - i % 7]
    }
    var counting = wrong
    counting.design.nodes[2].opType = "Thresholding_hls"
    let found = try wrong.diagnosis(counting.output())
    #expect(found.diagnosis == .unsortedThresholds(channels: 4))
  }

  /// Embedded thresholds that saw only the low bits of the sum.
  @Test func anAccumulatorThatIsCut() throws {
    var layer = network
    layer.design.nodes.remove(at: 2)
    layer.design.nodes[1].outputs = ["y"]
    layer.design.nodes[1].initializers["thresholds"] = "thresholds"
    layer.design.nodes[1].attributes.merge([
      "noActivation": .int(0), "outputDataType": .string("UINT3"), "accDataType": .string("INT12"),
      "thresholdDataType": .string("INT6"),
    ]) { $1 }
    layer.thresholds = (0..<28).map { 8 * ($0 % 7) - 28 }
    let sums = try Dataplane(network.design, parameters: try network.store)
      .run(try network.input, keep: .all).tensor("sums")
    let cut = try sums.asIntegers(name: "sums").enumerated().map { i, sum in
      let seen = (sum & 63) >= 32 ? (sum & 63) - 64 : sum & 63
      return (0..<7).count { layer.thresholds[i % 4 * 7 + $0] <= seen }
    }
    let found = try layer.diagnosis(try Tensor(cut, shape: sums.shape))
    #expect(found.diagnosis == .cutAccumulator(to: "INT6", of: 12, isAnnotated: true))
  }

  /// A reference that took 0 for −1.
  @Test(arguments: ["BIPOLAR", "INT4"])
  func bipolarInputsTakenForZeroAndOne(weightType: String) throws {
    var generator = SeededGenerator(seed: 3)
    let bits = (0..<4 * 16).map { _ in Bool.random(using: &generator) ? 1 : -1 }
    let weights = (0..<16 * 8).map { _ in
      weightType == "BIPOLAR"
        ? (Bool.random(using: &generator) ? 1 : -1) : Int.random(in: -8...7, using: &generator)
    }
    let isBipolar = weightType == "BIPOLAR"
    let node = Node(
      name: "Layer", opType: "MVAU_hls",
      attributes: [
        "MW": .int(16), "MH": .int(8), "PE": .int(2), "SIMD": .int(4),
        "inputDataType": .string("BIPOLAR"), "weightDataType": .string(weightType),
        "outputDataType": .string("BIPOLAR"),
        "accDataType": .string(isBipolar ? "UINT5" : "INT12"),
      ], inputs: ["x"], outputs: ["y"],
      initializers: ["weights": "weights", "thresholds": "thresholds"])
    let design = Design(name: "b", nodes: [node], graphInputs: ["x"], graphOutputs: ["y"])
    let thresholds = [Int](repeating: isBipolar ? 8 : 2, count: 8)
    let store = ParameterStore([
      "weights": try Tensor(weights, shape: [16, 8]),
      "thresholds": try Tensor(thresholds, shape: [8, 1]),
    ])
    let reference = (0..<4).flatMap { frame in
      (0..<8).map { row -> Int in
        let sum = (0..<16).reduce(0) {
          $0 + (bits[frame * 16 + $1] + 1) / 2 * weights[$1 * 8 + row]
        }
        // The popcount of BIPOLAR products is (sum + 16) / 2.
        return (isBipolar ? sum + 16 >= 16 : sum >= 2) ? 1 : -1
      }
    }
    let comparison = try Comparison(design, parameters: store)
    let found = try #require(
      try comparison.run(
        ["x": try Tensor(bits, shape: [4, 16])],
        reference: try NPZ(
          NPZ.encode([("y", try Tensor(reference, shape: [4, 8]))]), file: "r.npz"), map: nil
      ).last)
    #expect(found.differing > 0)
    #expect(found.diagnosis == .binaryInput, "\(found.diagnosis?.description ?? "")")
  }

  /// A dump of a board that did nothing has no signal, and no decibels.
  @Test(arguments: [0, 5])
  func aConstantReference(value: Int) throws {
    let right = try network.output()
    let found = try network.diagnosis(
      try Tensor([Int](repeating: value, count: right.count), shape: right.shape))
    #expect(found.diagnosis == .referenceConstant(value))
    #expect(!found.psnr.isFinite && (value != 0 || !found.sqnr.isFinite))
    let report = ComparisonReport("d", [found])
    #expect(report.layers[0].psnr == nil)
    #expect(!report.text.contains("-30") && report.text.contains("the reference is"))
  }

  @Test func everySignIsWrong() throws {
    #expect(Diagnosis.inverted.description == "every BIPOLAR value has the other sign")
  }
}
