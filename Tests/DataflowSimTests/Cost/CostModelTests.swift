import DataflowAnalysis
import Foundation
import Testing

/// What blocks are built of, and what coefficients make of it.
struct CostModelTests {
  /// Placed memories: width, depth and RAMB18 of weight memories and FIFOs as Vivado made them.
  @Test(arguments: [
    (72, 24, 2), (32, 144, 1), (16, 576, 1), (16, 2304, 4), (16, 8064, 8), (8, 11648, 8),
    (16, 26208, 32), (48, 32448, 96), (8, 16848, 16), (3584, 14, 100), (1024, 4, 29),
    (512, 98, 15), (189, 84, 6), (450, 31, 13), (90, 125, 3), (80, 1125, 9), (21, 2048, 3),
    (21, 4096, 5), (20, 512, 1),
  ]) func blockRAMIsLaidOutAsPlaced(width: Int, depth: Int, blocks: Int) {
    var cost = CostStructure("memory")
    cost.memory(.blockRAM, width: width, depth: depth)
    #expect(cost.parts.map(\.amount) == [Double(blocks)])
  }

  /// Line buffers of placed sliding windows.
  @Test(arguments: [(8, 2517, 480), (3, 3384, 212), (3, 1720, 108), (3, 1776, 112), (21, 16, 16)])
  func lutMemoryIsLaidOutAsPlaced(width: Int, depth: Int, luts: Int) {
    var cost = CostStructure("memory")
    cost.memory(.lutram, width: width, depth: depth)
    #expect(cost.parts.map(\.amount) == [Double(luts)])
  }

  /// Every block of the catalogue, whatever its attributes: a structure, and an estimate around it.
  @Test func everyBlockHasAnEstimate() {
    for sample in SampleBlocks.all {
      for later in [false, true] {
        let structure = sample.block.costStructure(
          in: CostContext(device: .dsp48e2, hasLaterStreamer: later))
        #expect(structure.parts.allSatisfy { $0.amount > 0 && $0.unit > 0 }, "\(sample)")
        let names = structure.parts.filter { !$0.isCounted }
        #expect(names.allSatisfy { !$0.name.isEmpty }, "\(sample)")
        let estimate = CostModel.shipped.estimate(structure)
        for group in CostGroup.allCases {
          let (low, expected) = (estimate.low.total(group), estimate.expected.total(group))
          #expect(0 <= low && low <= expected, "\(sample)")
          #expect(expected <= estimate.high.total(group), "\(sample)")
          #expect(expected.isFinite, "\(sample)")
        }
        #expect(!estimate.source.isEmpty)
        // Nothing that is hardware is free, and nothing is out of all proportion to its words.
        guard !["Fork", "Join", "Decimate"].contains(sample.opType) else { continue }
        #expect(estimate.expected.total(.lut) > 0 && estimate.expected.total(.ff) > 0, "\(sample)")
        #expect(estimate.high.total(.lut) >= 1.049 * estimate.expected.total(.lut), "\(sample)")
      }
    }
  }

  /// A block of which nothing was placed says so, and is as wide as half to twice.
  @Test func relativesAreWide() throws {
    let block = try BlockCatalogue.make(
      opType: "AddStreams_hls",
      attributes: [
        "NumChannels": .int(64), "PE": .int(8), "inputDataTypes": .strings(["INT8", "INT8"]),
        "inputDataType": .string("INT8"), "numInputVectors": .ints([1, 4, 4]),
      ].filter { key, _ in
        (try? BlockCatalogue.attributes(of: "AddStreams_hls"))?.contains { $0.name == key } == true
      }, part: nil, clockMHz: 100)
    let estimate = CostModel.shipped.estimate(block.costStructure(in: CostContext()))
    #expect(estimate.basis == .derived)
    #expect(estimate.doubt(.lut) >= 4)
    #expect(estimate.source.contains("no placed node"))
  }

  /// Doubts of one family add up; those of two families do so as independent errors.
  @Test func doubtsOfFamiliesAreIndependent() throws {
    var model = CostModel(name: "test", date: "2026-01-01", data: "none")
    let spreads = [CostGroup.lut: CostModel.Spread(0.5, 1.5)]
    for family in ["a", "b"] {
      model.families[family] = CostModel.Family(nodes: 3, builds: 3, spreads: spreads)
    }
    func cost(_ family: String, _ luts: Int) -> NodeCost {
      var structure = CostStructure(family)
      structure.logic("base", luts, each: 1)
      return NodeCost(
        finn: ResourceEstimate(), family: family, calibrated: model.estimate(structure))
    }
    let same = DesignCost([cost("a", 600), cost("a", 800)])
    #expect(same.total.lut == 1400 && same.high.lut == 2100)
    let different = DesignCost([cost("a", 600), cost("b", 800)])
    #expect(different.total.lut == 1400 && different.high.lut == 1900)
    #expect(different.calibrated?.low.total(.lut) == 900)
    var sum = DesignCost([cost("a", 600)])
    sum.add(DesignCost([cost("b", 800)]))
    #expect(sum == different)
    #expect(DesignCost([NodeCost(finn: ResourceEstimate(finn: Resources(lut: 7)))]).high.lut == 7)
  }

  /// What a build placed of a node counts while the node is as it was built.
  @Test func measuredNodesAreTakenAsTheyWerePlaced() throws {
    let node = Node(
      name: "pool", opType: "LabelSelect_hls",
      attributes: [
        "Labels": .int(10), "PE": .int(1), "K": .int(1), "inputDataType": .string("INT8"),
      ])
    let design = Design(name: "test", nodes: [node])
    var costing = Costing.calibrated
    var use = ResourceUse()
    use[.logic] = 77
    use[.ff] = 88
    costing.know(node, placed: use, file: "report.json")
    func cost(_ node: Node) throws -> NodeCost {
      costing.cost(try design.block(of: node), of: node, in: CostContext(design))
    }
    let known = try cost(node)
    #expect(known.calibrated?.basis == .measured)
    #expect(known.expected == Resources(lut: 77, ff: 88))
    var deeper = node
    deeper.attributes["inFIFODepths"] = .ints([9])
    #expect(try cost(deeper).calibrated?.basis == .measured)
    var folded = node
    folded.attributes["PE"] = .int(5)
    #expect(try cost(folded).calibrated?.basis == .calibrated)
    #expect(
      Costing.finn.cost(try design.block(of: node), of: node, in: CostContext()).calibrated == nil)
  }

  /// HLS' own report counts for nodes of which nothing was placed, less what such reports overstate.
  @Test func reportsOfHLSCountWhereNothingElseDoes() throws {
    let area = ReportedArea(lut: 1000, ff: 500, bram18: 2, uram: 0, dsp: 3)
    var unknown = CostStructure("Pool_hls", derivation: "none placed")
    unknown.isStandIn = true
    unknown.logic("base", 1, each: 60)
    let estimate = CostModel.shipped.estimate(unknown, reported: area)
    #expect(estimate.basis == .reported)
    #expect(estimate.expected[.dsp] == 3 && estimate.expected[.bram18] == 2)
    #expect(estimate.expected.total(.lut) < 1000)
  }

  // MARK: Files

  @Test func aCoefficientFileComesBackAsItWas() throws {
    let shipped = CostModel.shipped
    #expect(shipped.families.count > 15)
    #expect(try CostModel(json: shipped.json(), file: "again") == shipped)
  }

  @Test(arguments: [
    (
      #"{"format": "simrun-cost-model", "version": 2}"#, "version 2 of simrun-cost-model is unknown"
    ),
    (#"{"format": "simrun-space", "version": 1}"#, "is not \"simrun-cost-model\""),
    (#"{"name": "x"}"#, "\"format\" is missing"), ("[1]", "expected an object"),
    ("{\"format\"", "model.json: "),
    (file(#""LUTS": {"base": 1}"#), "is no kind of resource"),
    (file(#""FF": {"base": -1}"#), "out of range"),
    (file(#""FF": {"base": 1e300}"#), "out of range"),
    (file(#""FF": {"base": "1"}"#), "expected a number"),
    (file(#""FF": {"base": 1}"#, spread: "[2, 1]"), "no pair of multiples"),
    (file(#""FF": {"base": 1}"#, spread: "[1]"), "no pair of multiples"),
  ]) func whatIsNoCoefficientFileIsRefused(text: String, message: String) throws {
    let error = #expect(throws: InputError.self) {
      try CostModel(json: Data(text.utf8), file: "model.json")
    }
    #expect(error?.file == "model.json")
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }

  private static func file(_ coefficients: String, spread: String = "[1, 2]") -> String {
    """
    {"format": "simrun-cost-model", "version": 1, "name": "a", "date": "b", "data": "c", "families":
     {"F": {"nodes": 1, "builds": 1, "coefficients": {\(coefficients)}, "spread": {"LUT": \(spread)}}}}
    """
  }
}
