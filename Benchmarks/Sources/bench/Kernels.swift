import ArgumentParser
import Foundation
import SimKernels

/// Matrix kernels on one shape: fast paths, the plain path and NumPy.
struct Kernels: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "GMAC/s per kernel at every instruction level, beside NumPy.")

  static let vectors = 256
  static let rows = 128
  static let columns = 1152

  func run() throws {
    print("### Kernels, \(Self.vectors) × \(Self.rows) × \(Self.columns), GMAC/s on one core\n")
    let formats: [(String, weight: ElementFormat, input: ElementFormat)] = [
      ("1 × 1 bit (XNOR)", .bipolar, .bipolar), ("1 × 2 bit", .bipolar, .unsigned(2)),
      ("2 × 2 bit", .signed(2), .unsigned(2)), ("4 × 4 bit", .signed(4), .unsigned(4)),
      ("8 × 8 bit", .signed(8), .unsigned(8)), ("16 × 16 bit", .signed(16), .signed(16)),
      ("40 × 40 bit (GMP)", .signed(40), .signed(40)),
    ]
    var rows = formats.map { name, weight, input in
      [name]
        + KernelLevel.allCases.map { level in
          guard level <= .best else { return "–" }
          return short(rate(weight, input, level))
        }
    }
    rows += numPyRates().map { [$0.name, short($0.rate), "", ""] }
    printTable(["kernel", "plain Swift", "AVX2", "AVX-512"], rows)
    print()
  }

  private func rate(_ weight: ElementFormat, _ input: ElementFormat, _ level: KernelLevel) -> Double
  {
    var seed: UInt64 = 1
    func random(_ format: ElementFormat, _ count: Int, _ rowLength: Int) -> Integers {
      let values = (0..<count).map { _ -> Int in
        seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return format.value(ofCode: seed >> 20 & (1 << UInt64(min(format.bits, 40)) - 1))
      }
      return Integers(values, rowLength: rowLength, format: format)
    }
    let kernel = MatrixKernel(
      weights: random(weight, Self.rows * Self.columns, Self.rows), columns: Self.columns,
      rows: Self.rows, input: input, level: level)
    let data = random(input, Self.vectors * Self.columns, Self.columns)
    let once = timed { kernel.apply(data) }.seconds
    let repeats = min(200, max(1, Int(0.05 / once)))
    let seconds = fastest { for _ in 0..<repeats { _ = kernel.apply(data) } }.seconds
    return Double(Self.vectors * Self.rows * Self.columns * repeats) / seconds * 1e-9
  }

  /// NumPy on one thread in a process of its own; nothing where there is none.
  private func numPyRates() -> [(name: String, rate: Double)] {
    let script = """
      import os, time
      os.environ.update(OMP_NUM_THREADS='1', OPENBLAS_NUM_THREADS='1')
      import numpy as np
      for name, kind, n in (('NumPy int32', np.int32, 1), ('NumPy float32', np.float32, 20)):
        a = np.ones((\(Self.vectors), \(Self.columns)), kind)
        b = np.ones((\(Self.columns), \(Self.rows)), kind)
        best = 1e9
        for _ in range(5):
          t = time.process_time()
          for _ in range(n): a @ b
          best = min(best, (time.process_time() - t) / n)
        print(name, \(Self.vectors * Self.columns * Self.rows) / best * 1e-9, sep='|')
      """
    let output = child("/usr/bin/env", ["python3", "-c", script])?.output ?? ""
    return output.split(separator: "\n").compactMap { line in
      let parts = line.split(separator: "|")
      return Double(parts[1]).map { (String(parts[0]), $0) }
    }
  }
}
