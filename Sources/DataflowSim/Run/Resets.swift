/// The resets of a scenario, ready for a plan: when they come and which blocks they reach.
package struct ResetPlan: Sendable {
  /// Everything that is reset before one frame.
  package struct Event: Sendable {
    package var frame: Int
    /// Nodes that are reset, by index.
    package var nodes: Set<Int> = []
    /// The host knows: it starts the frame anew.
    package var restartsHost = false
  }

  /// In the order of their frames, one a frame.
  package let events: [Event]
  /// By node: blocks of the same domain are reset by the same events. Domain 0 never is; the borders of
  /// the graph belong to it.
  package let domains: [Int]
  /// Events that reset a domain, by domain.
  package let signatures: [[Int]]

  /// The resets of `scenario` that come before its last frame.
  package init(_ scenario: Scenario, _ design: Design) {
    var byFrame: [Int: Event] = [:]
    for case .reset(let frame, let scope) in scenario.faults where frame < scenario.frames {
      var event = byFrame[frame] ?? Event(frame: frame)
      let named = Set(scope.nodes)
      let struck = design.nodes.indices.filter { n in
        switch scope {
        case .design: true
        case .only: named.contains(design.nodes[n].name)
        case .except: !named.contains(design.nodes[n].name)
        }
      }
      event.nodes.formUnion(struck)
      if case .only = scope {} else { event.restartsHost = true }
      byFrame[frame] = event
    }
    let events = byFrame.values.sorted { $0.frame < $1.frame }
    var signatures: [[Int]] = [[]]
    domains = design.nodes.indices.map { n in
      let signature = events.indices.filter { events[$0].nodes.contains(n) }
      if let known = signatures.firstIndex(of: signature) { return known }
      signatures.append(signature)
      return signatures.count - 1
    }
    self.events = events
    self.signatures = signatures
  }

  package var isEmpty: Bool { events.isEmpty }
}

extension Plan.Chain {
  /// A part of a chain whose blocks are reset together, and the stream behind which it ends.
  struct Piece {
    var chain: Plan.Chain
    var domain: Int
    var stream = ""
  }

  /// The chain cut behind every stream that has faults and between blocks of different domains.
  ///
  /// What lies between two handshakes belongs to one block.
  func pieces(
    hasFaults: (String) -> Bool, domain: (String) -> Int?, writer: Int, reader: Int
  ) -> [Piece] {
    var pieces = [
      Piece(chain: Plan.Chain(writer: self.writer, reader: self.reader), domain: writer)
    ]
    for (i, item) in items.enumerated() {
      pieces[pieces.count - 1].chain.items.append(item)
      guard case .handshake(let stream) = item else { continue }
      let behind = items[(i + 1)...].prefix { if case .stage = $0 { true } else { false } }
      let isLast = i + 1 + behind.count == items.count
      let owners = behind.compactMap { item -> Int? in
        if case .stage(_, let node) = item { domain(node) } else { nil }
      }
      let next = owners.first ?? (isLast ? reader : pieces[pieces.count - 1].domain)
      guard hasFaults(stream) || next != pieces[pieces.count - 1].domain else { continue }
      pieces[pieces.count - 1].stream = stream
      pieces.append(
        Piece(chain: Plan.Chain(writer: self.writer, reader: self.reader), domain: next))
    }
    return pieces
  }
}

/// What a run had moved when blocks were reset.
public struct ResetRecord: Sendable {
  /// The frame the reset came before, and its cycle: the first that saw reset deasserted again.
  public var frame: Int
  public var cycle: Cycle
  /// Nodes that were reset.
  public var nodes: Set<String>
  /// The host started the frame anew.
  public var restartsHost: Bool
  /// Words every stream had moved in all; empty when streams are not observed.
  public var moved: [String: Int]
  /// What the compute cores that were reset had done since they started.
  public nonisolated(unsafe) var cores: [String: CoreLog] = [:]
}

/// The parts of a network that are reset together.
struct ResetDomain {
  var channels: [Link] = []
  var processes: [Int] = []
  var logs: [ChannelLog] = []
}

/// What a simulation keeps to reset parts of itself.
struct ResetState {
  /// A place where two domains meet or faults strike.
  struct Relay {
    var stream: String
    /// Domains on either side.
    var writer: Int
    var reader: Int
    var output: Link
    var state: FaultRelay.State
  }

  /// By domain: what is reset together, and the cycle from which it counts.
  var domains: [ResetDomain]
  var origins: [Cycle]
  var relays: [Relay] = []
  /// By graph input: the process of its source, and what it had sent or skipped beyond the words its
  /// channel has counted.
  var sources: [String: Int] = [:]
  var sentBefore: [String: Int] = [:]
  /// The resets that have happened.
  var records: [ResetRecord] = []

  init(domains count: Int) {
    domains = Array(repeating: ResetDomain(), count: count)
    origins = Array(repeating: 0, count: count)
  }
}
