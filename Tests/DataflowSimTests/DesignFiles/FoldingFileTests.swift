import DesignFiles
import DataflowAnalysis
import Foundation
import Testing

/// YAML of any shape ends in a folding configuration or an error, never in the parser's own recursion.
@Suite struct FoldingFileTests {
  private func read(_ text: String) throws -> FoldingConfig {
    try TestFiles.withTemporaryDirectory { folder in
      let path = folder + "/f.yaml"
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
      return try FoldingFile.read(path)
    }
  }

  @Test(arguments: [
    "a: " + String(repeating: "[", count: 100_000),
    "x: " + String(repeating: "{a: ", count: 20_000),
    "a: " + String(repeating: "[", count: 20_000) + String(repeating: "]", count: 20_000),
    (0..<3000).map { String(repeating: " ", count: $0) + "a:" }.joined(separator: "\n"),
    String(repeating: "- ", count: 5000) + "a", String(repeating: "? ", count: 5000) + "a",
  ])
  func deepTextIsRefused(_ text: String) {
    #expect(inputError { _ = try read(text) }.contains("is nested deeper than 64 levels"))
  }

  @Test func manyValuesAreRefused() {
    let list = "a: [" + String(repeating: "0,", count: 300_000) + "0]"
    #expect(inputError { _ = try read(list) }.contains("has more than 200000 values"))
    let laughs =
      "a0: &a0 [x,x,x,x,x,x,x,x,x]\n"
      + (1..<9).map { n in
        "a\(n): &a\(n) [" + Array(repeating: "*a\(n - 1)", count: 9).joined(separator: ",") + "]\n"
      }.joined()
    #expect(inputError { _ = try read(laughs) }.contains("has more than 200000 values"))
  }

  @Test func whatFINNPlusWritesIsRead() throws {
    let config = try read(
      """
      # a comment with [ { brackets
      Defaults: {}
      MVAU_hls_0:
        PE: 4
        SIMD: 8
        inFIFODepths:
        - 2
        mem_mode: internal_decoupled
      """)
    #expect(config.nodes["MVAU_hls_0"]?["PE"] == .int(4))
  }
}
