import DataflowAnalysis
import Foundation
import SimKernels

extension ElementFormat {
  /// Every value equally likely, the extremes more often.
  func random(_ g: inout SeededGenerator) -> Int {
    if encoding == .bipolar { return Bool.random(using: &g) ? 1 : -1 }
    let range = self.range ?? Int.min...Int.max
    switch Int.random(in: 0..<12, using: &g) {
    case 0: return range.lowerBound
    case 1: return range.upperBound
    default: return Int.random(in: range, using: &g)
    }
  }

  func random(count: Int, _ g: inout SeededGenerator) -> [Int] {
    (0..<count).map { _ in random(&g) }
  }
}

extension Integers {
  /// All values; every one must fit 64 bits.
  var ints: [Int] { (0..<count).map { int($0)! } }
}

let testFormats: [ElementFormat] =
  [.binary, .bipolar, .signed(1)]
  + [2, 3, 4, 5, 7, 8, 9, 13, 16, 17, 24, 31, 32, 33, 48, 62, 63, 64].map { .signed($0) }
  + [2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 24, 31, 32, 33, 48, 62].map { .unsigned($0) }

/// The committed kernel vectors.
func kernelVectors() throws -> [String: Any] {
  let url = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Resources/kernels/vectors.json")
  let json = try JSONSerialization.jsonObject(with: Data(contentsOf: url))
  return json as? [String: Any] ?? [:]
}
