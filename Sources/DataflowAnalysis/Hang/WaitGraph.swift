/// Who waits for what when nothing can move any more.
///
/// A process waits for a word of a chain whose writer gives none, or for room in a chain whose reader
/// takes nothing. Following these waits from end to end either comes back to where it started, a
/// *wait cycle*, which is a deadlock, or stops at somebody who waits for nothing: a source that has no
/// more words, a sink that is never ready.
struct WaitGraph {
  typealias Actor = Plan.Chain.End

  enum Kind: String, Sendable, Codable {
    case word
    case room
  }

  struct Edge {
    let actor: Actor
    let kind: Kind
    let chain: Int
  }

  private let chains: [Plan.Chain]
  private let waits: [Actor: [Edge]]

  /// The waits of `simulation`, which must have come to rest.
  init(_ simulation: Simulation) {
    chains = simulation.plan.chains
    var waits: [Actor: [Edge]] = [:]
    for (index, (chain, ends)) in zip(chains, simulation.ends).enumerated() {
      if ends.last.pointee.readerWaits {
        waits[chain.reader, default: []].append(
          Edge(actor: chain.reader, kind: .word, chain: index))
      }
      if ends.first.pointee.writerWaits {
        waits[chain.writer, default: []].append(
          Edge(actor: chain.writer, kind: .room, chain: index))
      }
    }
    self.waits = waits
  }

  /// The other end of what `edge` waits for: who would have to give the word or make the room.
  func culprit(_ edge: Edge) -> Actor {
    edge.kind == .word ? chains[edge.chain].writer : chains[edge.chain].reader
  }

  /// Waits of `actor` other than on the chain it was reached by: a process that is waited for because
  /// a chain is full does not wait for words of that chain.
  private func waits(of actor: Actor, reachedBy chain: Int?) -> [Edge] {
    (waits[actor] ?? []).filter { $0.chain != chain }
  }
}

extension WaitGraph {
  /// A wait cycle, if there is one: one that `starts` lead to before any other. Every edge's culprit
  /// is the next edge's actor.
  func cycle(from starts: [Actor]) -> [Edge]? {
    var search = Search(graph: self)
    for start in starts + waits.keys.sorted(by: Self.inOrder) {
      if let cycle = search.cycle(from: start) { return Self.beginningAtJoin(cycle) }
    }
    return nil
  }

  /// The waits from `start` to somebody who waits for nothing.
  func deadEnd(from start: Actor) -> [Edge] {
    var path: [Edge] = []
    var seen: Set<Actor> = []
    var actor = start
    while seen.insert(actor).inserted,
      let edge = waits(of: actor, reachedBy: path.last?.chain).first
    {
      path.append(edge)
      actor = culprit(edge)
    }
    return path
  }

  private static func inOrder(_ a: Actor, _ b: Actor) -> Bool {
    switch (a, b) {
    case (.node(let i), .node(let j)): i < j
    case (.node, .border): true
    case (.border, .node): false
    case (.border(let s), .border(let t)): s < t
    }
  }

  /// Turned so that it starts with the one for whose room another waits, and who waits for a word: the
  /// place where branches meet.
  private static func beginningAtJoin(_ cycle: [Edge]) -> [Edge] {
    let start = cycle.indices.first { i in
      cycle[i].kind == .word && cycle[(i + cycle.count - 1) % cycle.count].kind == .room
    }
    guard let start else { return cycle }
    return Array(cycle[start...] + cycle[..<start])
  }

  private struct Search {
    let graph: WaitGraph
    private var path: [Edge] = []
    private var place: [Actor: Int] = [:]
    private var visited: Set<Visit> = []

    private struct Visit: Hashable {
      var actor: Actor
      var chain: Int?
    }

    init(graph: WaitGraph) { self.graph = graph }

    mutating func cycle(from actor: Actor, reachedBy chain: Int? = nil) -> [Edge]? {
      if let start = place[actor] { return Array(path[start...]) }
      guard visited.insert(Visit(actor: actor, chain: chain)).inserted else { return nil }
      place[actor] = path.count
      defer { place[actor] = nil }
      for edge in graph.waits(of: actor, reachedBy: chain) {
        path.append(edge)
        if let cycle = self.cycle(from: graph.culprit(edge), reachedBy: edge.chain) { return cycle }
        path.removeLast()
      }
      return nil
    }
  }
}
