import FoundationEssentials
import SwiftProtobuf

/// A trace in Perfetto's own format, which ui.perfetto.dev opens: a track per node with what it did, a counter
/// per FIFO, frames as flows from node to node, and why a run stopped as an instant. One cycle is one
/// microsecond on the viewer's time axis.
///
/// Every stretch of cycles in which a node does one thing is a slice, as long as a track has no more of them
/// than its share of `mostEvents`. Beyond that short neighbouring stretches are summed up, which the slice says; a
/// smaller selection of cycles shows them one by one. Memory and size are bounded by that, whatever the run.
struct PerfettoExport {
  let trace: TraceFile
  let selection: TraceSelection

  /// Slices and counter values in all, about.
  private static let mostEvents = 700_000
  /// Marks of frames in all.
  private static let mostFrameMarks = 200_000

  func write(to output: TextOutput) throws -> InputError? {
    let end = min(trace.end, selection.cycles.upperBound + 1)
    let selected = Set(selection.streams)
    let isAll = selected.count == trace.streamNames.count
    let nodes = trace.design.nodes.enumerated().filter { _, node in
      isAll || !selected.isDisjoint(with: node.inputs + node.outputs)
    }
    let limit = max(64, min(60_000, Self.mostEvents / max(nodes.count, 1)))
    output.write(try data(of: [processDescriptor()]))
    var damage = trace.damage
    let size = 2 * max(1, ProcessInfo.processInfo.activeProcessorCount)
    for first in stride(from: 0, to: nodes.count, by: size) {
      WorkProgress.tell("tracks", first, of: nodes.count)
      let batch = Array(nodes[first..<min(first + size, nodes.count)])
      let tracks = try Parallel.all(batch.count) { i -> (Data, InputError?) in
        let (n, node) = batch[i]
        return trace.isRecordedFIFO(node)
          ? try counter(node, n, until: end, limit: limit)
          : try activity(node, n, until: end, limit: limit)
      }
      for (bytes, broken) in tracks {
        output.write(bytes)
        damage = damage ?? broken
      }
    }
    output.write(try data(of: frameMarks(nodes.map(\.element.name), until: end) + stopMark()))
    return damage
  }

  // MARK: Tracks

  private func activity(_ node: Node, _ n: Int, until end: Cycle, limit: Int) throws -> (
    Data, InputError?
  ) {
    var walk = try NodeWalk(trace, node, from: selection.cycles.lowerBound)
    var stretches = Stretches(limit: limit)
    walk.run(until: end) { stretches.add($0, $1, $2) }
    var track = PerfettoTrackDescriptor()
    track.uuid = Self.uuid(n)
    track.name = "\(node.name) (\(node.opType))"
    track.parentUuid = Self.process
    track.siblingOrderRank = Int32(clamping: n)
    var packets = [opening(track, sequence: UInt32(n) + 2)]
    packets.reserveCapacity(2 * stretches.list.count + 1)
    for stretch in stretches.list {
      var event = PerfettoTrackEvent()
      event.type = .sliceBegin
      event.nameIid = stretch.name
      event.debugAnnotations = stretch.annotations(walk.streams)
      packets.append(packet(event, at: stretch.start, sequence: UInt32(n) + 2))
      var closing = PerfettoTrackEvent()
      closing.type = .sliceEnd
      packets.append(packet(closing, at: stretch.end, sequence: UInt32(n) + 2))
    }
    return (try data(of: packets), walk.damage)
  }

  private func counter(_ node: Node, _ n: Int, until end: Cycle, limit: Int) throws -> (
    Data, InputError?
  ) {
    var walk = try FIFOWalk(trace, node, from: selection.cycles.lowerBound)
    var levels = Track<Level>(limit: limit)
    walk.run(until: end) { levels.add(Level(start: $0, end: $1, level: $2)) }
    var track = PerfettoTrackDescriptor()
    track.uuid = Self.uuid(n)
    track.name = "\(node.name) (depth \(trace.depth(of: node) ?? 0))"
    track.parentUuid = Self.process
    track.siblingOrderRank = Int32(clamping: n)
    track.counter.unitName = "words"
    var packets = [opening(track, sequence: UInt32(n) + 2)]
    packets.reserveCapacity(levels.list.count + 1)
    for stretch in levels.list {
      var event = PerfettoTrackEvent()
      event.type = .counter
      event.counterValue = Int64(stretch.level)
      packets.append(packet(event, at: stretch.start, sequence: UInt32(n) + 2))
    }
    return (try data(of: packets), walk.damage)
  }

  /// An instant where a frame's first word enters each node, joined to a flow.
  private func frameMarks(_ nodes: [String], until end: Cycle) -> [PerfettoTracePacket] {
    guard let plan = try? Plan(trace.design) else { return [] }
    let frames = min(trace.scenario.frames, Self.mostFrameMarks / max(nodes.count, 1))
    let places = Dictionary(
      trace.design.nodes.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { a, _ in a })
    let shown = Set(nodes)
    let lanes = FrameTimes(trace, words: plan.wordsPerFrame, frames: frames).nodes
    return lanes.filter { shown.contains($0.name) }.flatMap { lane in
      lane.begins.enumerated().compactMap { frame, begin -> PerfettoTracePacket? in
        guard let begin, begin >= selection.cycles.lowerBound, begin < end,
          let place = places[lane.name]
        else { return nil }
        var event = PerfettoTrackEvent()
        event.type = .instant
        event.name = "frame \(frame)"
        event.trackUuid = Self.uuid(place)
        event.flowIds = [UInt64(frame) + 1]
        return packet(event, at: begin, sequence: 1)
      }
    }
  }

  /// Why and when the run stopped, where it did.
  private func stopMark() -> [PerfettoTracePacket] {
    guard let report = trace.report, report.outcome == .deadlock || report.outcome == .starved
    else { return [] }
    let cycle = (report.lastHandshakeCycle ?? -1) + 1
    guard selection.cycles.contains(cycle) else { return [] }
    var event = PerfettoTrackEvent()
    event.type = .instant
    event.name = report.outcome.rawValue
    event.trackUuid = Self.process
    if let cause = report.cause {
      var annotation = PerfettoDebugAnnotation()
      annotation.name = "cause"
      annotation.stringValue = cause
      event.debugAnnotations = [annotation]
    }
    return [packet(event, at: cycle, sequence: 1)]
  }

  // MARK: Packets

  private static let process: UInt64 = 1
  private static func uuid(_ node: Int) -> UInt64 { UInt64(node) + 2 }

  private func processDescriptor() -> PerfettoTracePacket {
    var track = PerfettoTrackDescriptor()
    track.uuid = Self.process
    track.process.pid = 1
    track.process.processName =
      "\(trace.design.name) at \(trace.design.clockMHz) MHz (1 us is 1 cycle)"
    track.childOrdering = .explicit
    var packet = PerfettoTracePacket()
    packet.trustedPacketSequenceID = 1
    packet.sequenceFlags = 1
    packet.trackDescriptor = track
    return packet
  }

  /// A track's first packet: what it is, and the names its events go by.
  private func opening(_ track: PerfettoTrackDescriptor, sequence: UInt32) -> PerfettoTracePacket {
    var packet = PerfettoTracePacket()
    packet.trustedPacketSequenceID = sequence
    packet.sequenceFlags = 1
    packet.trackDescriptor = track
    packet.tracePacketDefaults.trackEventDefaults.trackUuid = track.uuid
    packet.internedData.eventNames = Stretch.names.enumerated().map { n, name in
      var entry = PerfettoEventName()
      entry.iid = UInt64(n) + 1
      entry.name = name
      return entry
    }
    packet.internedData.debugAnnotationNames = Stretch.annotationNames.enumerated().map { n, name in
      var entry = PerfettoDebugAnnotationName()
      entry.iid = UInt64(n) + 1
      entry.name = name
      return entry
    }
    return packet
  }

  private func packet(_ event: PerfettoTrackEvent, at cycle: Cycle, sequence: UInt32)
    -> PerfettoTracePacket
  {
    var packet = PerfettoTracePacket()
    // The last cycle a trace may state is beyond what a time in nanoseconds can.
    packet.timestamp =
      UInt64(cycle).multipliedReportingOverflow(by: 1000).overflow
      ? .max : UInt64(cycle) * 1000
    packet.trustedPacketSequenceID = sequence
    packet.sequenceFlags = 2
    packet.trackEvent = event
    return packet
  }

  /// A trace is a list of packets, so that parts of one may be written one after the other.
  private func data(of packets: [PerfettoTracePacket]) throws -> Data {
    var part = PerfettoTrace()
    part.packet = packets
    return try part.serializedData()
  }
}
