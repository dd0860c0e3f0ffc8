import DataflowAnalysis
import Foundation
import Testing

/// `blocks OP --attributes` and `fps` of that block alone say the same.
@Suite struct BlockReportTests {
  @Test(arguments: ["cnv-w1a1", "resnet-small", "mobilenet-small", "tfc-w1a1"])
  func aBlockIsWhatItIsAlone(name: String) throws {
    let design = try Design(contentsOf: TestFiles.repository("configs/\(name).json"))
    var seen: [String: Int] = [:]
    for node in design.nodes where seen[node.opType, default: 0] < 3 {
      seen[node.opType, default: 0] += 1
      let block = try design.block(of: node)
      let report = try BlockReport(
        block, node.attributes, part: design.part, clockMHz: design.clockMHz)
      let alone = try Throughput(design.alone(node)).nodes[0]
      // `fps` does not count FIFOs among what limits.
      let cycles = node.isFIFO ? block.outputs[0].words : alone.busyCycles
      #expect(report.cyclesAlone == cycles, "\(node.name) (\(node.opType))")
      #expect(report.resources == alone.cost.expected, "\(node.name)")
      #expect(report.finnResources == alone.cost.finn.finn, "\(node.name)")
    }
    #expect(seen.count > 4)
  }

  /// Nobody waits for an image that no board could hold.
  @Test func aWindowBeyondAnyBoardIsNotSimulated() throws {
    let attributes: [String: AttributeValue] = [
      "ConvKernelDim": .ints([3, 3]), "IFMChannels": .int(1), "IFMDim": .ints([2500, 2500]),
      "OFMDim": .ints([2498, 2498]), "SIMD": .int(1), "Stride": .ints([1, 1]),
      "Dilation": .ints([1, 1]), "inputDataType": .string("UINT4"),
      "outputDataType": .string("UINT4"), "depthwise": .int(0),
    ]
    let block = try BlockCatalogue.make(
      opType: "ConvolutionInputGenerator_rtl", attributes: attributes, part: nil, clockMHz: 100,
      generation: .default)
    #expect(try BlockReport(block, attributes, part: nil).cyclesAlone == nil)
  }

  @Test func theCommandSaysBoth() throws {
    let attributes =
      #"{"ImgDim": [32, 32], "Padding": [1, 1, 1, 1], "NumChannels": 3, "SIMD": 1, "inputDataType": "UINT8"}"#
    let text = try CommandLineTool.run("blocks", "FMPadding_rtl", "--attributes", attributes)
    #expect(text.output.contains("\ncycles per frame alone   3468 (exact)\n"), "\(text.output)")
    let json = try CommandLineTool.run(
      "blocks", "FMPadding_rtl", "--attributes", attributes, "--json"
    ).json
    let resources = try #require(json["resources"] as? [String: Any])
    let calibrated = try #require(json["calibrated"] as? [String: Any])
    let expected = try #require(calibrated["expected"] as? [String: Any])
    #expect(resources["LUT"] as? Double == (expected["LUT"] as? Double)?.rounded())
    #expect(resources["FF"] is Int && json["correctedResources"] is NSNull)
    #expect((json["finnResources"] as? [String: Any])?["LUT"] as? Int == 0)
  }
}
