import DataflowAnalysis
import Foundation
import Testing

/// Random chains and branches of blocks of FINN's development branch: the engine agrees with the cycle
/// stepper on every handshake, lost words included.
@Suite
struct RandomDevelopmentTests {
  /// A lock that begins between two slots of one result (once, both fired).
  @Test(arguments: [321_341] as [UInt64])
  func whatWasWrongOnceIsRight(seed: UInt64) throws {
    var grower = DevelopmentGrower(seed: seed)
    let random = grower.grow()
    #expect(try random.difference() == nil, "\(random.summary)")
  }

  @Test(arguments: 0..<4)
  func engineAgreesWithTheCycleStepper(part: Int) throws {
    let first = ProcessInfo.processInfo.environment["SIMRUN_SEED"].flatMap { UInt64($0) } ?? 1
    for i in 0..<UInt64(60 * searchFactor) {
      let seed = first + 4 * i + UInt64(part)
      var grower = DevelopmentGrower(seed: seed)
      let random = grower.grow()
      let difference = try random.difference()
      #expect(difference == nil, "\(difference ?? "")\n\(random.summary)")
      if difference != nil { return }
    }
  }
}

/// Grows a random design block by block.
struct DevelopmentGrower {
  private let seed: UInt64
  private var random: SeededGenerator
  private var nodes: [Node] = []
  /// The stream that is extended: `vectors` of `channels`, `parallel` per word.
  private var stream = "in0"
  private var vectors: Int
  private var channels: Int
  private var parallel: Int

  init(seed: UInt64) {
    self.seed = seed
    random = SeededGenerator(seed: seed)
    vectors = Int.random(in: 1...6, using: &random)
    channels = [1, 2, 3, 4, 6, 8].randomElement(using: &random)!
    parallel = 1
    parallel = pick((1...channels).filter { channels % $0 == 0 })
  }

  mutating func grow() -> RandomCase {
    let words = vectors * channels / parallel
    for _ in 0..<number(1...4) { extend() }
    let generation: FINNGeneration =
      hasLaterBlocks || !hasElementwise && chance(40) ? .dev2026_08 : .dev2026_04
    let design = Design(
      name: "random-\(seed)",
      part: chance(50) ? "xczu7ev-ffvc1156-2-e" : "xcvc1902-vsva2197-2MP-e-S",
      clockMHz: 200, finnGeneration: generation, nodes: nodes, graphInputs: ["in0"],
      graphOutputs: [stream])
    var scenario = Scenario(frames: number(1...4))
    if chance(50) { scenario.sources["in0"] = Scenario.Source(pattern: pattern()) }
    if chance(60) { scenario.sinks[stream] = Scenario.Sink(pattern: pattern()) }
    // An inner shuffle that waits for the last word of a page puts out old words for ever.
    if generation == .dev2026_04, nodes.contains(where: { $0.opType == "InnerShuffle_rtl" }) {
      scenario.maxCycles = 2000
    }
    return RandomCase(
      seed: seed, design: design, scenario: scenario, wordsPerFrame: ["in0": words])
  }

  private var hasLaterBlocks: Bool {
    nodes.contains { $0.opType == "Crop_rtl" || $0.opType == "AddCLSToken_rtl" }
  }

  private mutating func number(_ range: ClosedRange<Int>) -> Int {
    Int.random(in: range, using: &random)
  }
  private mutating func pick<T>(_ list: [T]) -> T { list.randomElement(using: &random)! }
  private mutating func chance(_ percent: Int) -> Bool { number(1...100) <= percent }

  private mutating func pattern() -> Pattern {
    var bits: [Bool] = []
    if chance(50) {
      for _ in 0..<number(1...4) {
        bits += Array(repeating: true, count: number(1...25))
        bits += Array(repeating: false, count: number(1...40))
      }
      return Pattern(bits: bits)
    }
    let percent = number(10...90)
    for _ in 0..<number(2...37) { bits.append(chance(percent)) }
    bits[0] = true
    return Pattern(bits: bits)
  }

  private mutating func add(
    _ opType: String, _ attributes: [String: AttributeValue], _ inputs: [String]? = nil
  ) {
    let name = "n\(nodes.count)"
    nodes.append(
      Node(
        name: name, opType: opType, attributes: attributes, inputs: inputs ?? [stream],
        outputs: ["\(name).0"]))
    stream = "\(name).0"
  }

  private var shape: [String: AttributeValue] {
    [
      "folded_shape": .ints([1, vectors, channels / parallel, parallel]),
      "dataType": .string("INT4"),
    ]
  }

  private mutating func extend() {
    switch number(0...9) {
    case 0: addFIFO()
    case 1:
      add(
        "Thresholding_rtl",
        [
          "NumChannels": .int(channels), "PE": .int(parallel), "numSteps": .int(number(1...20)),
          "inputDataType": .string("INT8"), "weightDataType": .string("INT8"),
          "outputDataType": .string("UINT5"), "numInputVectors": .ints([vectors]),
          "deep_pipeline": .int(number(0...1)),
        ])
    case 2:
      add(
        "Requant_rtl",
        [
          "NumChannels": .int(channels), "PE": .int(parallel), "inputDataType": .string("INT12"),
          "outputDataType": .string("UINT4"), "numInputVectors": .ints([vectors]),
        ])
    case 3:
      let ops = ["ElementwiseAdd_rtl", "ElementwiseMul_rtl"]
      guard !hasLaterBlocks else { return addFIFO() }
      add(
        pick(ops),
        [
          "lhs_dtype": .string("FLOAT32"), "rhs_dtype": .string("FLOAT32"),
          "out_dtype": .string("FLOAT32"), "lhs_shape": .ints([vectors, channels]),
          "rhs_shape": .ints([channels]), "out_shape": .ints([vectors, channels]),
          "rhs_style": .string("const"), "PE": .int(parallel),
        ])
    case 4:
      add(
        "LayerNorm_rtl", ["ifm_dim": .ints([vectors, channels]), "SIMD": .int(parallel)])
    case 5 where vectors % parallel == 0:
      add(
        "InnerShuffle_rtl",
        [
          "data_type": .string("INT4"), "in_shape": .ints([1, vectors, channels]),
          "SIMD": .int(parallel),
        ])
      (vectors, channels) = (channels, vectors)
    case 6 where vectors > 1 && !hasElementwise:
      let (top, bottom) = (number(0...1), vectors > 2 ? number(0...1) : 0)
      add(
        "Crop_rtl",
        [
          "DataType": .string("INT4"), "ImgDim": .ints([vectors, 1]), "NumChannels": .int(channels),
          "CropNorth": .int(top), "CropSouth": .int(bottom), "CropWest": .int(0),
          "CropEast": .int(0), "SIMD": .int(parallel), "numInputVectors": .ints([1]),
        ])
      vectors -= top + bottom
    case 7 where !hasElementwise:
      let pad = number(0...2)
      add(
        "AddCLSToken_rtl",
        [
          "NumTokens": .int(vectors), "NumChannels": .int(channels), "SIMD": .int(parallel),
          "PadTokens": .int(pad), "inputDataType": .string("INT4"),
        ])
      vectors += 1 + pad
    default: addMatrix()
    }
  }

  /// The later elementwise core was read, not measured.
  private var hasElementwise: Bool { nodes.contains { $0.opType.hasPrefix("Elementwise") } }

  private mutating func addFIFO() {
    add(
      "StreamingFIFO_rtl", shape.merging(["depth": .int(pick([2, 2, 3, 5, 16]))]) { $1 })
  }

  private mutating func addMatrix() {
    let rows = pick([1, 2, 3, 4, 6])
    let pe = pick((1...rows).filter { rows % $0 == 0 })
    add(
      "MVAU_rtl",
      [
        "MW": .int(channels), "MH": .int(rows), "PE": .int(pe), "SIMD": .int(parallel),
        "inputDataType": .string(pick(["INT4", "INT8"])), "weightDataType": .string("INT4"),
        "outputDataType": .string("INT12"), "noActivation": .int(1),
        "numInputVectors": .ints([vectors]), "narrow_weights": .int(0),
        "weight_stream": .string(pick(["memstream", "always"])),
        "segment_length": .int(number(0...2)),
        "pumpedCompute": .int(parallel > 1 && chance(20) ? 1 : 0),
      ])
    (channels, parallel) = (rows, pe)
  }
}
