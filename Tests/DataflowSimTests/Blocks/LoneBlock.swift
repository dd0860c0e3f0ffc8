import DataflowSim
import SimKernels

/// One block alone in a design, and what it makes of one frame.
enum LoneBlock {
  static func design(
    _ opType: String, _ attributes: [String: AttributeValue], inputs: [String] = ["in0"],
    outputs: [String] = ["out0"], initializers: [String: String] = [:]
  ) -> Design {
    Design(
      name: "t",
      nodes: [
        Node(
          name: "dut", opType: opType, attributes: attributes, inputs: inputs, outputs: outputs,
          initializers: initializers)
      ], graphInputs: inputs, graphOutputs: outputs)
  }

  /// The elements of every output, from those of every input.
  static func run(
    _ design: Design, _ inputs: [String: [Int]], _ parameters: [String: Tensor] = [:]
  ) throws -> [[Int]] {
    let plane = try Dataplane(design, parameters: ParameterStore(parameters))
    var tensors: [String: Tensor] = [:]
    for (name, values) in inputs { tensors[name] = try Tensor(values, shape: [1, values.count]) }
    let result = try plane.run(tensors)
    return try design.graphOutputs.map { try result.tensor($0).asIntegers(name: $0) }
  }
}
