import DataflowAnalysis
import Testing

/// Core, depth and queue of the development branch's MVU and VVU against the measured ones.
@Suite struct LockedCoreShapeTests {
  @Test(arguments: ["dev/mvu_dev", "dev/vvu_dev"])
  func coreDepthAndQueueAreTheMeasuredOnes(kind: String) throws {
    for golden in try GoldenCase.load(kind) {
      let note = try #require(golden.document.object["note"]).object
      let block = try golden.design.block(of: golden.design.nodes[0])
      let compute = (block as? MatrixVector)?.compute ?? (block as? VectorVector)?.compute
      let shape = try #require(compute?.lockedCore)
      #expect(shape.depth == note["core_depth"]?.int, "\(golden.name)")
      #expect(shape.queueSize == note["max_in_flight"]?.int, "\(golden.name)")
      #expect(shape.fold == note["SF"]?.int, "\(golden.name)")
      if let core = note["core"]?.string {
        #expect((shape.kind == .int8) == core.hasPrefix("int8"), "\(golden.name)")
      }
      // Only cases whose queue can overflow were seen to lose something.
      let harmed = golden.runs.contains { _, run in
        ["lost_output_words", "undefined_output_elements"].contains { run.fields[$0] != nil }
      }
      if harmed { #expect(shape.canOverflow, "\(golden.name)") }
      if golden.runs.contains(where: { $0.run.fields["lost_output_words"] != nil }) {
        #expect(shape.canLoseWords, "\(golden.name)")
      }
    }
  }

  /// Where 27 − w is three products exactly, a single most negative weight decides the core.
  @Test func narrowWeightsCanDecideTheCore() throws {
    func exactness(_ narrow: Int) throws -> (LockedCoreShape.Kind, Bool) {
      let block = try BlockCatalogue.make(
        opType: "MVAU_rtl",
        attributes: [
          "MW": .int(8), "MH": .int(8), "PE": .int(2), "SIMD": .int(2),
          "inputDataType": .string("UINT6"), "weightDataType": .string("INT3"),
          "outputDataType": .string("INT12"), "noActivation": .int(1),
          "narrow_weights": .int(narrow),
        ], part: "xcvc1902-vsva2197-2MP-e-S", clockMHz: 200, generation: .dev2026_04)
      let matrix = try #require(block as? MatrixVector)
      return (try #require(matrix.compute.lockedCore).kind, matrix.timing().exactness == .exact)
    }
    let (wide, narrow, unknown) = (try exactness(0), try exactness(1), try exactness(-1))
    #expect(wide.0 == .int8 && wide.1)
    #expect(narrow.0 == .softVector && narrow.1)
    // Not stated: the cycles may be those of the other core, and the report says so.
    #expect(!unknown.1)
  }

  /// A released FINN has none of it, and attributes of the branch make its cycles no longer exact.
  @Test func releasesKeepTheirCore() throws {
    let attributes: [String: AttributeValue] = [
      "MW": .int(8), "MH": .int(8), "PE": .int(8), "SIMD": .int(8),
      "inputDataType": .string("INT4"), "weightDataType": .string("INT4"),
      "outputDataType": .string("INT12"), "noActivation": .int(1),
    ]
    func make(_ extra: [String: AttributeValue], _ generation: FINNGeneration) throws
      -> MatrixVector
    {
      try #require(
        try BlockCatalogue.make(
          opType: "MVAU_rtl", attributes: attributes.merging(extra) { $1 }, part: nil,
          clockMHz: 100,
          generation: generation) as? MatrixVector)
    }
    let old = try make([:], .default)
    #expect(old.compute.lockedCore == nil && old.timing().exactness == .exact)
    // The plan marks such a node; that it does for every attribute, MemoryStreamerTests says.
    let pumping = attributes.merging(["pumpedCompute": .int(1)]) { $1 }
    #expect(BlockCatalogue.foreignAttribute(of: "MVAU_rtl", pumping, .default) != nil)
    #expect(BlockCatalogue.foreignAttribute(of: "MVAU_rtl", pumping, .dev2026_04) == nil)
    #expect(BlockCatalogue.foreignAttribute(of: "MVAU_rtl", attributes, .default) == nil)
    let new = try make([:], .dev2026_04)
    #expect(new.timing().exactness == .exact && new.compute.lockedCore?.canOverflow == true)
    let pumped = try make(["pumpedCompute": .int(1)], .dev2026_04)
    #expect(pumped.timing().exactness == .exact && pumped.compute.lockedCore?.canOverflow == false)
  }
}
