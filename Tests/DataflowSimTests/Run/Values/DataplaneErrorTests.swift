import DataflowAnalysis
import SimKernels
import Testing

/// What is wrong with inputs and parameters is said precisely.
@Suite struct DataplaneErrorTests {
  private func design(_ change: (inout Node) -> Void = { _ in }) -> Design {
    var node = Node(
      name: "mvu", opType: "MVAU_hls",
      attributes: [
        "MW": .int(4), "MH": .int(2), "PE": .int(1), "SIMD": .int(1), "noActivation": .int(0),
        "inputDataType": .string("INT4"), "weightDataType": .string("INT4"),
        "outputDataType": .string("UINT2"),
      ], inputs: ["in0"], outputs: ["out0"], initializers: ["weights": "w", "thresholds": "t"])
    change(&node)
    return Design(name: "t", nodes: [node], graphInputs: ["in0"], graphOutputs: ["out0"])
  }

  private func parameters(
    w: [Int] = [1, 2, 3, 4, 5, 6, 7, -8], wShape: [Int] = [4, 2], tShape: [Int] = [2, 3]
  ) throws -> ParameterStore {
    let t = [Int](repeating: 1, count: tShape.reduce(1, *))
    return ParameterStore([
      "w": try Tensor(w, shape: wShape), "t": try Tensor(t, shape: tShape),
    ])
  }

  private func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no error"
    } catch { return String(describing: error) }
  }

  @Test func parameters() throws {
    func build(_ store: ParameterStore?, _ change: (inout Node) -> Void = { _ in }) -> String {
      message { _ = try Dataplane(design(change), parameters: store) }
    }
    #expect(build(try parameters()) == "no error")
    #expect(build(nil).contains("node 'mvu', initializers: the array 't'"))
    #expect(build(nil).contains("--parameters"))
    #expect(build(try parameters()) { $0.initializers["weights"] = nil }.contains("no weights"))
    #expect(
      build(try parameters()) { $0.initializers["weights"] = "v" }.contains(
        "there is no parameter array 'v'"))
    // That of another layer is not offered; a slip is.
    let other = try build(parameters()) { $0.initializers["weights"] = "w7" }
    #expect(other.contains("no parameter array 'w7'") && !other.contains("did you mean"))
    let slip = try build(parameters()) { $0.initializers["thresholds"] = "tt" }
    #expect(slip.contains("did you mean 't'"))
    #expect(
      build(try parameters(w: [1, 2, 3], wShape: [3])).contains(
        "array 'w': has shape [3]; MVAU_hls needs (4, 2)"))
    let outside = build(try parameters(w: [1, 2, 3, 4, 5, 99, 7, 8]))
    #expect(outside.contains("array 'w', index [2, 1]: 99 is no INT4"))
    #expect(outside.contains("-8 to 7"))
    #expect(build(try parameters(tShape: [3, 2])).contains("(2, n) or (1, n)"))
    #expect(
      build(try parameters()) { $0.attributes["inputDataType"] = .string("FLOAT32") }.contains(
        "FLOAT32"))
    #expect(
      build(try parameters()) { $0.opType = "LayerNorm_hls" }.contains("node 'mvu'"))
  }

  @Test func inputs() throws {
    let plane = try Dataplane(design(), parameters: try parameters())
    func run(_ name: String, _ values: [Double], _ shape: [Int]) -> String {
      message { _ = try plane.run([name: try Tensor(values, shape: shape)]) }
    }
    #expect(run("in0", [1, 2, 3, 4], [1, 4]) == "no error")
    #expect(run("in0", [1, 2, 3, 4], [4]).contains("input 'in0': has shape [4]"))
    #expect(
      run("in0", [1, 2, 3, 4, 5, 6], [1, 6]).contains("needed: (frames, 1, 4) or (frames, 4)"))
    #expect(run("in1", [1, 2, 3, 4], [1, 4]).contains("no graph input 'in1'"))
    #expect(run("in1", [1, 2, 3, 4], [1, 4]).contains("did you mean 'in0'?"))
    #expect(run("in0", [1, 2, 3.5, 4], [1, 4]).contains("array 'in0', index [0, 2]"))
    #expect(run("in0", [1, 2, .nan, 4], [1, 4]).contains("index [0, 2]"))
    #expect(run("in0", [1, 2, 3, 4, 5, 6, 7, 8], [2, 4]).contains("index [1, 3]: 8 is no INT4"))
    #expect(message { _ = try plane.run([:]) }.contains("no data for the graph input 'in0'"))
  }

  @Test func coresThatNeverWere() throws {
    let plane = try Dataplane(design(), parameters: try parameters())
    let words = WordSequence(
      elementsPerWord: 1, elements: Integers([1, 2, 3, 4], rowLength: 1, format: .signed(4)))
    for result in [CoreResult.whole(2), .partial(7..<9), .damaged(0, lost: [4]), .whole(-1)] {
      #expect(
        message { _ = try plane.words(of: ["in0": words], cores: ["mvu": [result]]) }.contains(
          "never arrived"))
    }
  }
}
