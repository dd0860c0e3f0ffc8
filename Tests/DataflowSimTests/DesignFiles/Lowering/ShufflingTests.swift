import DataflowAnalysis
import DesignFiles
import Foundation
import OriginalModel
import Testing

/// Elements in another order: every code of the design is where the model has it.
@Suite struct ShufflingTests {
  struct Shuffle: Sendable, CustomTestStringConvertible {
    var name: String
    var input: [Int]
    var cut: [Int]
    var order: [Int]
    var output: [Int]
    var testDescription: String { name }
  }

  private static let shuffles = [
    Shuffle(
      name: "channel shuffle", input: [1, 8, 4, 6], cut: [1, 2, 4, 4, 6], order: [0, 2, 1, 3, 4],
      output: [1, 8, 4, 6]),
    Shuffle(
      name: "channel shuffle, pixels as one axis", input: [1, 6, 4, 6], cut: [1, 3, 2, 24],
      order: [0, 2, 1, 3], output: [1, 6, 4, 6]),
    Shuffle(
      name: "pixel shuffle", input: [1, 8, 3, 2], cut: [1, 2, 2, 2, 3, 2],
      order: [0, 1, 4, 2, 5, 3], output: [1, 2, 6, 4]),
    Shuffle(
      name: "pixel unshuffle", input: [1, 3, 4, 6], cut: [1, 3, 2, 2, 3, 2],
      order: [0, 1, 3, 5, 2, 4], output: [1, 12, 2, 3]),
    Shuffle(
      name: "pixel shuffle of one pixel", input: [1, 8, 1, 1], cut: [1, 2, 2, 2, 1, 1],
      order: [0, 1, 4, 2, 5, 3], output: [1, 2, 2, 2]),
    Shuffle(
      name: "of a sequence", input: [1, 8, 10], cut: [1, 2, 4, 10], order: [0, 2, 1, 3],
      output: [1, 8, 10]),
    Shuffle(
      name: "nothing", input: [1, 8, 4, 6], cut: [1, 2, 4, 4, 6], order: [0, 1, 2, 3, 4],
      output: [1, 8, 4, 6]),
  ]

  private func add(
    _ shuffle: Shuffle, from input: String, to output: String, _ m: inout ModelBuilder
  ) {
    m.constant("\(output)_cut", integers: shuffle.cut)
    m.add("Reshape", [input, "\(output)_cut"], ["\(output)_1"])
    m.add("Transpose", ["\(output)_1"], ["\(output)_2"], ints: ["perm": shuffle.order])
    m.constant("\(output)_shape", integers: shuffle.output)
    m.add("Reshape", ["\(output)_2", "\(output)_shape"], [output])
  }

  /// A product with one kernel of ones and twos over all channels, and codes of it.
  private func sum(_ input: String, to output: String, channels: Int, _ m: inout ModelBuilder) {
    m.constant("\(output)_w", (0..<2 * channels).map { Float($0 % 5 - 2) }, [2, channels, 1, 1])
    m.add("Conv", [input, "\(output)_w"], ["\(output)_c"], ints: ["kernel_shape": [1, 1]])
    m.quantiser("\(output)_c", output, scale: 0.5)
  }

  @Test(arguments: shuffles.filter { $0.name != "nothing" })
  func codesAreShuffled(_ shuffle: Shuffle) throws {
    var m = ModelBuilder(input: shuffle.input)
    m.quantiser("x", "q", scale: 0.5, bits: 4)
    add(shuffle, from: "q", to: "y", &m)
    let lowered = try expectLoweredEqually(m)
    let moves = lowered.loaded.design.nodes.filter { $0.opType.hasPrefix("OuterShuffle") }
    #expect(moves.count == 1)
  }

  /// The stage behind takes them in the new order.
  @Test(arguments: shuffles.filter { $0.input.count == 4 })
  func whatFollowsTakesTheNewOrder(_ shuffle: Shuffle) throws {
    var m = ModelBuilder(input: shuffle.input)
    m.quantiser("x", "q", scale: 0.5, bits: 4)
    add(shuffle, from: "q", to: "s", &m)
    sum("s", to: "y", channels: shuffle.output[1], &m)
    let lowered = try expectLoweredEqually(m)
    // What moves nothing is no block.
    let moves = lowered.loaded.design.nodes.filter { $0.opType.hasPrefix("OuterShuffle") }
    #expect(moves.count == (shuffle.name == "nothing" ? 0 : 1))
  }

  /// A quantiser behind it takes the pixels one by one.
  @Test(arguments: shuffles) func codesAreQuantisedBehind(_ shuffle: Shuffle) throws {
    var m = ModelBuilder(input: shuffle.input)
    m.quantiser("x", "q", scale: 0.5, bits: 4)
    add(shuffle, from: "q", to: "s", &m)
    m.quantiser("s", "y", scale: 1)
    try expectLoweredEqually(m)
  }

  /// Sums without a quantiser are shuffled as they are.
  @Test func accumulatorsAreShuffled() throws {
    var m = ModelBuilder(input: [1, 3, 4, 6])
    m.quantiser("x", "q", scale: 0.5, bits: 4)
    m.constant("w", (0..<24).map { Float($0 % 7 - 3) }, [8, 3, 1, 1])
    m.add("Conv", ["q", "w"], ["c"], ints: ["kernel_shape": [1, 1]])
    add(Self.shuffles[0], from: "c", to: "s", &m)
    m.quantiser("s", "y", scale: 0.5)
    try expectLoweredEqually(m)
  }

  /// A scale for each channel goes with its channel, and cannot where channels become pixels.
  @Test func scalesOfChannelsGoWithThem() throws {
    func model(_ shuffle: Shuffle) -> ModelBuilder {
      var m = ModelBuilder(input: shuffle.input)
      m.constant("s", (0..<8).map { [0.5, 0.25, 1, 2][$0 / 2] }, [1, 8, 1, 1])
      m.constant("zero", [0])
      m.constant("bits", [4])
      m.add(
        "Quant", ["x", "s", "zero", "bits"], ["q"], domain: "qonnx.custom_op.general",
        strings: ["rounding_mode": "ROUND"], numbers: ["signed": 1, "narrow": 0])
      add(shuffle, from: "q", to: "t", &m)
      sum("t", to: "y", channels: shuffle.output[1], &m)
      return m
    }
    try expectLoweredEqually(model(Self.shuffles[0]))
    let text = inputError {
      _ = try LoweredModel(Reference(model(Self.shuffles[2]).model()), name: "m")
    }
    #expect(text.contains("mixes channels of different scales"), "\(text)")
  }

  /// In front of the first quantiser the host shuffles.
  @Test func theHostShufflesWhatIsNotQuantised() throws {
    var m = ModelBuilder(input: [1, 8, 4, 6])
    add(Self.shuffles[0], from: "x", to: "s", &m)
    m.quantiser("s", "q", scale: 0.5, bits: 4)
    sum("q", to: "y", channels: 8, &m)
    let lowered = try expectLoweredEqually(m)
    #expect(!lowered.loaded.design.nodes.contains { $0.opType.hasPrefix("OuterShuffle") })
  }

  @Test func spaceToDepth() throws {
    var m = ModelBuilder(input: [1, 3, 4, 6])
    m.quantiser("x", "q", scale: 0.5, bits: 4)
    m.add("SpaceToDepth", ["q"], ["s"], numbers: ["blocksize": 2])
    sum("s", to: "y", channels: 12, &m)
    try expectLoweredEqually(m)
  }

  /// A tensor in the middle of a shuffle that leaves the model is in no stream.
  @Test(arguments: ["s_1", "s_2"]) func whatLeavesInTheMiddleIsRefused(tensor: String) throws {
    var m = ModelBuilder(input: [1, 8, 4, 6], outputs: ["y", tensor])
    m.quantiser("x", "q", scale: 0.5, bits: 4)
    add(Self.shuffles[0], from: "q", to: "s", &m)
    sum("s", to: "y", channels: 8, &m)
    let text = inputError { _ = try LoweredModel(Reference(m.model()), name: "m") }
    #expect(text.contains("cuts through the axes"), "\(text)")
  }

  /// What is no picture again is refused where it stops being one.
  @Test func piecesThatStayApartAreRefused() throws {
    var m = ModelBuilder(input: [1, 8, 4, 6])
    m.quantiser("x", "q", scale: 0.5, bits: 4)
    var flat = Self.shuffles[0]
    flat.output = [1, 192]
    add(flat, from: "q", to: "s", &m)
    m.quantiser("s", "y", scale: 0.5)
    let text = inputError { _ = try LoweredModel(Reference(m.model()), name: "m") }
    #expect(text.contains("gives shape [1, 192], which cuts through the axes of [1, 8, 4, 6]"))
    #expect(text.contains("a Reshape, a Transpose and a Reshape"), "\(text)")
  }
}
