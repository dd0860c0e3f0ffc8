import DataflowAnalysis
import SimKernels
import Testing

/// Bits of measured designs.
@Suite struct GoldenDataplaneTests {
  private static let withTensors = GoldenTensorCase.all.filter {
    !$0.inputs.isEmpty && $0.hasParameters && $0.isIntegral && !$0.leavesRowsOver
  }
  private static let windows = GoldenTensorCase.all.filter { $0.order != nil }
  private static let damaged = GoldenTensorCase.all.filter {
    $0.kind == "mvu" && !$0.outputs.isEmpty && $0.extraWords.isEmpty
  }

  @Test func casesAreThere() {
    #expect(GoldenTensorCase.committed.count >= 20)
    #expect(!Self.damaged.isEmpty && !Self.windows.isEmpty)
  }

  @Test(arguments: withTensors) func framesGiveTheMathematicalResult(golden: GoldenTensorCase)
    throws
  {
    let plane = try golden.dataplane(.init(hazards: .none))
    let result = try plane.run(golden.inputs)
    let expected = try #require(try golden.output(plane))
    #expect(result.streams[expected.name]?.ints == expected.values)
  }

  @Test(arguments: withTensors) func wordsGiveTheSameAsFrames(golden: GoldenTensorCase) throws {
    let plane = try golden.dataplane()
    let frames = try plane.run(golden.inputs, keep: .all)
    let words = try plane.words(of: try sources(golden, plane))
    for (name, elements) in frames.streams {
      let sequence = try #require(words[name])
      #expect(sequence.elements.ints.prefix(elements.count).elementsEqual(elements.ints))
      // Only padding runs ahead of its input.
      let layout = try plane.layout(of: name)
      let ahead = sequence.count - elements.count / layout.elements
      #expect(ahead >= 0)
      if golden.kind == "fmpadding", name == golden.design.graphOutputs.first,
        let extra = golden.extraWords["a"]
      {
        // The measurement ended 64 cycles after the last word of whole frames.
        #expect(min(ahead, 64) == extra)
      }
    }
  }

  /// Fewer input words give a prefix of what more of them give.
  @Test(arguments: withTensors) func incompleteFramesGivePrefixes(golden: GoldenTensorCase) throws {
    let plane = try golden.dataplane()
    let sources = try sources(golden, plane)
    let all = try plane.words(of: sources)
    let output = try #require(golden.design.graphOutputs.first)
    let whole = try #require(all[output])
    var before = 0
    for share in [0, 1, 2, 3, 5, 7, 8] {
      let cut = sources.mapValues { $0.prefix($0.count * share / 8) }
      let part = try #require(try plane.words(of: cut)[output])
      #expect(part.count >= before)
      #expect(part == whole.prefix(part.count))
      before = part.count
    }
    #expect(before == whole.count)
  }

  @Test(arguments: windows) func windowsCarryTheMeasuredWords(golden: GoldenTensorCase) throws {
    let plane = try golden.dataplane()
    let input = try plane.layout(of: "in0")
    let output = try plane.layout(of: "out0")
    let order = try #require(golden.order)
    // Every element holds the index of its word.
    let limit = 1 << min(input.dataType.bits, 20)
    let values = (0..<input.count).map { $0 / input.elements % limit }
    let result = try plane.run(["in0": try Tensor(values, shape: [1] + input.shape)])
    let expected = order.flatMap { words in
      words.flatMap { word in [Int](repeating: word % limit, count: input.elements) }
    }
    #expect(result.streams["out0"]?.ints == expected)
    #expect(order.count == output.words)
  }

  @Test func narrowThresholdsWrap() throws {
    let golden = try #require(GoldenTensorCase.all.first { $0.name.hasPrefix("t11") })
    let plane = try golden.dataplane()
    let result = try plane.run(golden.inputs)
    #expect(result.streams["out0"]?.ints == golden.outputs.first?.values)
    #expect(
      result.findings.contains { if case .narrowWrap = $0.finding { true } else { false } })
  }

  /// Every damaged word of a DSP48 core is what the value rule makes of some lost slots.
  @Test(arguments: damaged) func damagedWordsFollowFromLostSlots(golden: GoldenTensorCase) throws {
    let plane = try golden.dataplane()
    let sources = try sources(golden, plane)
    let node = golden.design.nodes[0]
    guard case .int(let mw)? = node.attributes["MW"], case .int(let simd)? = node.attributes["SIMD"]
    else { return }
    let fold = mw / simd
    let whole = try #require(try plane.words(of: sources)["out0"])
    let n = whole.elementsPerWord
    for (_, values) in golden.outputs {
      #expect(values.count == whole.elements.count)
      for k in 0..<whole.count {
        let word = Array(values[k * n..<(k + 1) * n])
        if word.elementsEqual(whole.elements.ints[k * n..<(k + 1) * n]) { continue }
        let single = (0..<fold).map { [k * fold + $0] }
        let double = (0..<fold).flatMap { a in
          (0..<a).map { b in [k * fold + b, k * fold + a] }
        }
        let candidates = single + double
        let results = try plane.words(
          of: sources, cores: [node.name: candidates.map { .damaged(k, lost: $0) }])
        let words = try #require(results["out0"]).elements.ints
        let found = candidates.indices.contains { word.elementsEqual(words[$0 * n..<($0 + 1) * n]) }
        #expect(found, "word \(k) of \(golden.name)")
      }
    }
  }

  private func sources(_ golden: GoldenTensorCase, _ plane: Dataplane) throws -> [String:
    WordSequence]
  {
    var sources: [String: WordSequence] = [:]
    for name in plane.inputs {
      let layout = try plane.layout(of: name)
      let values = try #require(golden.tensors[name]).asIntegers(name: name)
      sources[name] = WordSequence(
        elementsPerWord: layout.elements,
        elements: Integers(values, rowLength: layout.elements, format: layout.format))
    }
    return sources
  }
}
