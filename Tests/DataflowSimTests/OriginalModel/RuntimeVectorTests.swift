import Foundation
import OriginalModel
import SimModel
import Testing

/// Quantised operations of ONNX and of ONNX Runtime against what ONNX Runtime gives.
@Suite struct RuntimeVectorTests {
  private static let names: [String] = {
    let folder = TestFiles.resource("onnxruntime")
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return files.filter { $0.hasSuffix(".onnx") }.map { String($0.dropLast(5)) }.sorted()
  }()

  @Test func thereAreVectors() { #expect(Self.names.count >= 25) }

  @Test(arguments: names) func outputsAreEqual(_ name: String) throws {
    let file = TestFiles.resource("onnxruntime/\(name).npz")
    let reference = try Reference(
      ModelGraph(contentsOf: TestFiles.resource("onnxruntime/\(name).onnx")))
    let arrays = try TensorFile.read(file)
    let found = try reference.run(reference.frames(of: arrays, file: file))
    for output in reference.graph.outputs {
      let expected = try #require(arrays["out.\(output)"]).asDoubles()
      let values = try #require(found[output]).asDoubles()
      let size = expected.reduce(1) { max($0, abs($1)) }
      let isInteger = arrays["out.\(output)"]!.elementType != .float32
      #expect(values.count == expected.count)
      for (a, b) in zip(values, expected) {
        #expect(isInteger ? a == b : abs(a - b) <= 2e-6 * size, "\(output)")
      }
    }
  }
}
