import DataflowAnalysis
import DesignFiles
import Foundation
import OriginalModel
import Testing

/// What leaves a design is compared, and who makes what is told by structure, not by resemblance.
@Suite struct StructuralPairingTests {
  /// Two branches of one shape behind the same codes, joined.
  private func branches(quantised: Bool) -> ModelBuilder {
    var random = SeededGenerator(seed: 11)
    var model = ModelBuilder(input: [1, 3, 6, 6])
    model.quantiser("x", "q", scale: 1, bits: 4)
    for name in ["a", "b"] {
      let weights = (0..<27).map { _ in Float(Int.random(in: -3...3, using: &random)) }
      model.constant("w\(name)", Array(weights.prefix(9)), [3, 3, 1, 1])
      model.add("Conv", ["q", "w\(name)"], ["c\(name)"], ints: ["kernel_shape": [1, 1]])
      model.quantiser("c\(name)", name, scale: 4, bits: 4)
    }
    model.add("Concat", ["a", "b"], [quantised ? "j" : "y"], numbers: ["axis": 1])
    guard quantised else { return model }
    let weights = (0..<12).map { _ in Float(Int.random(in: -3...3, using: &random)) }
    model.constant("w", weights, [2, 6, 1, 1])
    model.add("Conv", ["j", "w"], ["e"], ints: ["kernel_shape": [1, 1]])
    model.quantiser("e", "y", scale: 4, bits: 4)
    return model
  }

  /// A branch whose thresholds are wrong does not take the tensor of the one beside it.
  @Test func branchesAreNotExchanged() throws {
    let sound = try PlantedModel(branches(quantised: true)).compare()
    #expect(sound.wrong == nil && sound.verdicts.isEmpty, "\(sound.text)")
    for wrong in ["MVAU_hls_0", "MVAU_hls_1"] {
      let outcome = try PlantedModel(branches(quantised: true)).compare {
        try $0.change(wrong, "thresholds") { _, _, value in 2 * value }
      }
      #expect(outcome.results.filter { !$0.isFine }.map(\.node) == [wrong], "\(outcome.text)")
    }
  }

  /// A join and a padding inside a model are compared themselves: their faults show there, not in the layer behind.
  @Test func joinsAndPaddingsAreCompared() throws {
    let joined = try PlantedModel(branches(quantised: true)).compare {
      let place = try #require(
        $0.design.nodes.firstIndex { $0.opType.hasPrefix("StreamingConcat") })
      $0.design.nodes[place].inputs.swapAt(0, 1)
    }
    #expect(
      joined.results.filter { !$0.isFine }.map(\.node) == ["StreamingConcat_hls_0"],
      "\(joined.text)")
    var model = ModelBuilder(input: [1, 2, 6, 6])
    model.quantiser("x", "q", scale: 1, bits: 4)
    model.constant("pads", integers: [0, 0, 1, 1, 0, 0, 1, 1])
    model.add("Pad", ["q", "pads"], ["p"])
    model.constant("w", (0..<36).map { Float($0 % 7 - 3) }, [2, 2, 3, 3])
    model.add("Conv", ["p", "w"], ["c"], ints: ["kernel_shape": [3, 3]])
    model.quantiser("c", "y", scale: 4, bits: 4)
    let sound = try PlantedModel(model).compare()
    #expect(sound.wrong == nil && sound.pairs.contains { $0.tensor == "p" }, "\(sound.pairs)")
    let padded = try PlantedModel(model).compare {
      let place = try #require($0.design.nodes.firstIndex { $0.opType.hasPrefix("FMPadding") })
      $0.design.nodes[place].attributes["Padding"] = .ints([2, 1, 0, 1])
    }
    #expect(
      padded.results.filter { !$0.isFine }.map(\.node) == ["FMPadding_rtl_0"], "\(padded.text)")
  }

  /// What joins streams is as wide as its widest input; the codes are as many as thresholds give.
  @Test func aWidenedStreamHasTheCodesOfItsThresholds() throws {
    var model = branches(quantised: true)
    // The other branch has more codes, so that the stream of the join is wider than the first.
    for i in model.graph.initializer.indices where model.graph.initializer[i].name == "b_b" {
      model.graph.initializer[i].floatData = [6]
    }
    let sound = try PlantedModel(model).compare()
    #expect(sound.wrong == nil && sound.pairs.allSatisfy { $0.agreement == 1 }, "\(sound.text)")
    let outcome = try PlantedModel(model).compare {
      let place = try #require($0.design.nodes.firstIndex { $0.name == "MVAU_hls_0" })
      guard case .int(let first)? = $0.design.nodes[place].attributes["ActVal"] else { return }
      $0.design.nodes[place].attributes["ActVal"] = .int(first + 1)
    }
    #expect(outcome.wrong?.node == "MVAU_hls_0", "\(outcome.text)")
  }

  /// What leaves without a quantiser is compared as well.
  @Test func aJoinAtTheOutputIsCompared() throws {
    let sound = try PlantedModel(branches(quantised: false)).compare()
    #expect(sound.wrong == nil, "\(sound.text)")
    #expect(sound.pairs.last?.node == "StreamingConcat_hls_0")
    let outcome = try PlantedModel(branches(quantised: false)).compare {
      let place = try #require($0.design.nodes.firstIndex { $0.name == "StreamingConcat_hls_0" })
      $0.design.nodes[place].inputs.reverse()
    }
    #expect(outcome.wrong?.node == "StreamingConcat_hls_0", "\(outcome.text)")
  }

  /// A FIFO between the last layer and the output hides nothing.
  @Test func theLastLayerIsComparedThroughAFIFO() throws {
    var model = ModelBuilder(input: [1, 6])
    model.quantiser("x", "q", scale: 0.5, bits: 4)
    model.constant("w", [1, -2, 3, 0, 2, 1, -1, 1, 2, 3, -3, 1], [6, 2])
    model.add("MatMul", ["q", "w"], ["y"])
    func buffered(_ loaded: inout LoadedDesign, _ isWrong: Bool) throws {
      if isWrong { try loaded.change("MVAU_hls_0", "weights") { _, _, value in -value } }
      let place = try #require(loaded.design.nodes.firstIndex { $0.name == "MVAU_hls_0" })
      let output = loaded.design.nodes[place].outputs[0]
      let inner = loaded.design.streams[output]
      loaded.design.nodes[place].outputs = ["inner"]
      loaded.design.streams["inner"] = inner
      let type = try #require(loaded.design.nodes[place].attributes["outputDataType"])
      loaded.design.nodes.insert(
        Node(
          name: "FIFO", opType: "StreamingFIFO_rtl",
          attributes: [
            "depth": .int(4), "folded_shape": .ints([1, 2, 1]), "normal_shape": .ints([1, 2]),
            "dataType": type,
          ], inputs: ["inner"], outputs: [output]), at: place + 1)
    }
    let sound = try PlantedModel(model).compare { try buffered(&$0, false) }
    #expect(sound.wrong == nil && sound.pairs.map(\.node).contains("MVAU_hls_0"), "\(sound.text)")
    let outcome = try PlantedModel(model).compare { try buffered(&$0, true) }
    #expect(outcome.wrong?.node == "MVAU_hls_0", "\(outcome.text)")
  }

  /// A pool padded on the wrong side keeps its tensor; the layer behind is judged by itself.
  @Test func aWrongPoolKeepsItsTensor() throws {
    var model = ModelBuilder(input: [1, 2, 6, 6])
    model.quantiser("x", "q", scale: 1, bits: 4, isSigned: false)
    model.add(
      "MaxPool", ["q"], ["p"],
      ints: ["kernel_shape": [2, 2], "strides": [1, 1], "pads": [0, 0, 1, 1]])
    model.constant("w", [1, -2, 3, 1], [2, 2, 1, 1])
    model.add("Conv", ["p", "w"], ["c"], ints: ["kernel_shape": [1, 1]])
    model.quantiser("c", "y", scale: 4, bits: 4)
    let sound = try PlantedModel(model).compare()
    #expect(sound.wrong == nil && sound.pairs.count == 3, "\(sound.text)")
    let outcome = try PlantedModel(model).compare {
      let place = try #require($0.design.nodes.firstIndex { $0.opType.hasPrefix("FMPadding") })
      $0.design.nodes[place].attributes["Padding"] = .ints([1, 1, 0, 0])
    }
    #expect(
      outcome.results.filter { !$0.isFine }.allSatisfy { $0.node.hasPrefix("Pool") }
        && outcome.wrong != nil, "\(outcome.text)")
  }

  /// What no compared stream tells anything of is named.
  @Test func whatIsNotComparedIsNamed() throws {
    let reference = try Reference(branches(quantised: true).model())
    var loaded = try LoweredModel(reference, name: "m").loaded
    let place = try #require(loaded.design.nodes.firstIndex { $0.name == "MVAU_hls_2" })
    let data = try reference.randomFrames(2)
    func uncompared() throws -> (outputs: [String], nodes: [String]) {
      let comparison = try Comparison(loaded.design, parameters: loaded.parameters)
      return try ModelPairing(
        comparison.plane, reference, arrays: data, file: "made up", parameters: loaded.parameters
      ).uncompared(in: loaded.design)
    }
    let all = try uncompared()
    #expect(all.outputs.isEmpty && all.nodes.isEmpty)
    // A layer that the model does not have.
    let output = loaded.design.nodes[place].outputs[0]
    var more = loaded.design.nodes[place]
    more.name = "more"
    more.inputs = [output]
    more.outputs = ["out"]
    more.attributes["MW"] = more.attributes["MH"]
    more.attributes["SIMD"] = .int(1)
    more.attributes["inputDataType"] = more.attributes["outputDataType"]
    more.initializers["weights"] = "square"
    loaded.design.nodes.append(more)
    loaded.design.graphOutputs = ["out"]
    let right = try #require(loaded.parameters)
    let square = try Tensor([1, 1, 0, 1], shape: [2, 2])
    loaded.parameters = ParameterStore(names: right.names + ["square"]) {
      $0 == "square" ? square : try right.tensor($0)
    }
    let left = try uncompared()
    #expect(left.outputs == ["out"] && left.nodes == ["more"], "\(left)")
  }
}
