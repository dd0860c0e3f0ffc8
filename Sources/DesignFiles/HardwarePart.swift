import DataflowSim
import FoundationEssentials
import ONNXFormat
import OriginalModel

/// The hardware nodes of a graph, and where their streams begin and end.
///
/// FINN's graphs before `create_dataflow_partition` have software in front of the accelerator and behind
/// it; it is left out and named. Software in the middle makes the graph no accelerator.
struct HardwarePart {
  /// Indices of the nodes kept, in the graph's order.
  let nodes: [Int]
  /// Streams that enter and leave these nodes.
  let inputs: [String]
  let outputs: [String]
  /// Tensors that no hardware computes and that never change: what nodes with constant inputs make.
  let constants: Set<String>
  /// What was left out, in one sentence; `nil`: nothing.
  let note: String?

  /// - Parameter initializers: names of the constant tensors of the file.
  /// - Throws: `InputError` when there is no hardware, or something else between two hardware nodes.
  init(_ graph: ONNXGraphProto, initializers: Set<String>) throws {
    let isHardware = graph.node.map(Self.isHardware)
    let walk = Walk(graph)
    let constants = walk.constants(beyond: initializers, isHardware: isHardware)
    self.constants = constants
    let constantNodes = graph.node.indices.filter { index in
      !isHardware[index] && graph.node[index].output.allSatisfy(constants.contains)
    }
    let others = Set(graph.node.indices.filter { !isHardware[$0] }).subtracting(constantNodes)
    let nodes = graph.node.indices.filter { isHardware[$0] }
    self.nodes = nodes
    guard !nodes.isEmpty else { throw Self.noHardware(graph) }
    let graphInputs = graph.input.map(\.name).filter { !initializers.contains($0) }
    let graphOutputs = graph.output.map(\.name)
    guard !others.isEmpty else {
      inputs = graphInputs
      outputs = graphOutputs
      note = nil
      return
    }
    let behind = walk.reached(from: nodes, downstream: true)
    let before = walk.reached(from: nodes, downstream: false)
    let between = others.filter { behind.contains($0) && before.contains($0) }.sorted()
    if let first = between.first {
      throw Self.between(graph, first, others: between.count - 1, walk, isHardware)
    }
    let fed = Set(graph.node.indices.filter(others.contains).flatMap { graph.node[$0].output })
      .union(graphInputs)
    let reads = nodes.flatMap { graph.node[$0].input }
    let isRead = Set(reads)
    var seen: Set<String> = []
    inputs =
      graphInputs.filter(isRead.contains)
      + reads.filter { fed.contains($0) && !graphInputs.contains($0) && seen.insert($0).inserted }
    let wanted = Set(others.flatMap { graph.node[$0].input })
    let written = nodes.flatMap { graph.node[$0].output }
    outputs =
      graphOutputs.filter(Set(written).contains)
      + written.filter { wanted.contains($0) && !graphOutputs.contains($0) }
    note = Self.note(graph, others.sorted(), behind: behind)
  }

  /// A hardware block or a partition that stands for several.
  static func isHardware(_ node: ONNXNodeProto) -> Bool {
    node.domain.hasPrefix(FINNNames.domain) || node.opType == FINNNames.partition
      || node.attribute.contains { $0.name == "backend" && $0.s == Data("fpgadataflow".utf8) }
  }
}

// MARK: Messages

extension HardwarePart {
  private static func kind(_ node: ONNXNodeProto) -> String {
    "\(node.opType) (\(node.domain.isEmpty ? "standard ONNX" : "domain \(node.domain)"))"
  }

  private static func label(_ graph: ONNXGraphProto, _ index: Int) -> String {
    let node = graph.node[index]
    return node.name.isEmpty ? "\(node.opType)_\(index)" : node.name
  }

  private static func noHardware(_ graph: ONNXGraphProto) -> InputError {
    let quantised = graph.node.contains { ModelNode.quantizers.contains($0.opType) }
    let what =
      quantised
      ? "a quantised model that has not been converted to hardware yet" : "no FINN dataflow graph"
    return InputError(
      "\(kind(graph.node[0])) is not a hardware block, and the file holds none: it is \(what)",
      at: "node '\(label(graph, 0))'",
      hint: "run FINN's build (step_qonnx_to_finn to step_convert_to_hw, then "
        + "create_dataflow_partition) and give simrun its output directory")
  }

  private static func between(
    _ graph: ONNXGraphProto, _ index: Int, others: Int, _ walk: Walk, _ isHardware: [Bool]
  ) -> InputError {
    func neighbour(downstream: Bool) -> String {
      walk.nearest(to: index, downstream: downstream) { isHardware[$0] }
        .map { "'\(label(graph, $0))'" } ?? "?"
    }
    let more = others == 0 ? "" : " (and \(others) more node\(others == 1 ? "" : "s") like it)"
    return InputError(
      "\(kind(graph.node[index])) lies between the hardware nodes "
        + "\(neighbour(downstream: false)) and \(neighbour(downstream: true))\(more)",
      at: "node '\(label(graph, index))'",
      hint:
        "streamlining has not absorbed it, and create_dataflow_partition fails for that reason; "
        + "a Mul or Add must end up in thresholds or weights, a Transpose or Reshape at an end")
  }

  private static func note(_ graph: ONNXGraphProto, _ others: [Int], behind: Set<Int>) -> String {
    func list(_ indices: [Int]) -> String {
      let shown = indices.prefix(6).map { "\(label(graph, $0)) (\(graph.node[$0].opType))" }
      return shown.joined(separator: ", ") + (indices.count > 6 ? ", … (\(indices.count))" : "")
    }
    let after = others.filter(behind.contains)
    let front = others.filter { !behind.contains($0) }
    var parts: [String] = []
    if !front.isEmpty { parts.append("in front \(list(front))") }
    if !after.isEmpty { parts.append("behind \(list(after))") }
    return "only the hardware part is simulated; left out: " + parts.joined(separator: "; ")
  }
}

/// Ways through a graph that need not be sorted.
private struct Walk {
  private let graph: ONNXGraphProto
  private var producer: [String: Int] = [:]
  private var consumers: [String: [Int]] = [:]

  init(_ graph: ONNXGraphProto) {
    self.graph = graph
    for (index, node) in graph.node.enumerated() {
      for name in node.output where !name.isEmpty { producer[name] = index }
      for name in node.input where !name.isEmpty { consumers[name, default: []].append(index) }
    }
  }

  private func neighbours(of index: Int, downstream: Bool) -> [Int] {
    let node = graph.node[index]
    return downstream
      ? node.output.flatMap { consumers[$0] ?? [] } : node.input.compactMap { producer[$0] }
  }

  /// Every node on a way from one of `starts`, without them unless they lie behind another.
  func reached(from starts: [Int], downstream: Bool) -> Set<Int> {
    var found: Set<Int> = []
    var queue = starts
    while let index = queue.popLast() {
      for next in neighbours(of: index, downstream: downstream) where found.insert(next).inserted {
        queue.append(next)
      }
    }
    return found
  }

  /// The nearest node for which `condition` holds.
  func nearest(to start: Int, downstream: Bool, where condition: (Int) -> Bool) -> Int? {
    var seen: Set<Int> = [start]
    var queue = [start]
    var next = 0
    while next < queue.count {
      let index = queue[next]
      next += 1
      if index != start, condition(index) { return index }
      queue += neighbours(of: index, downstream: downstream).filter { seen.insert($0).inserted }
    }
    return nil
  }

  /// Outputs of nodes that are no hardware and read constants alone.
  func constants(beyond initializers: Set<String>, isHardware: [Bool]) -> Set<String> {
    var missing = graph.node.indices.map { index in
      isHardware[index]
        ? Int.max
        : graph.node[index].input.filter { !$0.isEmpty && !initializers.contains($0) }.count
    }
    var ready = graph.node.indices.filter { missing[$0] == 0 }
    var constants: Set<String> = []
    while let index = ready.popLast() {
      for name in graph.node[index].output where constants.insert(name).inserted {
        for reader in consumers[name] ?? [] where missing[reader] != Int.max {
          missing[reader] -= 1
          if missing[reader] == 0 { ready.append(reader) }
        }
      }
    }
    return constants
  }
}
