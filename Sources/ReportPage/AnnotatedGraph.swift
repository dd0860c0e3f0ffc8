import DataflowAnalysis
import FoundationEssentials
import ONNXFormat

/// A user's own graph with what simrun found at each node, for netron.
public enum AnnotatedGraph {
  /// The ONNX file `model` with cycles, utilisation, what nodes wait for, FIFO fill and resources as metadata.
  ///
  /// - Parameters:
  ///   - report: the design's rate and cost.
  ///   - profile: what nodes do and FIFOs hold; nil: left out.
  /// - Returns: the file, and how many nodes were annotated.
  /// - Throws: `InputError` where `model` is no ONNX file, or shares no node with the report.
  public static func annotated(
    _ model: Data, file: String, with report: ThroughputReport, profile: TraceProfile?
  ) throws -> (data: Data, nodes: Int) {
    var remarks: [String: [(String, String)]] = [:]
    for node in report.nodes {
      remarks[node.name] = [
        ("cycles_alone", "\(node.cyclesAlone)"), ("finn_cycles", "\(node.expectedCycles)"),
        ("timing", node.timing.summary),
      ]
      if let load = node.utilisation { remarks[node.name]!.append(("load", load.percent())) }
      let r = node.resources
      for (name, count) in [("LUT", r.lut), ("BRAM18", r.bram18), ("URAM", r.uram), ("DSP", r.dsp)]
      where count > 0 {
        remarks[node.name]!.append((name, "\(count)"))
      }
      if report.bottleneck.node == node.name {
        remarks[node.name]!.append(("limit", report.bottleneck.limit?.rawValue ?? ""))
      }
    }
    for lane in profile?.nodes ?? [] {
      remarks[lane.name, default: []].append(("busy", lane.shares.busy.percent()))
      if lane.shares.blocked > 0.0005 {
        let by = lane.blockedBy.map { " (no room on \($0))" } ?? ""
        remarks[lane.name, default: []].append(("blocked", lane.shares.blocked.percent() + by))
      }
      if lane.shares.starved > 0.0005 {
        let of = lane.starvedOf.map { " (no word on \($0))" } ?? ""
        remarks[lane.name, default: []].append(("starved", lane.shares.starved.percent() + of))
      }
    }
    for lane in profile?.fifos ?? [] {
      remarks[lane.name, default: []] += [
        ("most_words", "\(lane.maximum) of \(lane.depth)"), ("full", lane.full.percent()),
        ("empty", lane.empty.percent()),
      ]
    }
    var about = [("outcome", report.outcome.rawValue)]
    if let fps = report.throughput.fps { about.append(("frames_per_second", "\(fps)")) }
    if let cycles = report.throughput.cyclesPerFrameExact {
      about.append(("cycles_per_frame", cycles))
    }
    if let cause = report.stuck?.cause { about.append(("cause", cause)) }
    if !report.hazards.isEmpty {
      let all = report.hazards.map(HazardSearch.surplusSentence).joined(separator: "; ")
      about.append(("hazard", all))
    }
    let result = try ONNXAnnotation.annotated(model, file: file, about: about, remarks: remarks)
    guard result.nodes > 0 else {
      throw InputError(
        "has none of the nodes that were simulated", file: file,
        hint: "name the dataflow graph that was simulated, not its parent; of an original model "
          + "simrun export --finn writes one")
    }
    return result
  }
}
