import DataflowAnalysis
import SimKernels
import Testing

/// Whatever is appended in one step gives the bytes that its handshakes give one by one, and these tell the handshakes.
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
      let expected = oneByOne(after: 17, cycles, waits)
      for level in KernelLevel.available {
        let found = bytes(after: 17) {
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
      let expected = oneByOne(after: end, cycles, waits)
      for level in KernelLevel.available {
        let kernel = HandshakeKernel(level: level)
        let found = writes.withUnsafeBufferPointer { writes in
          reads.withUnsafeBufferPointer { reads in
            bytes(after: end) {
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

  /// A place of which one end alone matters: no word waits for room, or all have been there for long. And one that
  /// only looks like it, where no word waits for more than two cycles.
  @Test(arguments: [13, 60, 1000]) func aPlaceOfOneEndIsAppendedAsItsListIs(rare: Int) {
    var g = SeededGenerator(seed: UInt64(rare) + 7)
    for count in counts {
      let times = times(count, rare: rare, &g)
      for kind in 0..<3 {
        let ends = { (times: UnsafePointer<Int>) -> HandshakeKernel.Place in
          switch kind {
          case 0: .arrivals(times, latency: 5)
          case 1: .rooms(times, credit: 5)
          default: HandshakeKernel.Place(writes: times, latency: 3, reads: times, credit: 5)
          }
        }
        let last = (times.first ?? 9) + 5 - Int.random(in: 1...4, using: &g)
        var (cycles, waits) = (times, times)
        times.withUnsafeBufferPointer {
          guard let place = $0.baseAddress.map(ends) else { return }
          HandshakeKernel(level: .portable).list(
            writes: place.writes, latency: place.latency, reads: place.reads, credit: place.credit,
            after: last, count: count, cycles: &cycles, waits: &waits)
        }
        let expected = oneByOne(after: last, cycles, waits)
        for level in KernelLevel.available {
          let found = times.withUnsafeBufferPointer { times in
            bytes(after: last) {
              guard let place = times.baseAddress.map(ends) else { return }
              HandshakeKernel(level: level).append(place, after: last, count: count, to: &$0)
            }
          }
          #expect(found == expected, "\(kind) \(level) \(count)")
        }
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
    let cycles = runs.flatMap { run in (0..<run.count).map { run.cycle + $0 * run.step } }
    let waits = runs.flatMap { [Int](repeating: $0.wait, count: $0.count) }
    let expected = oneByOne(after: 7, cycles, waits)
    let found = bytes(after: 7) { columns in
      for run in runs {
        columns.append(cycle: run.cycle, step: run.step, wait: run.wait, count: run.count)
      }
    }
    #expect(found == expected)
  }

  /// Even words take next to nothing, wherever the run before them ended.
  @Test func evenWordsAreLeftOut() {
    var columns = HandshakeColumns()
    defer { columns.deallocate() }
    columns.begin(cycle: 9, wait: 0)
    columns.append(cycle: 11, step: 2, wait: 1, count: 1_000_000)
    columns.append(cycle: 2_000_011, step: 2, wait: 1, count: 1_000_000)
    let place = (1...5000).map { 4_000_009 + 2 * $0 }
    place.withUnsafeBufferPointer { times in
      guard let start = times.baseAddress else { return }
      HandshakeKernel().append(
        .init(writes: start, latency: 1, reads: start, credit: 0), after: 4_000_009,
        count: times.count, to: &columns)
    }
    let (stretches, steps, waits) = columns.close()
    #expect(stretches.count <= 20 && steps.count <= 40 && waits.count <= 40)
  }

  /// As `bytes`, of handshakes appended one by one; it tells them.
  private func oneByOne(after last: Int, _ cycles: [Int], _ waits: [Int]) -> [[UInt8]] {
    let bytes = self.bytes(after: last) { columns in
      for (cycle, wait) in zip(cycles, waits) { columns.append(cycle: cycle, wait: wait) }
    }
    let told = ToldHandshakes(bytes, from: last - 3)
    #expect(told.cycles == [last - 3, last] + cycles)
    #expect(told.waits == [0, 70] + waits)
    return bytes
  }

  /// Stretches, steps and waits of two handshakes and of what `append` appends to them. The columns were filled and
  /// emptied before.
  private func bytes(after last: Int, _ append: (inout HandshakeColumns) -> Void) -> [[UInt8]] {
    var columns = HandshakeColumns()
    defer { columns.deallocate() }
    columns.begin(cycle: 5, wait: 1)
    columns.append(cycle: 6, step: 1, wait: 1, count: 100)
    columns.begin(cycle: last - 3, wait: 0)
    columns.append(cycle: last, wait: 70)
    append(&columns)
    let (stretches, steps, waits) = columns.close()
    return [stretches, steps, waits].map { Array($0) }
  }
}

/// Handshakes as columns tell them.
private struct ToldHandshakes {
  var cycles: [Int]
  var waits: [Int]

  /// - Parameters:
  ///   - columns: stretches, steps and waits.
  ///   - first: the cycle of the first.
  init(_ columns: [[UInt8]], from first: Int) {
    let stretches = Self.numbers(columns[0]).map { Int($0) }
    let steps = Self.numbers(columns[1]).map(Self.signed)
    let changes = Self.numbers(columns[2]).map(Self.signed)
    (cycles, waits) = ([first], [changes[0]])
    var (step, word) = (0, 0)
    func single() {
      step += steps[word]
      cycles.append(cycles[cycles.count - 1] + step)
      waits.append(waits[waits.count - 1] + changes[word + 1])
      word += 1
    }
    for n in stride(from: 0, to: stretches.count, by: 2) {
      for _ in 0..<stretches[n] { single() }
      for _ in 0..<stretches[n + 1] {
        cycles.append(cycles[cycles.count - 1] + step)
        waits.append(waits[waits.count - 1])
      }
    }
    while word < steps.count { single() }
  }

  private static func numbers(_ bytes: [UInt8]) -> [UInt] {
    var (result, value, shift): ([UInt], UInt, UInt) = ([], 0, 0)
    for byte in bytes {
      value |= UInt(byte & 0x7F) << shift
      shift += 7
      guard byte < 0x80 else { continue }
      result.append(value)
      (value, shift) = (0, 0)
    }
    return result
  }

  private static func signed(_ number: UInt) -> Int {
    Int(bitPattern: number >> 1) ^ -Int(bitPattern: number & 1)
  }
}
