import DataflowAnalysis
import SimKernels
import Testing

@Suite struct ThresholdKernelTests {
  @Test(arguments: KernelLevel.available) func countsThresholdsNotAbove(level: KernelLevel) {
    var g = SeededGenerator(seed: 21)
    let outputs: [ElementFormat] = [
      .binary, .bipolar, .unsigned(2), .signed(4), .unsigned(4), .unsigned(8), .signed(8),
      .signed(9), .unsigned(16),
    ]
    for input in testFormats {
      for output in outputs {
        for shared in [false, true] {
          let channels = [1, 3, 8, 40, 64, 130].randomElement(using: &g)!
          let steps = output.bits == 1 ? 1 : [1, 2, 3, 15, 97].randomElement(using: &g)!
          let bias = output.encoding == .signed ? -(1 << (output.bits - 1)) : 0
          check(input, output, channels, steps, shared, bias, level, &g)
        }
      }
    }
  }

  private func check(
    _ input: ElementFormat, _ output: ElementFormat, _ channels: Int, _ steps: Int, _ shared: Bool,
    _ bias: Int, _ level: KernelLevel, _ g: inout SeededGenerator
  ) {
    let rows = shared ? 1 : channels
    let t = input.random(count: rows * steps, &g)
    let x = input.random(count: channels * 3, &g)
    let tableFormat = input.storage == .bits ? ElementFormat.signed(8) : input
    let kernel = ThresholdKernel(
      thresholds: Integers(t, rowLength: steps, format: tableFormat), rows: rows,
      channels: channels, bias: bias, input: input, output: output, level: level)
    let got = kernel.apply(Integers(x, rowLength: channels, format: input))
    let expected = x.enumerated().map { i, v -> Int in
      let row = shared ? 0 : i % channels
      let n = t[row * steps..<(row + 1) * steps].count { $0 <= v }
      return output.encoding == .bipolar ? 2 * n - 1 : output.wrap(n + bias)
    }
    #expect(got.format == output)
    #expect(got.ints == expected, "\(input) → \(output), \(channels) channels, \(steps) steps")
  }

  @Test func sumsAgainstThresholds() {
    var g = SeededGenerator(seed: 22)
    for level in KernelLevel.available {
      for channels in [1, 31, 32, 64, 100, 192] {
        for (output, steps) in [(ElementFormat.binary, 1), (.unsigned(2), 3), (.unsigned(4), 15)] {
          check(.signed(32), output, channels, steps, false, 0, level, &g)
        }
      }
    }
  }

  @Test func treeFollowsTheHardwareOnUnsortedThresholds() {
    func run(_ t: [Int], _ search: ThresholdKernel.Search) -> [Int] {
      ThresholdKernel(
        thresholds: Integers(t, rowLength: 3, format: .signed(8)), rows: 1, channels: 1, bias: 0,
        input: .signed(8), output: .unsigned(2), search: search
      ).apply(Integers([-5, 0, 5, 15, 25], rowLength: 1, format: .signed(8))).ints
    }
    #expect(run([0, 10, 20], .tree) == [0, 1, 1, 2, 3])
    #expect(run([0, 10, 20], .count) == run([20, 0, 10], .count))
    // The middle threshold is compared first: 20 sends everything below it to the left half.
    #expect(run([0, 20, 10], .tree) == [0, 1, 1, 1, 3])
    #expect(run([10, 0, 20], .tree) == [0, 2, 2, 2, 3])
  }
}
