import DataflowAnalysis
import Testing

/// Nodes written as `name: inputs > outputs`.
private func design(
  _ nodes: [String], inputs: [String] = ["in"], outputs: [String] = ["out"]
) -> Design {
  func names(_ text: Substring) -> [String] { text.split(separator: " ").map(String.init) }
  let parsed = nodes.map { line in
    let head = line.split(separator: ":")
    let ports = head[1].split(separator: ">", omittingEmptySubsequences: false)
    return Node(
      name: String(head[0]), opType: "op", inputs: names(ports[0]), outputs: names(ports[1]))
  }
  return Design(name: "d", nodes: parsed, graphInputs: inputs, graphOutputs: outputs)
}

@Suite struct DesignGraphTests {
  @Test func findsWritersReadersAndOrder() throws {
    let graph = try DesignGraph(
      design(["join: left right > out", "b: r > right", "fork: in > left r"]))
    #expect(graph.order == [2, 1, 0])
    let left = graph.streams[try #require(graph.indexByName["left"])]
    #expect(left.writer == .init(node: 2, port: 0) && left.reader == .init(node: 0, port: 0))
    #expect(graph.streams[0] == .init(name: "in", writer: nil, reader: .init(node: 2, port: 0)))
    #expect(graph.streams[graph.indexByName["out"]!].reader == nil)
  }

  @Test(arguments: [
    (["a: in > out", "b: in > x"], "two readers: node 'a' and node 'b'"),
    (["a: in > out", "b: > out"], "two writers: node 'a' and node 'b'"),
    (["a: in > in out"], "two writers: the graph input of this name and node 'a'"),
    (["a: in > out x"], "nothing reads it"),
    (["a: im > out"], "did you mean 'in'?"),
    (["a: > out"], "graph input 'in': no node reads it"),
    (["a: in > x", "a: x > out"], "two nodes have this name"),
    (["a: in back > mid", "b: mid > back2 out", "c: back2 > back"], "cycle: "),
  ])
  func namesWhatIsWrong(nodes: [String], message: String) {
    let text = inputError { _ = try DesignGraph(design(nodes)) }
    #expect(text.contains(message))
  }

  @Test func aCycleListsItsNodesInOrder() {
    let nodes = ["a: in z > x", "b: x > y t", "c: y > z", "tail: t > out"]
    let text = inputError { _ = try DesignGraph(design(nodes)) }
    let turns = ["'a' → 'b' → 'c' → 'a'", "'b' → 'c' → 'a' → 'b'", "'c' → 'a' → 'b' → 'c'"]
    #expect(turns.contains { text.contains($0) }, "\(text)")
  }

  @Test func aLongChainIsNoProblem() throws {
    let nodes = (0..<20_000).map { "n\($0): s\($0) > s\($0 + 1)" }
    let chain = design(nodes.shuffled(), inputs: ["s0"], outputs: ["s20000"])
    #expect(try DesignGraph(chain).order.count == 20_000)
  }

  @Test func settingsOfUnknownStreamsAreRefused() {
    var d = design(["a: in > out"])
    d.streams["inn"] = StreamSettings(depth: 2)
    #expect(inputError { _ = try DesignGraph(d) }.contains("did you mean 'in'?"))
  }

  @Test func depthsBecomeFIFOs() throws {
    var d = design(["a: in > mid", "b: mid > out"])
    d.streams = [
      "in": StreamSettings(depth: 4), "mid": StreamSettings(depth: 0, shape: [1, 8]),
      "out": StreamSettings(depth: 2),
    ]
    let format = StreamFormat(foldedShape: [1, 4, 2], normalShape: [1, 8], dataType: "INT4")
    let result = try d.insertingStreamFIFOs { _ in format }
    #expect(result.nodes.map(\.name) == ["a", "b", "in_fifo", "out_fifo"])
    #expect(result.nodes[2].attributes["depth"] == .int(4))
    #expect(result.nodes[2].inputs == ["in"] && result.nodes[2].outputs == ["in_out"])
    #expect(result.nodes[3].inputs == ["out_in"] && result.nodes[3].outputs == ["out"])
    #expect(result.graphInputs == d.graphInputs && result.graphOutputs == d.graphOutputs)
    #expect(result.streams == ["mid": StreamSettings(shape: [1, 8])])
    _ = try DesignGraph(result)
  }
}
