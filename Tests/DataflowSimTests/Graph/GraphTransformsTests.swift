import DataflowAnalysis
import Foundation
import DesignFiles
import Testing

struct GraphTransformsTests {
  /// The ten-node net of the recorded vectors, unfolded.
  /// Tests/DataflowSimTests/Resources/README.md.
  static let tenNodes: Design = {
    func chain(_ list: [(String, [String: AttributeValue])]) -> [Node] {
      list.enumerated().map { index, item in
        Node(
          name: "n\(index)", opType: item.0, attributes: item.1, inputs: ["s\(index)"],
          outputs: ["s\(index + 1)"])
      }
    }
    let four = AttributeValue.string("UINT4")
    let nodes = chain([
      (
        "FMPadding_rtl",
        [
          "ImgDim": .ints([8, 8]), "Padding": .ints([1, 1, 1, 1]), "NumChannels": .int(3),
          "SIMD": .int(3), "inputDataType": .string("UINT8"),
        ]
      ),
      (
        "ConvolutionInputGenerator_rtl",
        [
          "ConvKernelDim": .ints([3, 3]), "IFMChannels": .int(3), "IFMDim": .ints([10, 10]),
          "OFMDim": .ints([8, 8]), "SIMD": .int(3), "Stride": .ints([1, 1]),
          "Dilation": .ints([1, 1]), "inputDataType": .string("UINT8"),
          "outputDataType": .string("UINT8"), "depthwise": .int(0),
        ]
      ),
      (
        "MVAU_hls",
        [
          "PE": .int(1), "SIMD": .int(1), "MW": .int(27), "MH": .int(16),
          "inputDataType": .string("UINT8"), "weightDataType": .string("INT4"),
          "outputDataType": .string("INT18"), "accDataType": .string("INT18"),
          "noActivation": .int(1), "numInputVectors": .ints([1, 8, 8]),
        ]
      ),
      (
        "Thresholding_rtl",
        [
          "PE": .int(1), "NumChannels": .int(16), "numSteps": .int(15),
          "inputDataType": .string("INT18"), "weightDataType": .string("INT18"),
          "outputDataType": four, "numInputVectors": .ints([1, 8, 8]),
        ]
      ),
      (
        "ConvolutionInputGenerator_rtl",
        [
          "ConvKernelDim": .ints([3, 3]), "IFMChannels": .int(16), "IFMDim": .ints([8, 8]),
          "OFMDim": .ints([6, 6]), "SIMD": .int(16), "Stride": .ints([1, 1]),
          "Dilation": .ints([1, 1]), "inputDataType": four, "outputDataType": four,
          "depthwise": .int(1),
        ]
      ),
      (
        "VVAU_rtl",
        [
          "PE": .int(16), "SIMD": .int(1), "Dim": .ints([6, 6]), "Channels": .int(16),
          "Kernel": .ints([3, 3]), "inputDataType": four, "weightDataType": .string("INT4"),
          "outputDataType": .string("INT14"), "accDataType": .string("INT14"),
          "noActivation": .int(1),
        ]
      ),
      (
        "Thresholding_rtl",
        [
          "PE": .int(1), "NumChannels": .int(16), "numSteps": .int(15),
          "inputDataType": .string("INT14"), "weightDataType": .string("INT14"),
          "outputDataType": four, "numInputVectors": .ints([1, 6, 6]),
        ]
      ),
      (
        "StreamingMaxPool_hls",
        [
          "ImgDim": .ints([6, 6]), "PoolDim": .ints([2, 2]), "NumChannels": .int(16),
          "PE": .int(1), "dataType": four,
        ]
      ),
      (
        "MVAU_rtl",
        [
          "PE": .int(1), "SIMD": .int(1), "MW": .int(144), "MH": .int(10),
          "inputDataType": four, "weightDataType": .string("INT4"),
          "outputDataType": .string("INT24"), "accDataType": .string("INT24"),
          "noActivation": .int(1), "numInputVectors": .ints([1]),
        ]
      ),
      (
        "LabelSelect_hls",
        [
          "Labels": .int(10), "PE": .int(1), "K": .int(1), "inputDataType": .string("INT24"),
          "numInputVectors": .ints([1]),
        ]
      ),
    ])
    return Design(
      name: "ten", part: "xczu7ev-ffvc1156-2-e", nodes: nodes, graphInputs: ["s0"],
      graphOutputs: ["s10"]
    ).givingUniqueNodeNames()
  }()

  @Test func insertsWhatFINNInserts() throws {
    let vector = try FINNChecksTests.vectors("insert_dwc_fifo").object
    let folded = try SetFolding(targetCycles: 1000).folded(Self.tenNodes)
    let got = try folded.insertingWidthConverters().insertingFIFOs()
    let expected = vector["sequence"]!.array.map(\.object)
    #expect(got.nodes.map(\.name) == expected.map { $0["name"]!.string })
    for (node, row) in zip(got.nodes, expected) {
      for (key, value) in row where key != "name" && key != "op" {
        let mine = node.attributes[key] ?? (key == "impl_style" ? .string("rtl") : nil)
        #expect(mine == (try AttributeValue(JSONCursor(value))), "\(node.name) \(key)")
      }
    }
  }

  static let sharedModels = [
    "cnv-w1a1", "conv1d-audio", "fsrcnn", "lenet-readme", "mbv2-pixelshuffle", "mobilenet-small",
    "mobilenetv1-w4a4", "resnet-small", "resnet50-w1a2", "tfc-w1a1", "tfc-w2a2",
  ]

  /// Whole networks: FINN's own result of the same insertion, node by node.
  @Test(arguments: sharedModels) func agreesWithFINNOnNetworks(model: String) throws {
    guard let before = TestFiles.shared("models/\(model)/dataflow.onnx"),
      let after = TestFiles.shared("models/\(model)/dataflow_fifo.onnx")
    else { return }
    let mine = try DesignFile.load(before).design.insertingWidthConverters().insertingFIFOs()
    let finn = try DesignFile.load(after).design
    #expect(mine.nodes.map(\.name) == finn.nodes.map(\.name))
    for (a, b) in zip(mine.nodes, finn.nodes) where a.isFIFO || a.isWidthConverter {
      for key in ["folded_shape", "normal_shape", "dataType", "inWidth", "outWidth", "shape"] {
        #expect(a.attributes[key] == b.attributes[key], "\(a.name) \(key)")
      }
    }
    #expect(try Self.wiring(mine) == Self.wiring(finn))
  }

  /// Which node feeds which, by name.
  private static func wiring(_ design: Design) throws -> [String: [String]] {
    let graph = try DesignGraph(design)
    return Dictionary(
      uniqueKeysWithValues: design.nodes.map { node in
        (node.name, node.inputs.map { graph[$0].writer.map { design.nodes[$0.node].name } ?? "in" })
      })
  }

  @Test func strippingAndInsertingAgainIsTheSame() throws {
    for path in ["cnv-w1a1", "lenet", "resnet-small", "fsrcnn"] {
      let design = try DesignFile.load(TestFiles.repository("configs/\(path).json")).design
      let stripped = try design.removingBuffering()
      #expect(!stripped.nodes.contains { $0.isFIFO || $0.isWidthConverter })
      let again = try stripped.insertingWidthConverters().insertingFIFOs()
      #expect(again.nodes.map(\.name) == design.nodes.map(\.name))
      #expect(try Self.wiring(again) == Self.wiring(design))
      #expect(again.graphInputs == design.graphInputs && again.graphOutputs == design.graphOutputs)
    }
  }

  @Test func removesShallowFIFOs() throws {
    var design = try DesignFile.load(TestFiles.repository("configs/lenet.json")).design
    let fifos = design.nodes.indices.filter { design.nodes[$0].isFIFO }
    design.nodes[fifos[3]].attributes["depth"] = .int(9)
    let few = try design.removingShallowFIFOs(upTo: 2)
    #expect(few.nodes.filter(\.isFIFO).map(\.name).contains(design.nodes[fifos[3]].name))
    #expect(few.nodes.filter(\.isFIFO).count == 2)
    _ = try Plan(few)
  }
}
