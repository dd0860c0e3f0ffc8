/// How many more words a block needs before it gives another one.
///
/// The block runs alone, is fed what it has had of its frame, and then word by word.
struct WordProbe {
  private let simulation: Simulation
  private let port: Int
  private let output: Int

  /// - Parameters:
  ///   - node: the block, by index.
  ///   - port: the input that is fed.
  ///   - output: the output that is waited for.
  init?(_ plan: Plan, node: Int, port: Int, output: Int) {
    let source = plan.design.nodes[node]
    guard let plan = try? Plan(plan.design.alone(source)), let simulation = try? Simulation(plan)
    else { return nil }
    self.simulation = simulation
    self.port = port
    self.output = output
  }

  /// Words missing after `consumed` ones, or nil if even a frame more gives nothing.
  func wordsNeeded(after consumed: Int) -> Int? {
    let perFrame = simulation.released[port].perFrame
    guard perFrame > 0, perFrame < 1 << 24 else { return nil }
    for source in simulation.released { source.pointer.pointee = source.perFrame * 3 }
    let had = consumed % perFrame
    simulation.released[port].pointer.pointee = had
    simulation.network.run()
    let before = given
    for more in 1...perFrame {
      simulation.released[port].pointer.pointee = had + more
      simulation.network.run()
      if given > before { return more }
    }
    return nil
  }

  private var given: Int { simulation.sinks[output].count }
}
