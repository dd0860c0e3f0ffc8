import DataflowAnalysis
import Foundation
import Testing

@Suite struct ReferenceMapTests {
  private func map(_ text: String) throws -> ReferenceMap {
    try ReferenceMap(
      document: JSONValue(parsing: Data(text.utf8), file: "map.json"), file: "map.json")
  }

  @Test func readsItsOwnFormat() throws {
    let map = try map(
      #"{"tensors": {"s1": {"reference": "Quant_0", "scale": 0.5, "offset": [1, 2]}}}"#)
    #expect(
      map.entries["s1"] == .init(reference: "Quant_0", scale: [0.5], offset: [1, 2]))
  }

  @Test func readsAMatchedTable() throws {
    let map = try map(
      #"{"matched": {"s1": {"qonnx_tensor": "q", "scale_offset": [[0.5, 0.25], 0]}}}"#)
    #expect(map.entries["s1"] == .init(reference: "q", scale: [0.5, 0.25], offset: [0]))
  }

  /// A pair per channel; a channel that is constant in the reference has no scale.
  @Test func readsPairsPerChannel() throws {
    let map = try map(
      #"{"matched": {"s1": {"qonnx_tensor": "q", "scale_offset": [[0.5, 1], [0, 2], [4, 3]]}}}"#)
    #expect(
      map.entries["s1"] == .init(reference: "q", scale: [0.5, 0, 4], offset: [1, 2, 3]))
  }

  @Test func readsNamesAndLayouts() throws {
    let names = try map(#"{"tensor_map_fifo_to_dataflow": {"MVAU_0_out0": "a"}, "other": 1}"#)
    #expect(names.entries == ["MVAU_0_out0": .init(reference: "a")])
    let layout = try map(#"{"tensors": {"s": {"reference": "q", "layout": "NCHW"}}}"#)
    #expect(layout.entries["s"]?.channelsFirst == true)
    #expect(throws: InputError.self) {
      try map(#"{"tensors": {"s": {"reference": "q", "layout": "CHWN"}}}"#)
    }
  }

  @Test(arguments: [
    (
      #"{"tensors": {"s1": {"reference": "q", "scale": 0}}}"#,
      "a scale must be a number other than 0"
    ),
    (#"{"tensors": {"s1": {}}}"#, "reference"), (#"{}"#, "tensors"),
  ]) func saysWhatIsWrong(text: String, part: String) throws {
    let error = try #require(throws: InputError.self) { try map(text) }
    #expect("\(error)".contains(part))
    #expect("\(error)".contains("map.json"))
  }
}
