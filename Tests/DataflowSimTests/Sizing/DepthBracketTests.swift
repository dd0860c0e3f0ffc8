import DataflowAnalysis
import Testing

struct DepthBracketTests {
  /// Follows `cycles`, nil where the design stops, down to the target; the steps tried.
  private func tries(
    _ bracket: DepthBracket, target: Double, _ cycles: (Int) -> Double?
  ) -> (answer: Int, steps: [Int]) {
    var (bracket, steps) = (bracket, [Int]())
    while bracket.isOpen {
      let step = bracket.next
      #expect(step > bracket.low && step < bracket.high)
      let period = cycles(step)
      bracket.note(step, suffices: period.map { $0 <= target } ?? false, cycles: period)
      steps.append(step)
    }
    return (bracket.high, steps)
  }

  /// Where cycles fall along one line, as in ResNet-50 (16 a word), two steps tell the answer.
  @Test func followsALine() {
    func cycles(_ step: Int) -> Double { max(910_172 - 16 * Double(step), 903_168) }
    let bracket = DepthBracket(
      failing: 0, cycles: cycles(0), sufficient: 2416, target: 903_168)
    let (answer, steps) = tries(bracket, target: 903_168, cycles)
    #expect(answer == 438)
    #expect(steps.count == 3)
  }

  /// The answer is the least step that suffices whatever the curve: lines, jumps, stops, expectations.
  @Test func findsTheLeastWhateverTheCurve() {
    var random = SeededGenerator(seed: 7)
    var most = 0
    for _ in 0..<2000 {
      let high = Int.random(in: 1...5000, using: &random)
      let answer = Int.random(in: 1...high, using: &random)
      let stops = Int.random(in: 0..<answer, using: &random)
      let jump = Int.random(in: 1...3000, using: &random)
      let slope = Double(Int.random(in: 0...900, using: &random))
      func cycles(_ step: Int) -> Double? {
        if step < stops { return nil }
        return step >= answer ? 1e6 : 1e6 + Double(jump) + slope * Double(answer - 1 - step)
      }
      let bracket = DepthBracket(
        failing: 0, cycles: Bool.random(using: &random) ? cycles(0) : nil, sufficient: high,
        target: 1e6,
        expected: Bool.random(using: &random) ? Int.random(in: 0...high, using: &random) : nil,
        climbs: Bool.random(using: &random))
      let found = tries(bracket, target: 1e6, cycles)
      #expect(found.answer == answer)
      most = max(most, found.steps.count)
    }
    // Bisection alone takes 13.
    #expect(most < 40)
  }

  /// An expectation a little too high costs few steps.
  @Test func startsWhereTheAnswerIsExpected() {
    func cycles(_ step: Int) -> Double? {
      step < 7000 ? nil : max(903_168 + 728 * Double(9133 - step), 903_168)
    }
    let bracket = DepthBracket(
      failing: 0, cycles: nil, sufficient: 16_141, target: 903_168, expected: 9148)
    let (answer, steps) = tries(bracket, target: 903_168, cycles)
    #expect(answer == 9133)
    #expect(steps.count < 7)
  }

  /// However long nothing suffices, the next step lies within the bracket.
  @Test func climbsWithoutEnd() {
    let bracket = DepthBracket(
      failing: 0, cycles: 2, sufficient: .max / 8, target: 1, climbs: true)
    let (answer, steps) = tries(bracket, target: 1) { _ in 2 }
    #expect(answer == .max / 8 && steps.count > 32)
  }
}
