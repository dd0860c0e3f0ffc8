/// Depths that simulations of equal stretches have proven too little.
///
/// Handshakes never get earlier when a FIFO gets shallower: what is too little stays so with less.
package struct FIFOEvidence: Sendable {
  private var tooLittle: [[Int]] = []

  package init() {}

  package mutating func add(_ depths: [Int]) {
    if !provesTooLittle(depths) { tooLittle.append(depths) }
  }

  package func provesTooLittle(_ depths: [Int]) -> Bool {
    tooLittle.contains { known in zip(known, depths).allSatisfy { $0 >= $1 } }
  }
}
