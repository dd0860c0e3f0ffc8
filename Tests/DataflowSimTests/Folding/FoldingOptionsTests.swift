import Testing

import DataflowAnalysis
import DataflowSim

struct FoldingOptionsTests {
  /// A node alone, folded for a rate of one frame every `cycles` cycles at 100 MHz.
  private func folded(_ node: Node, cycles: Int) throws -> FoldingSearch {
    let design = Design(
      name: "alone", part: "xczu7ev-ffvc1156-2-e", clockMHz: 100, nodes: [node],
      graphInputs: node.inputs, graphOutputs: node.outputs)
    return try FoldingSearch(
      design, goal: .framesPerSecond(100e6 / Double(cycles)),
      device: try Device.named(design.part!))
  }

  /// A block of newer FINN, whose cost no formula tells: as parallel as needed and no more.
  @Test(
    arguments: [
      (
        "Requant_hls", "PE", 16,
        [
          "NumChannels": .int(64), "PE": .int(1), "numInputVectors": .ints([1, 8, 8]),
          "inputDataType": .string("INT16"), "outputDataType": .string("INT8"),
        ]
      ),
      (
        "Crop_hls", "SIMD", 16,
        [
          "NumChannels": .int(64), "SIMD": .int(1), "ImgDim": .ints([8, 8]),
          "DataType": .string("INT8"), "CropNorth": .int(1), "CropSouth": .int(1),
          "CropWest": .int(1), "CropEast": .int(1),
        ]
      ),
      (
        "ElementwiseAdd_hls", "PE", 16,
        [
          "lhs_dtype": .string("INT8"), "rhs_dtype": .string("INT8"),
          "out_dtype": .string("INT9"), "lhs_shape": .ints([1, 8, 8, 64]),
          "rhs_shape": .ints([64]), "out_shape": .ints([1, 8, 8, 64]),
          "rhs_style": .string("const"), "PE": .int(1),
        ]
      ),
    ] as [(String, String, Int, [String: AttributeValue])])
  func foldsBlocksOfNewerFINN(
    op: String, attribute: String, expected: Int, attributes: [String: AttributeValue]
  ) throws {
    let node = Node(
      name: "n", opType: op, attributes: attributes, inputs: ["in0"], outputs: ["out0"])
    // A word in each of four cycles, and what HLS needs to fill and empty its pipeline.
    let search = try folded(node, cycles: 64 * 4 + 16)
    #expect(search.meetsGoal)
    let chosen = try #require(search.chosen.design.nodes.first { $0.opType == op })
    #expect(chosen.attributes[attribute] == .int(expected))
    #expect(search.fasterFolding != nil)
  }

  /// The window in front of a depthwise layer folds with it.
  @Test func aDepthwiseWindowFollowsItsLayer() throws {
    let window = Node(
      name: "window", opType: "ConvolutionInputGenerator_rtl",
      attributes: [
        "ConvKernelDim": .ints([3, 3]), "IFMDim": .ints([6, 6]), "OFMDim": .ints([4, 4]),
        "IFMChannels": .int(8), "SIMD": .int(1), "inputDataType": .string("INT8"),
        "depthwise": .int(1),
      ], inputs: ["in0"], outputs: ["windows"])
    let layer = Node(
      name: "layer", opType: "VVAU_rtl",
      attributes: [
        "Channels": .int(8), "Dim": .ints([4, 4]), "Kernel": .ints([3, 3]), "PE": .int(1),
        "noActivation": .int(1), "inputDataType": .string("INT8"),
        "weightDataType": .string("INT8"), "outputDataType": .string("INT32"),
      ], inputs: ["windows"], outputs: ["out0"])
    let design = Design(
      name: "depthwise", part: "xcvc1902-vsva2197-2MP-e-S", clockMHz: 200,
      nodes: [window, layer], graphInputs: ["in0"], graphOutputs: ["out0"])
    let units = try FoldingOptions(design, device: nil).units()
    #expect(units.map(\.nodes) == [[0, 1]])
    func whole(_ option: FoldingOption, _ node: Int, _ name: String) -> Int {
      if case .int(let value)? = option.attributes[node]?[name] { value } else { -1 }
    }
    var folds: Set<Int> = []
    for option in units[0].options {
      #expect(whole(option, 0, "SIMD") == whole(option, 1, "PE"))
      #expect(whole(option, 0, "parallel_window") == (whole(option, 1, "SIMD") > 1 ? 1 : 0))
      folds.insert(whole(option, 1, "PE") * whole(option, 1, "SIMD"))
    }
    #expect(folds.isSuperset(of: [1, 2, 4, 8, 24, 72]))
  }

  /// The best of every trade is kept, nothing that another option beats.
  @Test func noOptionBeatsAnother() throws {
    let design = try FIFOSizingTests.design("lenet").removingBuffering()
    for unit in try FoldingOptions(design, device: nil).units() {
      for (i, a) in unit.options.enumerated() {
        for (j, b) in unit.options.enumerated() where i != j {
          let isEqual = a.cycles == b.cycles && a.resources == b.resources
          #expect(!a.beats(b) || isEqual)
        }
      }
    }
  }
}
