import DataflowAnalysis
import SimKernels
import Testing

/// Every level gives what plain Swift gives.
@Suite struct HandshakeKernelTests {
  /// Times of words one after the other, mostly even, now and then far apart.
  private func times(_ count: Int, _ g: inout SeededGenerator) -> [Int] {
    var (time, step) = (Int.random(in: -5...1_000_000, using: &g), 1)
    return (0..<count).map { _ in
      switch Int.random(in: 0..<40, using: &g) {
      case 0: step = Int.random(in: 1...9, using: &g)
      case 1: time += Int.random(in: 0...300, using: &g)
      case 2: time += Int.random(in: 0...(1 << 40), using: &g)
      default: break
      }
      time += step
      return time
    }
  }

  @Test func handshakesAreTheSameAtEveryLevel() {
    var g = SeededGenerator(seed: 61)
    for count in Array(1...40) + [511, 512] {
      let (writes, reads) = (times(count, &g), times(count, &g))
      let (latency, credit) = (Int.random(in: 0...9, using: &g), Int.random(in: 0...9, using: &g))
      let last = writes[0] - Int.random(in: 1...4, using: &g)
      func list(_ level: KernelLevel) -> [[Int]] {
        var (cycles, waits) = ([Int](repeating: 0, count: count), [Int](repeating: 0, count: count))
        HandshakeKernel(level: level).list(
          writes: writes, latency: latency, reads: reads, credit: credit, after: last, count: count,
          cycles: &cycles, waits: &waits)
        return [cycles, waits]
      }
      let expected = list(.portable)
      for i in 0..<count {
        let before = i > 0 ? expected[0][i - 1] : last
        let arrival = writes[i] + latency
        #expect(expected[0][i] == max(arrival, reads[i] + credit))
        #expect(expected[1][i] == expected[0][i] - max(arrival, before + 1))
      }
      for level in KernelLevel.available { #expect(list(level) == expected, "\(level) \(count)") }
    }
  }

  @Test func theFirstLaterOneIsTheSameAtEveryLevel() {
    var g = SeededGenerator(seed: 62)
    for count in Array(0...70) + [128] {
      let (writes, reads) = (times(count, &g), times(count, &g))
      let late = Int.random(in: 0...count, using: &g)
      // Where both are in the same cycle up to one that is later, or to none.
      let others = writes.indices.map { max(writes[$0] + 3, reads[$0] + 1) - ($0 == late ? 1 : 0) }
      let never = [Int](repeating: -(1 << 60), count: count)
      for level in KernelLevel.available {
        let found = writes.withUnsafeBufferPointer { writes in
          reads.withUnsafeBufferPointer { reads in
            others.withUnsafeBufferPointer { others in
              never.withUnsafeBufferPointer { never in
                guard let w = writes.baseAddress, let r = reads.baseAddress,
                  let o = others.baseAddress, let n = never.baseAddress
                else { return 0 }
                return HandshakeKernel(level: level).firstLater(
                  HandshakeKernel.Place(writes: w, latency: 3, reads: r, credit: 1),
                  than: HandshakeKernel.Place(writes: o, latency: 0, reads: n, credit: 0),
                  count: count)
              }
            }
          }
        }
        #expect(found == (count == 0 ? 0 : late), "\(level) \(count)")
      }
    }
  }

  /// Places that go by one end alone are compared with half of the times, which is the same.
  @Test func placesOfOneEndAreComparedAsAnyOthers() {
    var g = SeededGenerator(seed: 63)
    for count in Array(1...70) + [128] {
      let (writes, reads) = (times(count, &g), times(count, &g))
      let shift = Int.random(in: -3...3, using: &g)
      writes.withUnsafeBufferPointer { writes in
        reads.withUnsafeBufferPointer { reads in
          guard let w = writes.baseAddress, let r = reads.baseAddress else { return }
          let places: [HandshakeKernel.Place] = [
            HandshakeKernel.Place(writes: w, latency: 2, reads: r, credit: 2 + shift),
            .arrivals(w, latency: 2), .arrivals(r, latency: 2 + shift), .rooms(r, credit: shift),
          ]
          for place in places {
            for other in places {
              let expected = (0..<count).first { place[$0] > other[$0] } ?? count
              for level in KernelLevel.available {
                let found = HandshakeKernel(level: level).firstLater(
                  place, than: other, count: count)
                #expect(found == expected, "\(level) \(count)")
              }
            }
          }
        }
      }
    }
  }
}
