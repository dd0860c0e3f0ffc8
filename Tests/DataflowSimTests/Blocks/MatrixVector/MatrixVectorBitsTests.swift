import DataflowSim
import SimKernels
import Testing

/// The bits of a matrix-vector unit, by a naive loop.
struct MatrixVectorBitsTests {
  @Test func weightsFromAStream() throws {
    let attributes: [String: AttributeValue] = [
      "MW": .int(4), "MH": .int(4), "PE": .int(2), "SIMD": .int(2), "noActivation": .int(1),
      "inputDataType": .string("INT4"), "weightDataType": .string("INT4"),
      "outputDataType": .string("INT12"), "mem_mode": .string("external"),
    ]
    let w = (0..<16).map { $0 % 7 - 3 }
    let known = LoneBlock.design(
      "MVAU_hls", attributes, inputs: ["in0", "w"], initializers: ["weights": "w"])
    let x = [1, -2, 3, -8]
    let expected = (0..<4).map { r in (0..<4).reduce(0) { $0 + x[$1] * w[$1 * 4 + r] } }
    let matrix = try Tensor(w, shape: [4, 4])
    #expect(try LoneBlock.run(known, ["in0": x], ["w": matrix])[0] == expected)
    // Word nf·SF + sf, element pe·SIMD + s.
    let stream = (0..<16).map { i -> Int in
      let (word, e) = (i / 4, i % 4)
      return w[(word % 2 * 2 + e % 2) * 4 + word / 2 * 2 + e / 2]
    }
    let streamed = LoneBlock.design("MVAU_hls", attributes, inputs: ["in0", "w"])
    #expect(try LoneBlock.run(streamed, ["in0": x, "w": stream])[0] == expected)
  }

  @Test func accumulatorsWrapAndSaySo() throws {
    let design = LoneBlock.design(
      "MVAU_rtl",
      [
        "MW": .int(2), "MH": .int(1), "PE": .int(1), "SIMD": .int(1), "noActivation": .int(1),
        "inputDataType": .string("UINT4"), "weightDataType": .string("INT4"),
        "outputDataType": .string("INT6"), "numInputVectors": .ints([3]),
      ], initializers: ["weights": "w"])
    let plane = try Dataplane(
      design, parameters: ParameterStore(["w": try Tensor([3, 2], shape: [2, 1])]))
    let result = try plane.run(["in0": try Tensor([1, 1, 10, 5, 9, 1], shape: [1, 3, 2])])
    #expect(result.streams["out0"]?.ints == [5, -24, 29])
    let wrap = WrapReport(count: 1, firstIndex: 1, firstValue: "40", neededBits: 7)
    #expect(
      result.findings
        == [NodeFinding(node: "dut", frame: 0, finding: .wrap(register: "result", wrap))])
  }

  @Test func wideOperands() throws {
    let design = LoneBlock.design(
      "MVAU_hls",
      [
        "MW": .int(2), "MH": .int(1), "PE": .int(1), "SIMD": .int(1), "noActivation": .int(0),
        "inputDataType": .string("INT60"), "weightDataType": .string("INT60"),
        "accDataType": .string("INT130"), "outputDataType": .string("UINT2"),
      ], initializers: ["weights": "w", "thresholds": "t"])
    let big = 1 << 58
    let result = try LoneBlock.run(
      design, ["in0": [big, big]],
      [
        "w": try Tensor([big, 1 - big], shape: [2, 1]),
        "t": try Tensor([big - 1, big, big + 1], shape: [1, 3]),
      ])
    #expect(result[0] == [2])
  }
}
