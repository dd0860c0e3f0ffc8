/// The schedules HLS may give to the blocks of a design whose own is only predicted, as a handful of
/// designs that state one for every block.
///
/// More stages make a block later and let it hold more. The one may slow a design, the other may free
/// it, so rates are not monotone in general and are *sampled*: the ends of all ranges at once, and each
/// branch of every fork at one end while its neighbours are at the other, which is where a FIFO beside
/// them has to hold the most or the least.
public struct PossibleSchedules: Sendable {
  /// The design with schedules it may have.
  public struct Sample: Sendable {
    /// `least stages`, `most stages`, `branch 1 early`, …
    public var name: String
    public var design: Design
  }

  /// The nodes whose schedule is predicted, in the design's order.
  public let nodes: [String]
  public let samples: [Sample]
  private let predicted: Design
  private let open: [Open]

  /// Branches of a fork told apart.
  private static let mostBranches = 4

  /// Of the design of `plan`, every branch of its forks apart.
  public init(of plan: Plan) throws {
    let design = plan.design
    let open = design.nodes.indices.compactMap { index -> Open? in
      let ends = plan.scheduleEnds(ofNode: index)
      return ends.count > 1 ? Open(node: index, ends: ends) : nil
    }
    nodes = open.map { design.nodes[$0.node].name }
    predicted = design
    self.open = open
    guard !open.isEmpty else {
      samples = []
      return
    }
    var samples = [
      Sample(name: "least stages", design: design.with(open) { _ in false }),
      Sample(name: "most stages", design: design.with(open) { _ in true }),
    ]
    let paths = try DesignGraph(design).branches
    let count = open.compactMap { paths[$0.node].last }.max() ?? -1
    for branch in 0..<min(count + 1, Self.mostBranches) {
      func isOn(_ node: Int) -> Bool { paths[node].last == branch }
      samples.append(
        Sample(name: "branch \(branch + 1) early", design: design.with(open) { !isOn($0) }))
      samples.append(
        Sample(name: "branch \(branch + 1) late", design: design.with(open) { isOn($0) }))
    }
    self.samples = samples
  }

  /// The design with the most stages in the nodes that `isMost` names, and the least in the others.
  func design(withMost isMost: (String) -> Bool) -> Design {
    predicted.with(open) { isMost(predicted.nodes[$0].name) }
  }

  fileprivate struct Open {
    var node: Int
    /// What the node may state, from the least stages to the most.
    var ends: [[String: AttributeValue]]
  }
}

extension DesignGraph {
  /// For every node the forks it is behind and not yet past the join of, outermost first: the output
  /// port of each by which it is reached.
  var branches: [[Int]] {
    var feeders = [[Endpoint]](repeating: [], count: order.count)
    var outputs = [Int](repeating: 0, count: order.count)
    for stream in streams {
      guard let writer = stream.writer else { continue }
      outputs[writer.node] += 1
      if let reader = stream.reader { feeders[reader.node].append(writer) }
    }
    var paths = [[Int]](repeating: [], count: order.count)
    for node in order {
      let reached = feeders[node].map { paths[$0.node] + (outputs[$0.node] > 1 ? [$0.port] : []) }
      guard let first = reached.first else { continue }
      paths[node] = reached.dropFirst().reduce(first) { common, path in
        Array(zip(common, path).prefix { $0.0 == $0.1 }.map(\.0))
      }
    }
    return paths
  }
}

extension Design {
  /// The design with every open node at one end of its range: the most stages where `isMost` says so.
  fileprivate func with(_ open: [PossibleSchedules.Open], _ isMost: (Int) -> Bool) -> Design {
    var design = self
    for choice in open {
      let stated = isMost(choice.node) ? choice.ends.last! : choice.ends[0]
      design.nodes[choice.node].attributes.merge(stated) { _, new in new }
    }
    return design
  }
}

extension Plan {
  /// What a node may state as its schedule, from the earliest and emptiest to the latest and fullest;
  /// fewer than two for a node whose schedule is known.
  func scheduleEnds(ofNode index: Int) -> [[String: AttributeValue]] {
    guard let schedule = timings[index].schedule, !schedule.isExact else { return [] }
    let stated = blocks[index].node.hls
    let options: [HLSSchedule.Option]
    switch schedule.basis {
    case .predicted(let possible): options = possible
    case .unknown:
      options =
        blocks[index].hlsWork?.options(clockMHz: design.clockMHz, tool: schedule.tool) ?? []
    case .measured, .read, .stated: return []
    }
    let ends = options.flatMap { option -> [(structure: HLSSchedule.Structure, stages: Int)] in
      if let structure = stated.structure, structure != option.structure { return [] }
      // A stated latency or number of stages leaves only the structure open.
      if stated.stages != nil || stated.latency != nil {
        return [(option.structure, stated.stages ?? option.likely)]
      }
      return [
        (option.structure, option.stages.lowerBound), (option.structure, option.stages.upperBound),
      ]
    }
    // A called loop is later than a continuous one, and its frames do not overlap.
    let sorted = ends.sorted {
      ($0.structure == .call ? 1 : 0, $0.stages) < ($1.structure == .call ? 1 : 0, $1.stages)
    }
    var seen: Set<[String: AttributeValue]> = []
    return sorted.map {
      [
        "hls_structure": .string($0.structure.rawValue), "hls_stages": .int($0.stages),
        "hls_read_from": .string(""),
      ]
    }.filter { seen.insert($0).inserted }
  }
}
