import DataflowSim
import SimKernels
import Testing

/// The bits of a table lookup, stated by hand.
struct LookupBitsTests {
  @Test func lookupReadsRowZeroBeyondTheTable() throws {
    let design = LoneBlock.design(
      "Lookup_hls",
      [
        "NumEmbeddings": .int(3), "EmbeddingDim": .int(2), "EmbeddingType": .string("INT4"),
        "InputType": .string("UINT4"), "InputShape": .ints([3]),
      ], initializers: ["parameters": "table"])
    let table = try Tensor([1, 2, 3, 4, 5, 6], shape: [3, 2])
    let plane = try Dataplane(design, parameters: ParameterStore(["table": table]))
    let result = try plane.run(["in0": try Tensor([2, 7, 1], shape: [1, 3])])
    #expect(result.streams["out0"]?.ints == [5, 6, 1, 2, 3, 4])
    #expect(
      result.findings
        == [NodeFinding(node: "dut", frame: 0, finding: .outOfBounds(count: 1, firstIndex: 1))])
  }
}
