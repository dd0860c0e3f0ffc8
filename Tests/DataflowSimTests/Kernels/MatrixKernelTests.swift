import DataflowAnalysis
import SimKernels
import Testing

@Suite struct MatrixKernelTests {
  /// Random products of every pairing of formats whose sums fit 64 bits, at every level.
  @Test(arguments: KernelLevel.available) func matchesNaiveLoops(level: KernelLevel) {
    var g = SeededGenerator(seed: 11)
    var methods: Set<String> = []
    for x in testFormats where x.bits <= 33 {
      for w in testFormats where w.bits <= 24 {
        let columns = [1, 3, 9, 27, 64, 65, 100].randomElement(using: &g)!
        let rows = [1, 2, 10, 15, 16, 17, 50, 64, 67].randomElement(using: &g)!
        let vectors = [1, 3, 8, 9, 13].randomElement(using: &g)!
        methods.insert(check(x, w, columns, rows, vectors, .sum, level, &g))
      }
    }
    let narrow: Set<String> = level == .avx512 ? ["bytes"] : []
    #expect(methods == narrow.union(["xnor", "int16", "int64"]))
  }

  @Test(arguments: KernelLevel.available) func agreements(level: KernelLevel) {
    var g = SeededGenerator(seed: 12)
    for format in [ElementFormat.binary, .bipolar] {
      for columns in [1, 63, 64, 65, 130, 576, 2100] {
        for rows in [1, 7, 16, 33] {
          for vectors in [1, 4, 11] {
            #expect(check(format, format, columns, rows, vectors, .agreements, level, &g) == "xnor")
          }
        }
      }
    }
  }

  /// Multiplies random operands and returns the name of the kernel that did.
  private func check(
    _ x: ElementFormat, _ w: ElementFormat, _ columns: Int, _ rows: Int, _ vectors: Int,
    _ product: MatrixKernel.Product, _ level: KernelLevel, _ g: inout SeededGenerator
  ) -> String {
    let a = x.random(count: vectors * columns, &g)
    let b = w.random(count: columns * rows, &g)
    let kernel = MatrixKernel(
      weights: Integers(b, rowLength: rows, format: w), columns: columns, rows: rows, input: x,
      product: product, level: level)
    let got = kernel.apply(Integers(a, rowLength: columns, format: x))
    var expected: [Int] = []
    for p in 0..<vectors {
      for r in 0..<rows {
        var sum = 0
        for k in 0..<columns {
          let (u, v) = (a[p * columns + k], b[k * rows + r])
          sum += product == .sum ? u * v : u == v ? 1 : 0
        }
        expected.append(sum)
      }
    }
    #expect(got.ints == expected, "\(x) × \(w), \(vectors)×\(columns)×\(rows) \(level)")
    return kernel.methodName
  }

  @Test func plusMinusOneWeightsOfAnyFormatUseXnor() {
    var g = SeededGenerator(seed: 13)
    let weights = ElementFormat.bipolar.random(count: 90 * 5, &g)
    for x in [ElementFormat.binary, .bipolar] {
      let kernel = MatrixKernel(
        weights: Integers(weights, rowLength: 5, format: .signed(2)), columns: 90, rows: 5,
        input: x)
      #expect(kernel.methodName == "xnor")
      let a = x.random(count: 180, &g)
      let naive = (0..<10).map { i -> Int in
        (0..<90).reduce(0) { (sum: Int, k: Int) -> Int in
          sum + a[i / 5 * 90 + k] * weights[k * 5 + i % 5]
        }
      }
      #expect(kernel.apply(Integers(a, rowLength: 90, format: x)).ints == naive)
    }
  }

  @Test func sumsBeyond64Bits() throws {
    let rows = try #require(kernelVectors()["wide_dots"] as? [[String: Any]])
    for row in rows {
      let x = try wideFormat(row, "xBits", "xSigned")
      let w = try wideFormat(row, "wBits", "wSigned")
      let columns = try #require(row["columns"] as? Int)
      let a = WordLayout(format: x, count: 2 * columns)
      let b = WordLayout(format: w, count: 3 * columns)
      let kernel = MatrixKernel(
        weights: b.unpack(limbs(hex: row["w"] as? String ?? "", count: b.limbs)),
        columns: columns, rows: 3, input: x)
      let sums = kernel.apply(a.unpack(limbs(hex: row["x"] as? String ?? "", count: a.limbs)))
      #expect((0..<6).map { sums.text($0) } == row["y"] as? [String])
      let (wrapped, report) = sums.wrapped(to: .signed(40), rowLength: 3)
      #expect((0..<6).map { wrapped.text($0) } == row["y40"] as? [String])
      let differing = (0..<6).filter { wrapped.text($0) != sums.text($0) }
      #expect(report?.count ?? 0 == differing.count)
      #expect(report?.firstIndex == differing.first)
      #expect(report?.firstValue == differing.first.map { sums.text($0) })
    }
  }

  @Test func wrapReportsTheFirstPlace() throws {
    let sums = Integers([5, 8, -9, 7, 200], rowLength: 5, format: .signed(32))
    let (kept, report) = sums.wrapped(to: .signed(4), rowLength: 5)
    #expect(kept.ints == [5, -8, 7, 7, -8])
    #expect(
      report == WrapReport(count: 3, firstIndex: 1, firstValue: "8", neededBits: 9))
    #expect(sums.wrapped(to: .signed(9), rowLength: 5).1 == nil)
    let (unsigned, lost) = sums.wrapped(to: .unsigned(8), rowLength: 5)
    #expect(unsigned.ints == [5, 8, 247, 7, 200])
    #expect(lost?.firstIndex == 2)
  }

  /// FINN's own execution of small MVAUs: sums or popcounts, then thresholds.
  @Test(arguments: KernelLevel.available) func referenceExecution(level: KernelLevel) throws {
    let cases = try #require(kernelVectors()["mvau_exec"] as? [[String: Any]])
    for row in cases {
      let x = try format(row["inputDataType"])
      let w = try format(row["weightDataType"])
      let out = try format(row["outputDataType"])
      let weights = try #require(row["W"] as? [[Int]])
      let input = try #require(row["x"] as? [[Int]])
      let (columns, rows) = (weights.count, weights[0].count)
      let xnor = row["binaryXnorMode"] as? Int == 1 || x == .bipolar && w == .bipolar
      let kernel = MatrixKernel(
        weights: Integers(Array(weights.joined()), rowLength: rows, format: w), columns: columns,
        rows: rows, input: x, product: xnor ? .agreements : .sum, level: level)
      var result = kernel.apply(Integers(Array(input.joined()), rowLength: columns, format: x))
      if row["noActivation"] as? Int == 0 {
        let thresholds = try #require(row["T"] as? [[Int]])
        let table = Integers(
          Array(thresholds.joined()), rowLength: thresholds[0].count, format: .signed(32))
        result = ThresholdKernel(
          thresholds: table, rows: thresholds.count, channels: rows,
          bias: row["ActVal"] as? Int ?? 0, input: result.format, output: out, level: level
        ).apply(result)
      }
      #expect(result.ints == Array(try #require(row["y"] as? [[Int]]).joined()))
    }
  }

  private func format(_ name: Any?) throws -> ElementFormat {
    let name = try #require(name as? String)
    if name == "BIPOLAR" { return .bipolar }
    if name == "BINARY" { return .binary }
    if name == "TERNARY" { return .signed(2) }
    let bits = try #require(Int(name.drop { !$0.isNumber }))
    return name.hasPrefix("U") ? .unsigned(bits) : .signed(bits)
  }
}
