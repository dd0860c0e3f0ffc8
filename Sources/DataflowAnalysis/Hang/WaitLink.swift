/// One link of a wait cycle: a node, and the word or the room it waits for.
public struct WaitLink: Codable, Sendable, Equatable {
  /// What is waited for.
  public enum Kind: String, Codable, Sendable, CaseIterable {
    case word
    case room
  }

  /// Who waits.
  public var node: String
  /// For what.
  public var waitsFor: Kind
  /// On which stream.
  public var stream: String
  /// Words needed before the node can give the word that is waited for; 1 for room.
  public var words: Int
  /// Words in the buffers of the stream, and how many they hold. Without a buffer both are 0.
  public var held: Int
  public var capacity: Int
  /// FIFOs between the two nodes, in flow order.
  public var fifos: [String]
  /// Blocks between them that hold a few words themselves, such as a thresholding, in flow order.
  public var through: [String]
  /// The word that cannot move, and the cycle since when it is offered; only for room.
  public var blockedWord: Int?
  public var blockedSince: Cycle?

  /// "`MVAU_3` waits for 34 more words of `s9`".
  public var sentence: String {
    switch waitsFor {
    case .word where words == 1: "\(node) waits for a word on \(stream) (empty)"
    case .word: "\(node) waits for \(words) more words of \(stream)"
    case .room where capacity == 0: "\(node) waits for \(stream) to be read (no buffer)"
    case .room: "\(node) waits for room on \(stream) (full, \(held)/\(capacity)\(place))"
    }
  }

  /// Where the words are, if that is more than one FIFO.
  private var place: String {
    guard fifos.count > 1 || !through.isEmpty else { return "" }
    let between = through.isEmpty ? "" : ", with \(through.listed(atMost: 3)) between"
    return " in \(fifos.listed(atMost: 3))\(between)"
  }
}

extension Simulation {
  /// The links of a wait cycle, or of a chain of waits, in words a person knows.
  func links(_ edges: [WaitGraph.Edge], isCycle: Bool) -> [WaitLink] {
    edges.indices.map { i in
      let before = i > 0 ? edges[i - 1] : isCycle ? edges.last : nil
      return link(edges[i], reachedBy: before)
    }
  }

  private func link(_ edge: WaitGraph.Edge, reachedBy before: WaitGraph.Edge?) -> WaitLink {
    let chain = plan.chains[edge.chain]
    let groups = chain.handshakesBetweenStages
    let (first, last) = (ends[edge.chain].first.pointee, ends[edge.chain].last.pointee)
    let fifos = chain.stages.filter { $0.stage.isFIFO }
    let ends = [chain.writer, chain.reader].map(name)
    var through: [String] = []
    for node in chain.stages.map(\.node)
    where !(ends + fifos.map(\.node) + through).contains(node) { through.append(node) }
    var link = WaitLink(
      node: name(edge.actor), waitsFor: edge.kind == .word ? .word : .room, stream: "", words: 1,
      held: 0, capacity: fifos.reduce(0) { $0 + $1.stage.capacity }, fifos: fifos.map(\.node),
      through: through)
    switch edge.kind {
    case .word:
      link.stream = groups.last { !$0.isEmpty }?.last ?? ""
      if let before, before.kind == .word {
        link.words = needed(edge, for: before.chain, consumed: last.written) ?? 1
      }
    case .room:
      link.stream = groups.first { !$0.isEmpty }?.first ?? ""
      // Everything moves as far as it can, so a chain that blocks is full.
      link.held = link.capacity
      // Behind a word that cannot move all is full; registers of the block in front need not be.
      let behind = chain.stages.dropFirst(groups.firstIndex { !$0.isEmpty } ?? 0)
      let held = behind.reduce(last.read) { $0 + $1.stage.capacity }
      link.blockedWord = first.isWire ? first.written - 1 : held
      link.blockedSince = first.isWire ? first.offered : first.pending
      // A block that writes several outputs at once waits without offering: since its input is there.
      if link.blockedSince == .never { link.blockedSince = readySince(edge, first) }
    }
    return link
  }

  /// The first cycle in which a block that waits for room in `channel` could have given its word.
  private func readySince(_ edge: WaitGraph.Edge, _ channel: Channel) -> Cycle {
    guard case .node(let node) = edge.actor,
      let process = plan.processes.first(where: { $0.node == node })
    else { return max(channel.lastWrite + 1, 0) }
    let inputs = process.inputs.map { ends[$0].last.pointee }.filter { $0.available > 0 }
    return max(channel.lastWrite + 1, inputs.map(\.offered).max() ?? 0, 0)
  }

  /// Words `edge.actor` lacks before it gives one to chain `output`.
  private func needed(_ edge: WaitGraph.Edge, for output: Int, consumed: Int) -> Int? {
    guard case .node(let node) = edge.actor,
      let process = plan.processes.first(where: { $0.node == node }),
      let port = process.inputs.firstIndex(of: edge.chain),
      let out = process.outputs.firstIndex(of: output)
    else { return nil }
    return WordProbe(plan, node: node, port: port, output: out)?.wordsNeeded(after: consumed)
  }

  func name(_ actor: WaitGraph.Actor) -> String {
    switch actor {
    case .node(let n): plan.design.nodes[n].name
    case .border(let stream): stream
    }
  }
}
