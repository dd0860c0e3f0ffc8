import DataflowAnalysis
import Testing

/// What lies where in a cycle, against the handshakes counted one by one.
@Suite struct TraceMomentTests {
  @Test(arguments: [0, 1, 57, 400, 1333])
  func wordsAreWhereTheHandshakesPutThem(cycle: Int) throws {
    let design = try TraceFixture.example("conv-shallow-fifos")
    let (data, result) = try TraceFixture.record(design, try TraceFixture.scenario(of: design))
    let moment = try TraceMoment(try TraceFile(data, path: "t"), at: cycle)
    for fifo in moment.fifos {
      let node = try #require(design.nodes.first { $0.name == fifo.name })
      let writes = result.streams[node.inputs[0]]!.count { $0 < cycle }
      let reads = result.streams[node.outputs[0]]!.count { $0 < cycle }
      #expect(fifo.held == writes - reads, "\(fifo.name)")
      #expect(fifo.first?.index == (fifo.held > 0 ? reads : nil))
      #expect(fifo.last?.index == (fifo.held > 0 ? writes - 1 : nil))
    }
    for stream in moment.streams {
      let before = result.streams[stream.name]!.count { $0 < cycle }
      #expect(stream.word.index == before && stream.since <= cycle)
      if let moves = stream.moves { #expect(result.streams[stream.name]![before] == moves) }
    }
  }

  /// Words of the second frame count from its beginning, and know their place in the image.
  @Test func aWordKnowsFrameAndPixel() throws {
    let design = try TraceFixture.example("conv-shallow-fifos")
    let (data, result) = try TraceFixture.record(design, try TraceFixture.scenario(of: design))
    let trace = try TraceFile(data, path: "t")
    let plan = try Plan(design)
    let input = try #require(design.graphInputs.first)
    let words = try #require(plan.wordsPerFrame[input])
    let moment = try TraceMoment(trace, at: result.streams[input]![words + 3])
    let word = try #require(moment.streams.first { $0.name == input }).word
    #expect(word.frame == 1 && word.word == 3)
    let position = try #require(word.position)
    let port = plan.inputPorts[try #require(design.nodes.firstIndex { $0.inputs.contains(input) })][
      0]
    let shape = try #require(port.normalShape)
    let flat = zip(position, shape).reduce(0) { $0 * $1.1 + $1.0 }
    #expect(flat == 3 * (port.elements ?? 0))
    #expect(word.text.hasPrefix("frame 1, word 3: ["))
  }
}
