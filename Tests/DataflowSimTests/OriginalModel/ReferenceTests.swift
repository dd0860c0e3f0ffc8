import Foundation
import OriginalModel
import SimModel
import Testing

/// Reference execution against recordings of qonnx and onnxruntime.
@Suite struct ReferenceTests {
  private static let quantizers: Set<String> = [
    "Quant", "BipolarQuant", "Trunc", "FloatQuant", "QuantizeLinear", "DequantizeLinear",
  ]

  @Test(arguments: OriginalFixture.grids)
  func quantisersAgreeBitForBit(_ name: String) throws {
    let fixture = try OriginalFixture(name)
    let tensors = try fixture.reference.run(fixture.frames, keep: .all)
    var compared = 0
    for name in fixture.recorded.names {
      let expected = try fixture.recorded.tensor(name).asDoubles()
      let found = try #require(tensors[name], "\(name) is missing").asDoubles()
      #expect(found.count == expected.count)
      let differing = zip(found, expected).filter { $0 != $1 && !($0.isNaN && $1.isNaN) }
      #expect(differing.isEmpty, "\(name): \(differing.first.map { "\($0)" } ?? "")")
      compared += expected.count
    }
    #expect(compared > 5000)
  }

  /// Quantised tensors are equal; sums in front of them agree to the error that another order makes.
  @Test(arguments: OriginalFixture.networks)
  func everyTensorAgrees(_ name: String) throws {
    let fixture = try OriginalFixture(name)
    let tensors = try fixture.reference.run(fixture.frames, keep: .all)
    let graph = fixture.reference.graph
    let codes = Set(graph.nodes.filter { Self.quantizers.contains($0.opType) }.flatMap(\.outputs))
    for name in fixture.recorded.names {
      let expected = try fixture.recorded.tensor(name).asDoubles()
      let found = try #require(tensors[name], "\(name) is missing").asDoubles()
      #expect(found.count == expected.count)
      if codes.contains(name) {
        #expect(found == expected, "\(name)")
      } else {
        let size = expected.reduce(0) { max($0, abs($1)) }
        for (a, b) in zip(found, expected) where abs(a - b) > 3e-6 * size {
          Issue.record("\(name): \(a) for \(b)")
          break
        }
      }
    }
  }

  @Test func framesOnSeveralThreadsAreThoseOfOne() throws {
    let fixture = try OriginalFixture("bn-residual")
    let alone = try fixture.reference.run(fixture.frames, threads: 1)
    #expect(try fixture.reference.run(fixture.frames, threads: 3) == alone)
  }
}
