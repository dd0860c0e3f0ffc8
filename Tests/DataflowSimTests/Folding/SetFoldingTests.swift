import DataflowAnalysis
import Testing

struct SetFoldingTests {
  /// All nine recorded settings of FINN's SetFolding.
  @Test func reproducesFINN() throws {
    for row in try FINNChecksTests.vectors("set_folding").array.map(\.object) {
      let rule = SetFolding(
        targetCycles: row["target_cycles_per_frame"]!.int,
        widestWeights: row["mvau_wwidth_max"]!.int,
        isTwoPass: row["two_pass"] == .bool(true))
      let folded = try rule.folded(GraphTransformsTests.tenNodes)
      let cycles = try folded.makeBlocks().map(\.expectedCycles)
      for (name, values) in row["result"]!.object {
        let index = try #require(folded.nodes.firstIndex { $0.name == name })
        for (key, value) in values.object {
          let mine =
            key == "cycles" ? .int(cycles[index]) : folded.nodes[index].attributes[key] ?? .int(0)
          #expect(mine == .int(value.int), "target \(rule.targetCycles) \(name) \(key)")
        }
      }
    }
  }
}
