/// Lowers the FIFO depths of a design on stretches of it, from short to long.
///
/// What a stretch by itself cannot sustain, the design cannot. So every section is lowered alone first.
/// Then longer and longer stretches are tested, up to the whole design: where one is too slow, the
/// FIFOs that make it so are deepened again, as little as it takes. What limits is thereby found in
/// the smallest part of the design that shows it, where a simulation costs least.
///
/// `findFirst` soon has depths that suffice, mostly with no search at all; `lowerSections` gives each stretch
/// about what it lacks, on top of what every section needs; `deepenFromLeast` finds out how little is enough;
/// `verify` proves that nothing can be taken away (`FIFOReductionProofs.swift`). What is done on one stretch is in
/// `FIFOReductionTasks.swift`.
struct FIFOReduction {
  let bench: FIFOBench
  let sections: FIFOSections
  let target: FramePeriod
  var budget: SearchBudget
  /// Told depths with which the whole design reaches the target.
  let improved: @Sendable ([Int]) -> Void
  /// What is being done, for those who wait.
  var phase = "FIFO depths that suffice"
  var depths: [Int]
  /// The sections of the stretch that decided each FIFO.
  private(set) var origin: [ClosedRange<Int>]
  private(set) var room: FIFORoom
  var knowledge = FIFOKnowledge()
  /// Depths of which each is proven in the whole design, the others as they are, to need its last step.
  var depthsTriedInTheWhole: [Int]?
  /// What every section needs by itself.
  private(set) var leastOfSections: [Int] = []
  /// Depths with which the whole design is known to reach the target, and what its FIFOs then hold.
  private var enough: Enough?
  /// What `findFirst` found.
  private var first: Enough?
  /// Rounds of `settle` that are done.
  private var round = 0

  private typealias Enough = (depths: [Int], occupancy: Later<FIFOBench.Occupancy>?)

  init(
    _ bench: FIFOBench, _ sections: FIFOSections, _ reference: FIFOBench.Reference,
    budget: SearchBudget, improved: @escaping @Sendable ([Int]) -> Void = { _ in }
  ) {
    self.bench = bench
    self.sections = sections
    target = reference.target
    self.budget = budget
    self.improved = improved
    depths = reference.depths
    origin = depths.indices.map { sections.section(of: $0) }
    room = FIFORoom(depths, bench, sections)
  }

  /// Finds depths that suffice, however long it takes: what FIFOs hold while frames are on time, or a few words
  /// more. False: even with all the room there is the design does not reach the target.
  mutating func findFirst() throws -> Bool {
    let (deadline, start) = (budget.deadline, depths)
    budget.deadline = nil
    defer {
      budget.deadline = deadline
      first = enough
    }
    tell()
    if try sufficesOnTime() { return true }
    depths = room.most
    guard try suffices() || sufficesAfterAll() else { return false }
    let roomy = enough!
    depths = start
    try settle((0..<sections.nodes.count).map { $0...$0 }, .roughly)
    if try !deepenStretches(.roughly) {
      enough = roomy
      depths = roomy.depths
    }
    return true
  }

  /// Whether the design reaches the target with what its FIFOs hold while frames are on time. What they hold in each
  /// section by itself, where words come evenly, is mostly a little less.
  private mutating func sufficesOnTime() throws -> Bool {
    if sections.nodes.count == 1 { return try suffices() }
    for held in [bench.held, bench.heldInFrames] {
      guard let words = try held(target) else { continue }
      depths = words.map(bench.depth(holding:))
      if try suffices() { return true }
    }
    return false
  }

  /// Lowers every section as far as it goes by itself, and adds somewhat where a longer stretch does not do with
  /// that. Out of time, what is known to suffice stays.
  ///
  /// False: the design does not reach the target even with all the room that sections by themselves ask for. What
  /// `findFirst` found stays then.
  mutating func lowerSections() throws -> Bool {
    guard !budget.isSpent else { return true }
    phase = "what each section needs"
    round = 0
    try settle((0..<sections.nodes.count).map { $0...$0 }, .least)
    leastOfSections = depths
    var isReached = try deepenStretches(.roughly) || budget.isSpent
    if !isReached {
      depths = room.most
      isReached = try suffices() || sufficesAfterAll()
    }
    depths = enough!.depths
    return isReached
  }

  /// Goes back to what `findFirst` found if that is cheaper.
  mutating func preferFirst() {
    guard let first, bench.total(first.depths) < bench.total(depths) else { return }
    enough = first
    depths = first.depths
  }

  /// Whether the present depths are proven to reach the target although frames come late for a while. Then late
  /// frames tell nothing of the whole from now on.
  private mutating func sufficesAfterAll() throws -> Bool {
    knowledge.note(simulations: 1)
    guard try bench.provablySustains(target, depths).suffices == true else { return false }
    knowledge.noteMisjudged(try knowledge.stretch(sections.whole, of: sections))
    enough = (depths, nil)
    improved(depths)
    return true
  }

  /// Goes on from depths that suffice for a design like this one, and gives each stretch somewhat more
  /// where it does not do with them. False: even with all the room there is that does not help.
  ///
  /// - Parameter isFirst: take what is found soonest.
  mutating func raise(from enough: [Int], isFirst: Bool) throws -> Bool {
    let deadline = budget.deadline
    budget.deadline = nil
    defer { budget.deadline = deadline }
    if isFirst {
      depths = FIFOHeuristics.generous(enough, upTo: zip(room.most, enough).map(max), bench.cost)
      if try suffices() { return true }
    }
    depths = enough
    return try deepenStretches(.roughly)
  }

  /// Goes on from what the sections need by themselves, and adds no more than it takes.
  mutating func deepenFromLeast() throws {
    phase = "how little suffices"
    depths = leastOfSections
    origin = depths.indices.map { sections.section(of: $0) }
    _ = try deepen()
  }

  /// Deepens FIFOs until all stretches reach the target. False: out of time, or that took more than is
  /// known to be enough; then it is that.
  mutating func deepen() throws -> Bool {
    round = 1
    tell()
    let before = (enough: enough!, origin: origin)
    if try deepenStretches(.more), bench.total(depths) < bench.total(before.enough.depths) {
      return true
    }
    (enough, origin) = before
    depths = before.enough.depths
    return false
  }

  /// What is looked for in a stretch.
  enum Goal {
    /// The least depths there are.
    case least
    /// The present depths, or about as much more as it takes.
    case roughly
    /// The present depths, or more.
    case more
  }

  /// False: not reached, or out of time.
  private mutating func deepenStretches(_ goal: Goal) throws -> Bool {
    let short = sections.stretches.prefix { $0[0].count <= FIFOHeuristics.shortStretch }
    for stretches in short { try settle(stretches, goal) }
    // What is found in short stretches mostly suffices.
    if try suffices() { return true }
    try widen()
    let rest = sections.stretches.dropFirst(short.count)
    for stretches in rest.isEmpty ? short.suffix(1) : rest { try settle(stretches, goal) }
    return try suffices()
  }

  /// Makes room for what FIFOs hold in the whole design.
  private mutating func widen() throws {
    guard !room.isOfTheWhole, let held = try bench.held(target) else { return }
    room.widen(to: held, bench, sections)
    knowledge.forgetDeepened()
  }

  /// Whether the whole design reaches the target. What its FIFOs hold is found out on the side.
  private mutating func suffices() throws -> Bool {
    if depths == enough?.depths { return true }
    guard !budget.isSpent else { return false }
    let (bench, depths) = (bench, depths)
    let occupancy = budget.workers > 1 ? Later { try bench.occupancies(depths) } : nil
    var search = FIFOSearch(
      bench, target: target, sufficient: depths, expected: room.sufficient, budget: budget,
      provesFirst: knowledge.hasProvenFirst,
      provesLong: knowledge.isMisjudged(in: sections.whole))
    let suffices = try search.isSufficient()
    knowledge.note(simulations: search.simulations)
    if suffices {
      if enough.map({ bench.total(depths) < bench.total($0.depths) }) ?? true { improved(depths) }
      enough = (depths, occupancy)
    }
    return suffices
  }

  /// What FIFOs hold at most at the present depths, and the cycles until the first frame is out.
  func occupancies() throws -> FIFOBench.Occupancy {
    if let enough, enough.depths == depths, let known = enough.occupancy {
      return try known.value()
    }
    return try bench.occupancies(depths)
  }

  /// Finds the depths of stretches that share no section.
  private mutating func settle(_ stretches: [ClosedRange<Int>], _ goal: Goal) throws {
    let tasks = try stretches.compactMap { try task($0, goal) }
    var seen: Set<Key> = []
    let open = tasks.filter { knowledge.depths(of: $0) == nil && seen.insert($0.key).inserted }
    for (task, found) in zip(open, try found(open, goal)) { knowledge.settle(found, task) }
    for task in tasks {
      for (fifo, depth) in zip(task.stretch.fifos, knowledge.depths(of: task)!)
      where goal == .least || depths[fifo] != depth {
        depths[fifo] = depth
        origin[fifo] = task.stretch.sections
      }
    }
    round += 1
    tell()
  }

  private func tell() {
    WorkProgress.tell(
      phase, round, of: sections.stretches.count + 1,
      best: enough.map { "\($0.depths.reduce(0, +)) words" })
  }
}
