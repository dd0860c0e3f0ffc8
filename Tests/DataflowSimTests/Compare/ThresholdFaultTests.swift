import DataflowAnalysis
import DesignFiles
import Testing

/// Thresholds that are not the reference's are told as that, not as a bias or as words that lag.
@Suite struct ThresholdFaultTests {
  private let planted = PlantedFaultTests()
  private let node = "MVAU_hls_1"

  /// What is said of lenet's second layer with other thresholds.
  private func diagnosis(_ change: @escaping (Int, Int, [[Int]]) -> Int) throws -> Diagnosis {
    let (node, found) = try planted.first(
      planted.compare("lenet") { try $0.change(self.node, "thresholds", change) })
    #expect(node == self.node)
    return found
  }

  private func fault(_ change: @escaping (Int, Int, [[Int]]) -> Int) throws -> ThresholdFault {
    let found = try diagnosis(change)
    guard case .thresholds(let fault) = found else {
      Issue.record("\(found)")
      throw CancellationError()
    }
    return fault
  }

  @Test(arguments: [10, -7])
  func allTooHighOrTooLow(_ shift: Int) throws {
    let found = try fault { row, step, all in all[row][step] + shift }
    guard case .shift(let range) = found else {
      Issue.record("\(found)")
      return
    }
    #expect(range.contains(shift))
    #expect(found.description.contains(shift > 0 ? "too high" : "too low"))
  }

  @Test func rowsOfOtherChannels() throws {
    let reversed = try fault { row, step, all in all[all.count - 1 - row][step] }
    #expect(reversed == .order("channel order reversed"))
    // Four channels at a time, folded by folded instead of side by side.
    let spread = try fault { row, step, all in
      all[row % 4 * (all.count / 4) + row / 4][step]
    }
    guard case .order(let name) = spread else {
      Issue.record("\(spread)")
      return
    }
    #expect(name.contains("interleave of 4"))
  }

  @Test func oneThresholdAlone() throws {
    let network = try PlantedFaultTests.Network("lenet")
    let (_, values, shape) = try network.array(node, "thresholds")
    var told = 0
    for channel in 0..<shape[0] {
      // Not every channel has sums near that threshold.
      let results = try planted.compare("lenet") {
        try $0.change(node, "thresholds") { row, step, all in
          all[row][step] + (row == channel && step == 2 ? 11 : 0)
        }
      }
      guard let wrong = results.last(where: { $0.differing >= 4 }),
        case .thresholds(.single(let list, let count))? = wrong.diagnosis, let only = list.first
      else { continue }
      told += 1
      #expect(wrong.node == node && list.count == 1 && count == values.count)
      // Rows may have equal thresholds: the last of them is the one that moved.
      let right = values[channel * shape[1] + 2]
      #expect(
        only.channel == channel
          && only.found == values[channel * shape[1] + only.index] + (only.index == 2 ? 11 : 0)
          || only.index > 2)
      #expect(only.least ?? right <= right)
    }
    #expect(told > 2)
  }

  @Test func anotherScale() throws {
    #expect(try fault { row, step, all in 2 * all[row][step] } == .factor(2))
  }

  /// A bias of one channel is one constant, not fifteen thresholds.
  @Test func aConstantPerChannelStaysABias() throws {
    #expect(
      try diagnosis { row, step, all in all[row][step] + (row == 3 ? 25 : 0) }
        == .bias(channels: 1))
  }

  /// Sums that are wrong are no matter of thresholds.
  @Test func otherWeightsAreNoThresholds() throws {
    let (_, found) = try planted.first(
      planted.compare("lenet") {
        try $0.change(node, "weights") { row, column, all in all[(row + 1) % all.count][column] }
      })
    if case .thresholds(let fault) = found { Issue.record("\(fault)") }
  }
}
