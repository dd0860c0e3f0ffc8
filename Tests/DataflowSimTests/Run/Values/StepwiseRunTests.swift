import DataflowAnalysis
import DesignFiles
import SimKernels
import Testing

/// All frames of a node before the next node, as frames one by one.
struct StepwiseRunTests {
  private func network(_ name: String) throws -> (plane: Dataplane, inputs: [String: Tensor]) {
    let loaded = try DesignFile.load(TestFiles.repository("configs/\(name).json"))
    let plane = try Dataplane(loaded.design, parameters: loaded.parameters)
    var random = SeededGenerator(seed: 9)
    let layout = try plane.layout(of: plane.inputs[0])
    let range = try #require(layout.dataType.range)
    let values = (0..<3 * layout.count).map { _ in Int.random(in: range, using: &random) }
    return (plane, [plane.inputs[0]: try Tensor(values, shape: [3] + layout.shape)])
  }

  /// What is replaced on the way reaches those behind it alone, as what is replaced from the start does.
  @Test(arguments: ["lenet", "resnet-small"]) func everyStreamIsThatOfAWholeRun(name: String) throws
  {
    let (plane, inputs) = try network(name)
    let plain = try plane.run(inputs, keep: .all)
    let stream = try #require(
      plane.steps.first { $0.node.opType.hasPrefix("Thresholding") }?.outputs.first
    )
    let changed = plane.graph.streams[stream].name
    let layout = try plane.layout(of: changed)
    let least = try #require(layout.dataType.range).lowerBound
    let other = Integers(
      [Int64](repeating: Int64(least), count: 3 * layout.count), rowLength: layout.rowLength,
      format: layout.format)
    let whole = try plane.run(inputs, keep: .all, replacing: [changed: other], threads: 2)
    for isGiven in [true, false] {
      var stepwise = try StepwiseRun(
        plane, inputs, replacing: isGiven ? [changed: other] : [:], threads: 2)
      while let streams = try stepwise.advance() {
        guard streams.contains(changed), !isGiven else { continue }
        #expect(stepwise.result.streams[changed]?.int64s == plain.streams[changed]?.int64s)
        stepwise.replace(changed, by: other)
      }
      #expect(stepwise.result.streams.keys.sorted() == whole.streams.keys.sorted())
      for (stream, elements) in whole.streams {
        #expect(stepwise.result.streams[stream]?.int64s == elements.int64s, "\(stream)")
      }
      #expect(stepwise.result.findings.count == whole.findings.count)
    }
    #expect(
      whole.streams[plane.design.graphOutputs[0]]?.int64s
        != plain.streams[plane.design.graphOutputs[0]]?.int64s)
  }

  /// Few streams are kept where all are compared, and those a compared one is made of where few are.
  @Test func whatHasBeenComparedIsDropped() throws {
    let (plane, inputs) = try network("lenet")
    let all = Set(plane.graph.streams.map(\.name))
    let last = try #require(plane.steps.last)
    let few: Set = [plane.graph.streams[last.outputs[0]].name]
    for (compared, most) in [(all, 2), (few, all.count)] {
      var stepwise = try StepwiseRun(plane, inputs)
      while try stepwise.advance() != nil {
        stepwise.drop(behind: compared)
        #expect(stepwise.result.streams.count <= most)
      }
      #expect(stepwise.result.streams[plane.design.graphOutputs[0]] != nil)
    }
  }
}
