import Testing

import DataflowAnalysis
import DataflowSim

/// What every block says about itself to the analyses. A new block is asked too.
struct BlockFactsTests {
  /// Attributes that fold a block wherever they occur.
  private static let foldingNames: Set<String> = [
    "PE", "SIMD", "parallel_window", "EmbFold", "SeqFold",
  ]

  @Test func thereIsASampleOfEveryOpType() {
    let known = Set(SampleBlocks.all.map(\.opType))
    #expect(BlockCatalogue.opTypes.filter { !known.contains($0) } == [])
  }

  /// An attribute that folds can be chosen, or the block says why not.
  @Test func everyFoldingAttributeIsAccountedFor() throws {
    for sample in SampleBlocks.all {
      let named = try BlockCatalogue.attributes(of: sample.opType).map(\.name)
        .filter(Self.foldingNames.contains)
      let chosen = sample.block.foldings.map(\.name)
      let fixed = sample.block.fixedFoldings
      for name in named {
        #expect(chosen.contains(name) != (fixed[name] != nil), "\(name) of \(sample)")
      }
      #expect(Set(chosen).union(fixed.keys).isSubset(of: named), "\(sample)")
      for folding in sample.block.foldings {
        #expect(folding.values == folding.values.sorted() && !folding.values.isEmpty, "\(sample)")
      }
    }
  }

  /// The block takes every folding it offers, and its present one is among them.
  @Test func everyFoldingOfferedIsTaken() throws {
    for sample in SampleBlocks.all {
      let names = Set(sample.block.foldings.map(\.name))
      for change in sample.block.foldingCombinations {
        #expect(Set(change.keys).isSubset(of: names), "\(sample)")
        var node = sample.node
        // A schedule is that of one folding.
        node.fold(change)
        #expect(throws: Never.self, "\(change) of \(sample)") {
          let block = try sample.design.block(of: node)
          // What it computes stays: the tensors at its streams are the same.
          #expect(block.outputs.map(\.normalShape) == sample.block.outputs.map(\.normalShape))
        }
      }
    }
  }

  /// The folding search asks the block, whatever it is.
  @Test func theSearchFoldsWhateverCanBeFolded() throws {
    var found: Set<String> = []
    for sample in SampleBlocks.all where sample.block.outputs.first?.words != nil {
      let unit = try #require(
        try FoldingOptions(sample.design, device: nil).units().first, "\(sample)")
      let offered = sample.block.foldingChoices(hasURAM: false).compactMap { change -> Int? in
        var node = sample.node
        node.attributes.merge(change) { $1 }
        guard let block = try? sample.design.block(of: node), block.allBuildIssues.isEmpty else {
          return nil
        }
        return FoldingOptions.cycles(block)
      }
      // Attributes by chance are often such that FINN would build nothing of them.
      guard let fastest = offered.min() else { continue }
      #expect(unit.options.map(\.cycles).min() == fastest, "\(sample)")
      found.insert(sample.opType)
    }
    #expect(found.count > 40)
  }

  /// A block whose words depend on each other must not claim otherwise: it gives as many as it takes.
  @Test func wordWiseBlocksGiveAWordForAWord() {
    for sample in SampleBlocks.all where sample.block.isWordWise {
      let counts = Set((sample.block.inputs + sample.block.outputs).compactMap(\.words))
      // Operands that are broadcast have fewer words; where they have as many, words pair up.
      guard sample.block is Elementwise == false else { continue }
      #expect(counts.count <= 1, "\(sample)")
    }
  }

  /// A block that is said to change no value gives every element of its input to each of its outputs, and a
  /// block that does is said to.
  @Test func blocksThatPassValuesOnGiveWhatTheyGet() throws {
    var random = SeededGenerator(seed: 5)
    var seen: [String: Bool] = [:]
    for sample in SampleBlocks.all where sample.block.inputs.count == 1 {
      guard let plane = try? Dataplane(sample.design, parameters: nil),
        let layout = try? plane.layout(of: "in0"), let range = layout.dataType.range,
        layout.count > 2
      else { continue }
      let mixed = (0..<layout.count).map { _ in
        Int.random(in: max(range.lowerBound, -8)...min(range.upperBound, 8), using: &random)
      }
      guard let input = try? Tensor(mixed, shape: [1, mixed.count]),
        let result = try? plane.run(["in0": input], keep: .all)
      else { continue }
      let isSame = sample.block.outputs.indices.allSatisfy {
        (try? result.tensor("out\($0)").asIntegers(name: "")) == mixed
      }
      if type(of: sample.block).passesValuesOn { #expect(isSame, "\(sample)") }
      seen[sample.opType] = (seen[sample.opType] ?? true) && isSame
    }
    // A marker alone has no layout. The samples of merged heads are so small that nothing moves.
    let passing = BlockCatalogue.opTypes.filter {
      $0 != "TLastMarker_hls" && BlockCatalogue.find($0)?.passesValuesOn == true
    }
    let same = seen.filter { $0.value && $0.key != "MergeMultiHeads_hls" }.keys
    #expect(same.sorted() == passing.sorted())
  }

  @Test func whatIsSaidOfPortsExists() {
    for sample in SampleBlocks.all {
      if let weights = sample.block.weightInput {
        #expect(sample.block.inputs.indices.contains(weights.port) && weights.passes > 0)
      }
      if let vector = sample.block.vectorWords {
        #expect(vector.inputs > 0 && vector.outputs > 0, "\(sample)")
      }
      for condition in sample.block.hazardConditions { #expect(!condition.condition.isEmpty) }
    }
  }

  @Test func aNarrowWrapAndAStaleFrameAreTold() throws {
    func hazards(_ op: String) -> Set<Hazard> {
      Set(
        SampleBlocks.all.filter { $0.opType == op }
          .flatMap { $0.block.hazardConditions.map(\.hazard) })
    }
    #expect(hazards("FMPadding_rtl") == [.staleFrame])
    #expect(hazards("ConvolutionInputGenerator_rtl") == [.staleFrame])
    #expect(hazards("MVAU_rtl").isSuperset(of: [.frozenZero]))
    #expect(hazards("MVAU_hls").isEmpty)
  }
}
