import DataflowAnalysis
import DesignFiles
import Testing

/// Converters between the border of a graph and its first or last layer: the words outside stay, the others follow
/// the folding.
@Suite struct BorderConverterFoldingTests {
  /// `tfc-w2a2` without its last block, with words of `input` bits at its input and one word of all labels at its
  /// output.
  private func design(input: Int) throws -> Design {
    var design = try FIFOSizingTests.design("tfc-w2a2")
    design.nodes.removeAll { ["LabelSelect_hls_0", "StreamingFIFO_rtl_8"].contains($0.name) }
    design.nodes[0].inputs = ["wide_in"]
    let last = design.nodes[design.nodes.count - 1].outputs[0]
    func converter(_ name: String, _ shape: [Int], _ widths: (Int, Int), _ type: String) -> Node {
      Node(
        name: name, opType: "StreamingDataWidthConverter_rtl",
        attributes: [
          "shape": .ints(shape), "inWidth": .int(widths.0), "outWidth": .int(widths.1),
          "dataType": .string(type),
        ])
    }
    var front = converter("front", [1, 784], (input, 392), "UINT8")
    (front.inputs, front.outputs) = (["global_in"], ["wide_in"])
    var back = converter("back", [1, 10], (8, 80), "INT8")
    (back.inputs, back.outputs) = ([last], ["global_out"])
    design.nodes = [front] + design.nodes + [back]
    design.streams = [:]
    return design
  }

  /// A frame of 784 bytes comes in 112 words of 56 bits, however the layers are folded.
  @Test func theInterfaceIsTheLimitAndNotTheConverter() throws {
    let search = try FoldingSearch(
      design(input: 56), goal: .framesPerSecond(3_000_000), device: nil)
    #expect(!search.meetsGoal)
    #expect(search.chosen.period == FramePeriod(cycles: 112))
  }

  /// A layer that takes a seventh of the words takes them as it is folded, not as the file has it.
  @Test(arguments: [1000.0, 500_000])
  func convertersFollowTheLayersBesideThem(fps: Double) throws {
    let design = try design(input: 56)
    let search = try FoldingSearch(design, goal: .framesPerSecond(fps), device: nil)
    #expect(search.meetsGoal)
    let chosen = search.chosen.design
    let throughput = try Throughput(chosen)
    #expect(throughput.outcome == .complete)
    #expect(throughput.cyclesPerFrame == search.chosen.period.cyclesPerFrame)
    // Words outside are those of the file.
    let plan = try Plan(chosen)
    #expect(plan.wordsPerFrame["global_in"] == 112)
    #expect(plan.wordsPerFrame["global_out"] == 1)
    // The folding alone, applied to the file, makes the same design.
    var applied = design
    var folding = FoldingConfig()
    let names = Set(design.nodes.map(\.name))
    for node in chosen.nodes where names.contains(node.name) && !node.isFIFO {
      folding.nodes[node.name] = node.attributes.filter { ["PE", "SIMD"].contains($0.key) }
    }
    _ = try applied.apply(folding)
    let words = try Plan(applied).wordsPerFrame
    #expect(words["global_in"] == 112 && words["global_out"] == 1)
    #expect(
      applied.nodes.filter(\.isWidthConverter).map(\.attributes)
        == chosen.nodes.filter(\.isWidthConverter).map(\.attributes))
  }

  /// As wide as the layer takes it, nothing is left to convert.
  @Test func aConverterWithNothingToConvertLeaves() throws {
    var design = try design(input: 56)
    var folding = FoldingConfig()
    folding.nodes["Thresholding_rtl_0"] = ["PE": .int(7)]
    _ = try design.apply(folding)
    let graph = try DesignGraph(design)
    let first = try #require(graph["global_in"].reader)
    #expect(design.nodes[first.node].isFIFO)
    #expect(try Throughput(design).outcome == .complete)
  }

  /// What is a step up changes a layer.
  @Test func theNextStepNamesALayer() throws {
    for fps in [1000.0, 60_000, 100_000, 300_000] {
      let search = try FoldingSearch(design(input: 56), goal: .framesPerSecond(fps), device: nil)
      #expect(search.fasterFolding.map { !$0.changedNodes.isEmpty } ?? true, "\(fps)")
    }
  }
}
