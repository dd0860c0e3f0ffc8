import Foundation
import OriginalModel
import SimModel
import Testing

/// Quantised operations of ONNX and of ONNX Runtime against what ONNX Runtime gives, those of qonnx and FINN's
/// steps against qonnx's executor.
@Suite struct RuntimeVectorTests {
  private static let names = ["onnxruntime", "qonnx"].flatMap { folder -> [String] in
    let files =
      (try? FileManager.default.contentsOfDirectory(atPath: TestFiles.resource(folder))) ?? []
    return files.filter { $0.hasSuffix(".onnx") }.map { "\(folder)/\($0.dropLast(5))" }.sorted()
  }

  @Test func thereAreVectors() { #expect(Self.names.count >= 50) }

  @Test(arguments: names) func outputsAreEqual(_ name: String) throws {
    let file = TestFiles.resource("\(name).npz")
    let reference = try Reference(ModelGraph(contentsOf: TestFiles.resource("\(name).onnx")))
    let arrays = try TensorFile.read(file)
    let found = try reference.run(reference.frames(of: arrays, file: file))
    for output in reference.graph.outputs {
      let expected = try #require(arrays["out.\(output)"]).asDoubles()
      let values = try #require(found[output]).asDoubles()
      let size = expected.reduce(1) { max($0, abs($1)) }
      let isExact =
        name.hasPrefix("qonnx") || arrays["out.\(output)"]!.elementType != .float32
      #expect(values.count == expected.count)
      for (a, b) in zip(values, expected) {
        #expect(isExact ? a == b : abs(a - b) <= 2e-6 * size, "\(output)")
      }
    }
  }
}
