/// A pattern made ready for "the next allowed cycle" in constant time.
struct PatternTable {
  /// Distance from each position to the next 1; empty when every cycle is allowed.
  private let distance: [Int32]
  /// False when no position is 1.
  let everAllows: Bool

  init(_ pattern: Pattern) {
    let bits = pattern.bits
    everAllows = bits.contains(true)
    guard everAllows, bits.contains(false), let first = bits.firstIndex(of: true) else {
      distance = []
      return
    }
    let n = bits.count
    var table = [Int32](repeating: 0, count: n)
    var next = first + n
    for i in stride(from: n - 1, through: 0, by: -1) {
      if bits[i] { next = i }
      table[i] = Int32(next - i)
    }
    distance = table
  }

  /// Whether every cycle is allowed.
  var alwaysAllows: Bool { everAllows && distance.isEmpty }

  /// The first allowed cycle at or after `t`.
  @inline(__always) func next(_ t: Cycle) -> Cycle {
    distance.isEmpty ? t : t + Int(distance[t % distance.count])
  }
}
