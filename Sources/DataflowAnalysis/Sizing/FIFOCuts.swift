/// What sufficient depths must obey, as far as it is known: of each cut at least one FIFO must be as deep as
/// the cut says.
///
/// What is too little stays so with less anywhere. So where depths do not suffice although all FIFOs but a few
/// are as deep as any cheaper design could have them, one of those few must be deeper: a cut. The cheapest
/// depths that obey all cuts bound the cost of all that suffice from below, and if they suffice themselves,
/// none are cheaper.
package struct FIFOCuts: Sendable {
  /// A FIFO and the least step that would do.
  package struct Option: Sendable, Hashable {
    package var fifo: Int
    package var step: Int

    package init(fifo: Int, step: Int) { (self.fifo, self.step) = (fifo, step) }
  }

  private let fifos: Int
  /// What a FIFO costs at a step.
  private let price: @Sendable (_ fifo: Int, _ step: Int) -> Int
  private var cuts: [[Option]] = []

  package init(fifos: Int, price: @escaping @Sendable (_ fifo: Int, _ step: Int) -> Int) {
    (self.fifos, self.price) = (fifos, price)
  }

  /// One of these must hold.
  package mutating func add(_ cut: [Option]) { cuts.append(cut) }

  package var count: Int { cuts.count }

  /// The cheapest steps found, and what nothing that obeys all cuts is below.
  package struct Cheapest: Sendable {
    package var steps: [Int]
    package var cost: Int
    /// Whether the steps obey all cuts; else the search for them was given up, and only the cost stands.
    package var isFound: Bool
  }

  /// Looks at no more than `limit` combinations.
  package func cheapest(limit: Int = 20_000) -> Cheapest {
    let floors = [Int](repeating: 0, count: fifos)
    let start = State(
      steps: floors, caps: [Int](repeating: .max, count: fifos),
      cost: (0..<fifos).reduce(0) { $0 + price($1, 0) })
    var open = Heap<State>()
    push(start, &open)
    var left = limit
    while let (bound, state) = open.pop() {
      guard let cut = tightest(of: state) else {
        return Cheapest(steps: state.steps, cost: state.cost, isFound: true)
      }
      guard left > 0 else { return Cheapest(steps: state.steps, cost: bound, isFound: false) }
      left -= 1
      var rest = state
      for option in cut {
        var next = rest
        next.cost += price(option.fifo, option.step) - price(option.fifo, state.steps[option.fifo])
        next.steps[option.fifo] = option.step
        push(next, &open)
        // What lies beyond has been looked at with this option.
        rest.caps[option.fifo] = option.step - 1
      }
    }
    return Cheapest(steps: floors, cost: .max, isFound: false)
  }

  private struct State {
    var steps: [Int]
    /// A FIFO gets no further step than this.
    var caps: [Int]
    var cost: Int
  }

  private func push(_ state: State, _ open: inout Heap<State>) {
    if let more = leastMore(state) { open.push(state.cost + more, state) }
  }

  /// What a cut that is not obeyed offers, the cheapest first; nil: it is obeyed.
  private func options(_ cut: [Option], _ state: State) -> [(option: Option, more: Int)]? {
    guard !cut.contains(where: { state.steps[$0.fifo] >= $0.step }) else { return nil }
    return cut.filter { $0.step <= state.caps[$0.fifo] }
      .map { ($0, price($0.fifo, $0.step) - price($0.fifo, state.steps[$0.fifo])) }
      .sorted { ($0.more, $0.option.fifo) < ($1.more, $1.option.fifo) }
  }

  /// The cut that leaves the fewest options.
  private func tightest(of state: State) -> [Option]? {
    cuts.compactMap { options($0, state) }
      .min { ($0.count, -($0.first?.more ?? 0)) < ($1.count, -($1.first?.more ?? 0)) }
      .map { $0.map(\.option) }
  }

  /// What obeying the rest of the cuts costs at least: cuts that share no FIFO each cost something of their
  /// own. nil: some cut cannot be obeyed any more.
  private func leastMore(_ state: State) -> Int? {
    var open: [(more: Int, fifos: [Int])] = []
    for cut in cuts {
      guard let left = options(cut, state) else { continue }
      guard let first = left.first else { return nil }
      open.append((first.more, left.map(\.option.fifo)))
    }
    var taken: Set<Int> = []
    var sum = 0
    for cut in open.sorted(by: { $0.more > $1.more }) where taken.isDisjoint(with: cut.fifos) {
      taken.formUnion(cut.fifos)
      sum += cut.more
    }
    return sum
  }
}

/// Elements by rank, the least first; of equal ranks the one that came last.
private struct Heap<Element> {
  private var items: [(rank: Int, number: Int, element: Element)] = []
  private var pushed = 0

  mutating func push(_ rank: Int, _ element: Element) {
    pushed += 1
    items.append((rank, -pushed, element))
    var i = items.count - 1
    while i > 0, isLess(i, (i - 1) / 2) {
      items.swapAt(i, (i - 1) / 2)
      i = (i - 1) / 2
    }
  }

  mutating func pop() -> (rank: Int, element: Element)? {
    guard let first = items.first else { return nil }
    let last = items.removeLast()
    guard !items.isEmpty else { return (first.rank, first.element) }
    items[0] = last
    var i = 0
    while true {
      var least = i
      for child in [2 * i + 1, 2 * i + 2] where child < items.count && isLess(child, least) {
        least = child
      }
      guard least != i else { return (first.rank, first.element) }
      items.swapAt(i, least)
      i = least
    }
  }

  private func isLess(_ a: Int, _ b: Int) -> Bool {
    (items[a].rank, items[a].number) < (items[b].rank, items[b].number)
  }
}
