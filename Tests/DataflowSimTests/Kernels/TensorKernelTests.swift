import DataflowAnalysis
import SimKernels
import Testing

@Suite struct TensorKernelTests {
  @Test(arguments: testFormats) func gatherCopiesPieces(format: ElementFormat) {
    var g = SeededGenerator(seed: 31)
    for pieceLength in [1, 3, 5, 32, 64, 70, 128] {
      for (sourcesPerRow, run) in [(1, 1), (2, 1), (9, 1), (3, 3), (1, 4)] {
        let pieces = 12
        let values = format.random(count: pieces * pieceLength, &g)
        let sources = (0..<sourcesPerRow * 5).map { _ in
          Int32.random(in: (format == .bipolar ? 0 : -1)...Int32(pieces - run), using: &g)
        }
        let gather = Gather(
          pieceLength: pieceLength, sourcesPerRow: sourcesPerRow, run: run, sources: sources)
        let expected = sources.flatMap { (s: Int32) -> [Int] in
          (0..<pieceLength * run).map { s < 0 ? 0 : values[Int(s) * pieceLength + $0] }
        }
        let input = Integers(values, rowLength: 4 * pieceLength, format: format)
        let got = gather.apply(input)
        #expect(got.ints == expected)
        #expect(got == Integers(expected, rowLength: gather.rowLength, format: format))
      }
    }
  }

  @Test(arguments: testFormats) func reductions(format: ElementFormat) {
    var g = SeededGenerator(seed: 32)
    for pieceLength in [1, 3, 64, 65] {
      for taps in [1, 2, 9] {
        let values = format.random(count: 20 * pieceLength, &g)
        let sources = (0..<taps * 4).map { i in
          Int32.random(in: (i % taps == 0 ? 0 : -1)..<20, using: &g)
        }
        let input = Integers(values, rowLength: pieceLength, format: format)
        func naive(_ f: ([Int]) -> Int) -> [Int] {
          (0..<4 * pieceLength).map { i in
            let taken = sources[i / pieceLength * taps..<(i / pieceLength + 1) * taps]
              .filter { $0 >= 0 }
            return f(taken.map { values[Int($0) * pieceLength + i % pieceLength] })
          }
        }
        let maximum = Reduction(
          .maximum, pieceLength: pieceLength, taps: taps, sources: sources)
        #expect(maximum.apply(input).ints == naive { $0.max()! })
        guard format.bits < 60 else { continue }
        let sum = Reduction(.sum, pieceLength: pieceLength, taps: taps, sources: sources)
        if format != .bipolar { #expect(sum.apply(input).ints == naive { $0.reduce(0, +) }) }
      }
    }
  }

  @Test(arguments: KernelLevel.available) func depthwise(level: KernelLevel) {
    var g = SeededGenerator(seed: 33)
    for x in testFormats where x.bits <= 33 {
      for w in [ElementFormat.signed(2), .signed(4), .signed(8), .unsigned(8), .signed(20)] {
        for (channels, lanes) in [(1, 1), (6, 2), (32, 32), (66, 33), (70, 70)] {
          checkDepthwise(x, w, channels, lanes, taps: 9, .sum, level, &g)
        }
      }
    }
    for format in [ElementFormat.binary, .bipolar] {
      checkDepthwise(format, format, 12, 4, taps: 9, .agreements, level, &g)
    }
  }

  private func checkDepthwise(
    _ x: ElementFormat, _ w: ElementFormat, _ channels: Int, _ lanes: Int, taps: Int,
    _ product: MatrixKernel.Product, _ level: KernelLevel, _ g: inout SeededGenerator
  ) {
    let vectors = 3
    let a = x.random(count: vectors * channels * taps, &g)
    let b = w.random(count: channels * taps, &g)
    let kernel = DepthwiseKernel(
      weights: Integers(b, rowLength: taps, format: w), channels: channels, taps: taps,
      lanes: lanes, input: x, product: product, level: level)
    let got = kernel.apply(Integers(a, rowLength: channels * taps, format: x))
    let expected = (0..<vectors * channels).map { i -> Int in
      let c = i % channels
      return (0..<taps).reduce(0) { sum, t in
        let at = i / channels * channels * taps + (c / lanes * taps + t) * lanes + c % lanes
        let v = b[c * taps + t]
        return sum + (product == .sum ? a[at] * v : a[at] == v ? 1 : 0)
      }
    }
    #expect(got.ints == expected, "\(x) × \(w), \(channels) channels, \(lanes) lanes")
  }

  @Test(arguments: ElementOperation.allCases) func elementwise(operation: ElementOperation) {
    var g = SeededGenerator(seed: 34)
    for x in testFormats where x.bits <= 31 {
      for y in testFormats where y.bits <= 31 {
        let a = x.random(count: 30, &g)
        let b = y.random(count: 10, &g)
        let output: ElementFormat = [.signed(6), .unsigned(8), .signed(64)].randomElement(
          using: &g)!
        let (got, report) = Integers(a, rowLength: 10, format: x).combined(
          with: Integers(b, rowLength: 10, format: y), operation, output: output, rowLength: 10)
        let exact = (0..<30).map { i -> Int in
          let (u, v) = (a[i], b[i % 10])
          return switch operation {
          case .add: u + v
          case .subtract: u - v
          case .absoluteDifference: abs(u - v)
          case .multiply: u * v
          case .lessOrEqual: u <= v ? 1 : 0
          case .greaterOrEqual: u >= v ? 1 : 0
          }
        }
        #expect(got.ints == exact.map(output.wrap))
        #expect(report?.count ?? 0 == exact.count { output.wrap($0) != $0 })
      }
    }
  }

  @Test func wideElementwise() {
    let big = ElementFormat.signed(100)
    let a = Integers([Int.max, Int.min, -1, 7], rowLength: 4, format: big)
    let b = Integers([Int.max, 1, -1, -9], rowLength: 4, format: big)
    func run(_ op: ElementOperation, _ out: ElementFormat = .signed(200)) -> [String] {
      let (v, _) = a.combined(with: b, op, output: out, rowLength: 4)
      return (0..<4).map { v.text($0) }
    }
    #expect(run(.add) == ["18446744073709551614", "-9223372036854775807", "-2", "-2"])
    #expect(run(.subtract) == ["0", "-9223372036854775809", "0", "16"])
    #expect(run(.absoluteDifference) == ["0", "9223372036854775809", "0", "16"])
    #expect(
      run(.multiply)
        == ["85070591730234615847396907784232501249", "-9223372036854775808", "1", "-63"])
    #expect(run(.lessOrEqual, .binary) == ["1", "1", "1", "0"])
    #expect(run(.add, .signed(8)) == ["-2", "1", "-2", "-2"])
    let shifted = a.shiftedRight(3)
    #expect(
      (0..<4).map { shifted.text($0) } == [Int.max >> 3, Int.min >> 3, -1, 0].map(String.init))
  }

  @Test func labels() {
    func top(_ values: [Int], _ k: Int, _ format: ElementFormat = .signed(8)) -> [Int] {
      Integers(values, rowLength: values.count, format: format).topLabels(k, labels: values.count)
    }
    #expect(top([3, 9, 9, 1], 2) == [1, 2])
    #expect(top([5, 5, 5], 3) == [0, 1, 2])
    // The type's minimum never takes a place: label 0 stands in.
    #expect(top([-128, -128, 4], 3) == [2, 0, 0])
    #expect(top([0, 0, 0, 2], 2, .unsigned(4)) == [3, 0])
    #expect(top([1, 3, 2], 1, .unsigned(100)) == [1])
    let minimum = Integers([-8, -7, -8], rowLength: 3, format: .signed(4)).converted(
      to: .signed(100), rowLength: 3)
    #expect(minimum.topLabels(3, labels: 3) == [1, 0, 2])
  }
}
