import DataflowAnalysis
import SimKernels
import Testing

/// Floating point: computed where the formula is known, marked as approximate, refused elsewhere.
@Suite struct FloatBitsTests {
  private func design(
    _ nodes: [(op: String, attributes: [String: AttributeValue])], inputs: [String] = ["in0"],
    initializers: [String: String] = [:]
  ) -> Design {
    let built = nodes.enumerated().map { i, node in
      Node(
        name: "n\(i)", opType: node.op, attributes: node.attributes,
        inputs: i == 0 ? inputs : ["s\(i - 1)"],
        outputs: [i == nodes.count - 1 ? "out0" : "s\(i)"],
        initializers: i == 0 ? initializers : [:])
    }
    return Design(name: "t", nodes: built, graphInputs: inputs, graphOutputs: ["out0"])
  }

  private let layerNorm: [String: AttributeValue] = [
    "ifm_dim": .ints([1, 2, 4]), "SIMD": .int(2), "epsilon": .float(0),
  ]

  @Test func layerNormalisation() throws {
    let plane = try Dataplane(design([("LayerNorm_hls", layerNorm)]), parameters: nil)
    #expect(plane.approximateNodes.keys.sorted() == ["n0"])
    let x = try Tensor([1.0, 1, 3, 3, 0, 0, 0, 4], shape: [1, 2, 4])
    let y = try plane.run(["in0": x]).tensor("out0").asDoubles()
    // Mean 2, deviation 1; mean 1, variance 3.
    let root = 3.0.squareRoot()
    let expected = [-1, -1, 1, 1, -1 / root, -1 / root, -1 / root, 3 / root]
    #expect(zip(y, expected).allSatisfy { abs($0 - $1) < 1e-6 })
  }

  /// Values pass FIFOs, width converters and both planes as their bits.
  @Test func normalisedThenSoftmax() throws {
    let chain = design([
      ("LayerNorm_hls", layerNorm),
      (
        "StreamingFIFO_rtl",
        [
          "depth": .int(8), "dataType": .string("FLOAT32"), "folded_shape": .ints([1, 2, 2, 2]),
          "normal_shape": .ints([1, 2, 4]),
        ]
      ),
      (
        "StreamingDataWidthConverter_rtl",
        [
          "shape": .ints([1, 2, 4]), "inWidth": .int(64), "outWidth": .int(32),
          "dataType": .string("FLOAT32"),
        ]
      ),
      (
        "HWSoftmax_hls",
        ["ifm_dim": .ints([1, 2, 4]), "SIMD": .int(1), "input_data_type": .string("FLOAT32")]
      ),
    ])
    let timed = try TimedDataplane(try Plan(chain), parameters: nil)
    let x = try Tensor([1.0, 1, 3, 3, 0.5, -0.25, 1e10, 4], shape: [1, 2, 4])
    let y = try timed.plane.run(["in0": x]).tensor("out0").asDoubles()
    #expect(abs(y[0..<4].reduce(0, +) - 1) < 1e-6 && abs(y[4..<8].reduce(0, +) - 1) < 1e-6)
    #expect(abs(y[2] / y[0] - 7.389056) < 1e-4 && y[6] > 0.7)
    let scenario = Scenario(frames: 1)
    let moved = try timed.words(
      of: try timed.plane.sourceData(["in0": x]), in: try timed.simulate(scenario),
      scenario: scenario)
    let words = try #require(moved.words["out0"])
    #expect(try timed.plane.tensor(words, of: "out0").asDoubles() == y)
    #expect(timed.plane.approximateNodes.keys.sorted() == ["n0", "n3"])
  }

  private func elementwise(_ left: String, _ right: String, _ out: String)
    -> [String: AttributeValue]
  {
    [
      "lhs_dtype": .string(left), "rhs_dtype": .string(right), "out_dtype": .string(out),
      "lhs_shape": .ints([1, 4]), "rhs_shape": .ints([1]), "out_shape": .ints([1, 4]),
      "rhs_style": .string("const"),
    ]
  }

  @Test func divisionAndComparison() throws {
    let parameters = ParameterStore(["c": try Tensor([4.0], shape: [1])])
    func run(_ op: String, _ attributes: [String: AttributeValue]) throws -> [Double] {
      let plane = try Dataplane(
        design([(op, attributes)], initializers: ["parameters1": "c"]), parameters: parameters)
      let x = try Tensor([1.0, 2, -6, 4], shape: [1, 4])
      return try plane.run(["in0": x]).tensor("out0").asDoubles()
    }
    #expect(
      try run("ElementwiseDiv_hls", elementwise("INT8", "FLOAT32", "FLOAT32"))
        == [0.25, 0.5, -1.5, 1])
    #expect(
      try run("ElementwiseLess_hls", elementwise("FLOAT32", "INT8", "BINARY")) == [1, 1, 1, 0])
  }

  @Test func whatIsNotKnownIsSaid() throws {
    func message(_ op: String, _ attributes: [String: AttributeValue]) throws -> String {
      let error = try #require(throws: InputError.self) {
        try Dataplane(
          design([(op, attributes)], initializers: ["parameters1": "c"]),
          parameters: ParameterStore(["c": try Tensor([4.0], shape: [1])]))
      }
      return "\(error)"
    }
    let ints = elementwise("INT8", "INT8", "INT8")
    #expect(try message("ElementwiseDiv_hls", ints).contains("integer result of Div"))
    #expect(try message("ElementwiseBitShift_hls", ints).contains("integer result of BitShift"))
    #expect(
      try message("ElementwiseMul_hls", elementwise("FLOAT32", "INT8", "INT8")).contains("rounded"))
    #expect(
      try message("ElementwiseAnd_hls", elementwise("FLOAT32", "INT8", "BINARY")).contains(
        "not defined for FLOAT32"))
    #expect(
      try message("ElementwiseAdd_hls", elementwise("FLOAT16", "INT8", "INT8")).contains("FLOAT16"))
    let requant: [String: AttributeValue] = [
      "NumChannels": .int(4), "inputDataType": .string("INT8"), "outputDataType": .string("INT4"),
    ]
    #expect(try message("Requant_hls", requant).contains("no formula"))
    let plane = try Dataplane(design([("LayerNorm_hls", layerNorm)]), parameters: nil)
    let bad = try Tensor([1.0, 1, 3, 3, 0, .infinity, 0, 4], shape: [1, 2, 4])
    let error = try #require(throws: InputError.self) { try plane.run(["in0": bad]) }
    #expect("\(error)".contains("index [0, 1, 1]") && "\(error)".contains("inf"))
  }
}
