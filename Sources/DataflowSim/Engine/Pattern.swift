/// A repeating readiness pattern: character `t mod length` belongs to cycle `t`.
public struct Pattern: Sendable, Equatable {
  /// Distance from each position to the next 1; empty when every cycle is 1.
  private let distance: [Int32]
  /// False when no position is 1.
  let everAllows: Bool

  /// Ready in every cycle.
  public static let always = Pattern([true])

  public init(_ bits: [Bool]) {
    everAllows = bits.contains(true)
    guard bits.contains(false), everAllows else {
      distance = []
      return
    }
    let n = bits.count
    var table = [Int32](repeating: 0, count: n)
    var next = bits.firstIndex(of: true)! + n
    for i in stride(from: n - 1, through: 0, by: -1) {
      if bits[i] { next = i }
      table[i] = Int32(next - i)
    }
    distance = table
  }

  /// The first allowed cycle at or after `t`.
  @inline(__always) func next(_ t: Cycle) -> Cycle {
    distance.isEmpty ? t : t + Int(distance[t % distance.count])
  }

  /// True when every cycle is allowed.
  var isAlways: Bool { distance.isEmpty && everAllows }
}
