import DataflowAnalysis
import Testing

@Test func smallestTypesFollowFINN() {
  #expect(DataType.smallest(for: -1) == .bipolar)
  #expect(DataType.smallest(for: -9).name == "INT5")
  #expect(DataType.smallest(for: -8).name == "INT4")
  #expect(DataType.smallest(for: 2).name == "UINT2")
}
