/// What converters cost by the widths of their two sides: every choice asks for the same few.
final class ConverterCosts {
  private struct Widths: Hashable {
    var input: Int
    var output: Int
  }

  private var known: [Widths: DesignCost] = [:]

  func cost(_ input: Int, _ output: Int, _ compute: (Int, Int) -> DesignCost) -> DesignCost {
    let widths = Widths(input: input, output: output)
    if let cost = known[widths] { return cost }
    let cost = compute(input, output)
    known[widths] = cost
    return cost
  }
}
