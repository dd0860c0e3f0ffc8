import DataflowSim

/// The register slice of the inner shuffle: two places and an output register.
private struct SteppedSkid {
  var isReady = true
  var isValid = false
  private var waiting: (first: Bool, second: Bool) = (false, false)

  mutating func clock(offered: Bool, taken: Bool) {
    let loads = !isValid || taken
    let has = waiting.first || waiting.second
    let moves = !has || loads
    if loads { isValid = has }
    waiting = (waiting.second ? waiting.first : offered, !moves)
    isReady = moves
  }
}

/// InnerShuffle_rtl: addresses, page flags, and the ways of a read and of its pattern.
final class SteppedShuffle: SteppedBlock {
  private let input: Int
  private let output: Int
  private let page: Int
  private let isLater: Bool
  private var address = 0
  private var done = [false, false]
  private var current = 0
  private var index = 0
  private var pattern = SteppedSkid()
  private var result = SteppedSkid()
  /// April 2026: three registers and a slice. Later: reads by age, and a queue.
  private var stages = [false, false, false]
  private var data = SteppedSkid()
  private var flying: [Int] = []
  private var queued = 0

  init(input: Int, output: Int, page: Int, isLater: Bool) {
    self.input = input
    self.output = output
    self.page = page
    self.isLater = isLater
  }

  var patience: Int { 4 * page + 32 }

  func settle(_ wires: inout Wires, cycle: Int) {
    wires.ready[input] = !(done[0] && done[1])
    wires.valid[output] = result.isValid
  }

  func clock(_ wires: Wires, cycle: Int) {
    let isGuarded = isLater ? !done[current] : current == 0 && !done[0] && !done[1]
    let asks = !isGuarded && pattern.isReady
    var reads = asks
    let hasData = isLater ? queued > 0 : data.isValid
    let meets = hasData && pattern.isValid && result.isReady
    let (hasPattern, hasRoom) = (pattern.isValid, result.isReady)
    result.clock(offered: hasData && hasPattern, taken: wires.ready[output])
    pattern.clock(offered: asks, taken: hasRoom && hasData)
    if isLater {
      if meets { queued -= 1 }
      queued += flying.count { cycle == $0 + 4 }
      flying = flying.filter { cycle < $0 + 4 } + (asks ? [cycle] : [])
    } else {
      let moves2 = !stages[2] || data.isReady
      let moves1 = !stages[1] || moves2
      let moves0 = !stages[0] || moves1
      data.clock(offered: stages[2], taken: hasRoom && hasPattern)
      if moves2 { stages[2] = stages[1] }
      if moves1 { stages[1] = stages[0] }
      if moves0 { stages[0] = asks }
      reads = asks && moves0
    }
    count(reads: reads, writes: wires.moves(input))
  }

  private func count(reads: Bool, writes: Bool) {
    if writes || !isLater {
      if address == page - 1 { done[0] = true }
      if address == 2 * page - 1 { done[1] = true }
    }
    if reads {
      index += 1
      if index == page {
        index = 0
        done[current] = false
        current = 1 - current
      }
    }
    if writes { address = (address + 1) % (2 * page) }
  }
}
