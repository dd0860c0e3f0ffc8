import DataflowAnalysis
import SimKernels
import Testing

/// Whatever is appended in one step gives the bytes that its handshakes give one by one.
@Suite struct HandshakeColumnsTests {
  /// Times of words one after the other, even but for one in `rare`, which may be far apart.
  private func times(_ count: Int, rare: Int, _ g: inout SeededGenerator) -> [Int] {
    var (time, step) = (Int.random(in: -5...1_000_000, using: &g), 1)
    return (0..<count).map { _ in
      if Int.random(in: 0..<rare, using: &g) == 0 {
        switch Int.random(in: 0..<3, using: &g) {
        case 0: step = Int.random(in: 1...9, using: &g)
        case 1: time += Int.random(in: 0...300, using: &g)
        default: time += Int.random(in: 0...(1 << 40), using: &g)
        }
      }
      time += step
      return time
    }
  }

  private let counts = Array(0...70) + [511, 512, 2000]

  @Test func listedHandshakesAreTheSameAtEveryLevel() {
    var g = SeededGenerator(seed: 63)
    for count in counts {
      let cycles = times(count, rare: 13, &g)
      let waits = cycles.indices.map { i in
        i % 11 == 0 ? Int.random(in: 0...(1 << 30), using: &g) : Int.random(in: 0...1, using: &g)
      }
      let expected = laid(after: 17) { oneByOne(cycles, waits, &$0) }
      for level in KernelLevel.available {
        let found = laid(after: 17) {
          HandshakeKernel(level: level).append(
            cycles: cycles, waits: waits, count: count, to: &$0)
        }
        #expect(found == expected, "\(level) \(count)")
      }
    }
  }

  /// What is appended of a place is what its list gives, with even stretches left out at any point and with the one
  /// before in another cycle than the columns end with.
  @Test(arguments: [13, 60, 1000]) func aPlaceIsAppendedAsItsListIs(rare: Int) {
    var g = SeededGenerator(seed: UInt64(rare))
    for count in counts {
      let (writes, reads) = (times(count, rare: rare, &g), times(count, rare: rare, &g))
      let (latency, credit) = (Int.random(in: 0...9, using: &g), Int.random(in: 0...9, using: &g))
      let last = (writes.first ?? 9) - Int.random(in: 1...4, using: &g)
      let end = Bool.random(using: &g) ? last : last - 40
      var (cycles, waits) = ([Int](repeating: 0, count: count), [Int](repeating: 0, count: count))
      HandshakeKernel(level: .portable).list(
        writes: writes, latency: latency, reads: reads, credit: credit, after: last, count: count,
        cycles: &cycles, waits: &waits)
      let expected = laid(after: end) { oneByOne(cycles, waits, &$0) }
      for level in KernelLevel.available {
        let kernel = HandshakeKernel(level: level)
        let found = writes.withUnsafeBufferPointer { writes in
          reads.withUnsafeBufferPointer { reads in
            laid(after: end) {
              guard let w = writes.baseAddress, let r = reads.baseAddress else { return }
              let place = HandshakeKernel.Place(
                writes: w, latency: latency, reads: r, credit: credit)
              // In two parts, as such come after one another.
              let first = count / 3
              kernel.append(place, after: last, count: first, to: &$0)
              kernel.append(
                place.dropFirst(first), after: first > 0 ? place[first - 1] : last,
                count: count - first, to: &$0)
            }
          }
        }
        #expect(found == expected, "\(level) \(count)")
      }
    }
  }

  /// Runs of any length, some of which go on as the one before.
  @Test func runsAreAppendedAsTheirHandshakesAre() {
    var g = SeededGenerator(seed: 65)
    var runs: [(cycle: Int, step: Int, wait: Int, count: Int)] = []
    var next = 9
    for _ in 0..<300 {
      var run = (
        cycle: next, step: Int.random(in: 1...3, using: &g),
        wait: Int.random(in: 0...1, using: &g),
        count: Int.random(in: 0...(Bool.random(using: &g) ? 20 : 400), using: &g)
      )
      if let before = runs.last, Bool.random(using: &g) {
        (run.step, run.wait) = (before.step, before.wait)
      } else {
        run.cycle += Int.random(in: 0...5, using: &g)
      }
      runs.append(run)
      next = run.cycle + run.count * run.step
    }
    let expected = laid(after: 7) { columns in
      for run in runs {
        for k in 0..<run.count {
          columns.append(cycle: run.cycle + k * run.step, wait: run.wait)
        }
      }
    }
    let found = laid(after: 7) { columns in
      for run in runs {
        columns.append(cycle: run.cycle, step: run.step, wait: run.wait, count: run.count)
      }
    }
    #expect(found == expected)
  }

  private func oneByOne(_ cycles: [Int], _ waits: [Int], _ columns: inout HandshakeColumns) {
    for (cycle, wait) in zip(cycles, waits) { columns.append(cycle: cycle, wait: wait) }
  }

  /// What is laid out of both columns, and the last cycle.
  private struct Laid: Equatable {
    var bytes: [UInt8]
    var steps: Int
    var last: Int
  }

  /// What `append` makes of columns whose last handshake but one was 3 cycles before one in cycle `last`. They have
  /// been filled and emptied before.
  private func laid(after last: Int, _ append: (inout HandshakeColumns) -> Void) -> Laid {
    var columns = HandshakeColumns()
    defer { columns.deallocate() }
    columns.begin(cycle: 5, wait: 1)
    columns.append(cycle: 6, step: 1, wait: 1, count: 100)
    columns.begin(cycle: last - 3, wait: 0)
    columns.append(cycle: last, wait: 70)
    append(&columns)
    let (steps, waits) = columns.counts
    let bytes = [UInt8](
      unsafeUninitializedCapacity: steps + waits + HandshakeColumns.slack
    ) { buffer, count in
      if let start = buffer.baseAddress { columns.lay(at: start) }
      count = steps + waits
    }
    return Laid(bytes: bytes, steps: steps, last: columns.last)
  }
}
