import DataflowSim
import OriginalModel
import SimModel

/// Where streams and tensors stand: which of those paired already are next in front of them.
///
/// A stream belongs to a tensor whose nearest paired ancestors are those of the stream. That tells equal codes
/// apart where values do not: layers that give one code everywhere, quantisers of one tensor with other ranges.
struct Ancestry {
  /// By tensor of the model: what the step that makes it reads.
  private let sources: [String: [String]]
  /// Tensors that share a stream go by one number.
  private let identity: [String: Int]
  /// By stream of the design: what the node that writes it reads.
  private let readings: [String: [String]]
  /// Tensors that a design need not have.
  private let optional: Set<Int>
  private var takenTensors: Set<Int> = []
  private var takenStreams: [String: Int] = [:]

  /// What stands in front of everything.
  private static let outside = -1

  init(_ reference: Reference, _ codes: ModelCodes, _ plane: Dataplane) {
    var sources: [String: [String]] = [:]
    for step in reference.steps {
      let inputs = step.node.inputs.filter { !$0.isEmpty && reference.constants[$0] == nil }
      for name in step.node.outputs { sources[name] = inputs }
    }
    self.sources = sources
    var readings: [String: [String]] = [:]
    for node in plane.design.nodes {
      for name in node.outputs { readings[name] = node.inputs }
    }
    self.readings = readings
    var identity = Dictionary(codes.quantised.map { ($0.tensor, $0.code.layer) }) { first, _ in
      first
    }
    for (i, input) in reference.graph.inputs.enumerated() where identity[input.name] == nil {
      identity[input.name] = -2 - i
    }
    self.identity = identity
    optional = Set(codes.quantised.filter(\.code.isInner).map(\.code.layer))
  }

  /// From now on a stream and a tensor are the same.
  mutating func join(_ stream: String, _ tensor: String) {
    guard let id = identity[tensor] else { return }
    takenTensors.insert(id)
    takenStreams[stream] = id
  }

  /// The nearest paired ancestors of a stream.
  func aboveStream(_ stream: String) -> Set<Int> {
    nearest(stream, readings) { takenStreams[$0] }
  }

  /// Those of a tensor.
  func aboveTensor(_ tensor: String) -> Set<Int> {
    nearest(tensor, sources) { identity[$0].flatMap { takenTensors.contains($0) ? $0 : nil } }
  }

  /// Whether no tensor that could be paired yet stands between a tensor and those paired already.
  func isDirect(_ tensor: String) -> Bool {
    let own = identity[tensor]
    var seen: Set<String> = [tensor]
    var open = sources[tensor] ?? []
    while let name = open.popLast() {
      guard seen.insert(name).inserted else { continue }
      if let id = identity[name], id != own {
        if takenTensors.contains(id) { continue }
        guard optional.contains(id) else { return false }
        open += sources[name] ?? []
      } else {
        open += sources[name] ?? []
      }
    }
    return true
  }

  /// Whether none of some streams stands between a stream and those paired already.
  func isNext(_ stream: String, behind pending: Set<String>) -> Bool {
    var seen: Set<String> = [stream]
    var open = readings[stream] ?? []
    while let name = open.popLast() {
      guard seen.insert(name).inserted, takenStreams[name] == nil else { continue }
      if pending.contains(name) { return false }
      open += readings[name] ?? []
    }
    return true
  }

  private func nearest(
    _ start: String, _ sources: [String: [String]], _ taken: (String) -> Int?
  ) -> Set<Int> {
    var found: Set<Int> = []
    var seen: Set<String> = [start]
    var open = sources[start] ?? []
    while let name = open.popLast() {
      guard seen.insert(name).inserted else { continue }
      if let id = taken(name) {
        found.insert(id)
      } else if let more = sources[name] {
        open += more
      } else {
        found.insert(Self.outside)
      }
    }
    return found
  }
}
