import DataflowAnalysis
import DataflowTrace
import Foundation
import SwiftProtobuf
import Testing

/// Perfetto's format, decoded again.
@Suite struct PerfettoTests {
  private struct Slice {
    var start: Int
    var end: Int
    var name: String
    var wait: String?
  }

  /// What a viewer would show.
  private struct Picture {
    var names: [UInt64: String] = [:]
    var slices: [UInt64: [Slice]] = [:]
    var counters: [UInt64: [(cycle: Int, value: Int)]] = [:]
    var instants: [(cycle: Int, name: String, track: UInt64, flows: [UInt64])] = []

    init(_ bytes: Data) throws {
      var eventNames: [UInt32: [UInt64: String]] = [:]
      var tracks: [UInt32: UInt64] = [:]
      var open: [UInt64: Slice] = [:]
      for packet in try PerfettoTrace(serializedBytes: bytes).packet {
        let sequence = packet.trustedPacketSequenceID
        if packet.hasTrackDescriptor {
          let track = packet.trackDescriptor
          names[track.uuid] = track.hasProcess ? track.process.processName : track.name
          #expect(track.hasProcess || track.parentUuid == 1)
        }
        if packet.hasInternedData {
          #expect(packet.sequenceFlags == 1)
          eventNames[sequence] = Dictionary(
            uniqueKeysWithValues: packet.internedData.eventNames.map { ($0.iid, $0.name) })
          tracks[sequence] = packet.tracePacketDefaults.trackEventDefaults.trackUuid
        }
        guard packet.hasTrackEvent else { continue }
        #expect(packet.sequenceFlags == 2 && packet.hasTimestamp)
        let event = packet.trackEvent
        let track = event.hasTrackUuid ? event.trackUuid : try #require(tracks[sequence])
        let cycle = Int(packet.timestamp) / 1000
        switch event.type {
        case .sliceBegin:
          #expect(open[track] == nil)
          let name = try #require(eventNames[sequence]?[event.nameIid])
          open[track] = Slice(
            start: cycle, end: cycle, name: name,
            wait: event.debugAnnotations.first { $0.hasStringValue }?.stringValue)
        case .sliceEnd:
          guard var slice = open.removeValue(forKey: track) else {
            Issue.record("a slice ends that has not begun")
            continue
          }
          slice.end = cycle
          slices[track, default: []].append(slice)
        case .counter:
          counters[track, default: []].append((cycle, Int(event.counterValue)))
        case .instant: instants.append((cycle, event.name, track, event.flowIds))
        case .unspecified: Issue.record("an event without a type")
        }
      }
      #expect(open.isEmpty)
    }
  }

  private func picture(_ name: String, _ scenario: Scenario? = nil) throws -> (
    Picture, TraceFile, RunResult
  ) {
    let design = try TraceFixture.example(name)
    let (data, result) = try TraceFixture.record(
      design, try scenario ?? TraceFixture.scenario(of: design))
    let trace = try TraceFile(data, path: name)
    let bytes = try TestFiles.withTemporaryDirectory { folder in
      let output = try TextOutput(to: folder + "/p")
      let damage = try TraceExport.perfetto.write(trace, try TraceSelection(trace), to: output)
      try output.finish()
      #expect(damage == nil)
      return try TestFiles.data(folder + "/p")
    }
    return (try Picture(bytes), trace, result)
  }

  /// A track per node without gaps or overlaps; busy covers exactly every cycle in which a word of the node
  /// moves, beyond that only work in hand.
  @Test func aTrackPerNode() throws {
    let (picture, trace, result) = try picture("conv-shallow-fifos")
    let last = try #require(result.lastHandshakeCycle)
    for (n, node) in trace.design.nodes.enumerated() {
      let track = UInt64(n) + 2
      #expect(picture.names[track]?.hasPrefix("\(node.name) (") == true)
      if node.isFIFO {
        let levels = try #require(picture.counters[track])
        #expect(
          levels.first?.cycle == 0 && levels.map(\.value).max() == result.fifos[node.name]?.max)
        continue
      }
      let list = try #require(picture.slices[track])
      #expect(list.first?.start == 0 && list.last?.end == last + 1)
      #expect(
        zip(list, list.dropFirst()).allSatisfy {
          $0.end == $1.start && ($0.name != $1.name || $0.wait != $1.wait)
        })
      var busy = Set<Int>()
      for slice in list where slice.name == "busy" { busy.formUnion(slice.start..<slice.end) }
      let moves = Set((node.inputs + node.outputs).flatMap { result.streams[$0]! })
      #expect(moves.isSubset(of: busy))
    }
  }

  /// At a deadlock the nodes end blocked or starved, the one before the full bypass blocked, and an instant
  /// says so.
  @Test func whoIsBlocked() throws {
    let (picture, trace, result) = try picture("residual-deadlock")
    let fork = UInt64(trace.design.nodes.firstIndex { $0.opType == "Fork" }!) + 2
    #expect(picture.slices[fork]?.last?.name == "blocked")
    #expect(picture.slices[fork]?.last?.wait == "fork.b")
    #expect(picture.slices.values.allSatisfy { $0.last?.name != "busy" })
    let stop = try #require(picture.instants.first { $0.name == "deadlock" })
    #expect(stop.cycle == (result.lastHandshakeCycle ?? 0) + 1)
  }

  /// Every node is passed by every frame's flow.
  @Test func framesAreFlows() throws {
    let (picture, trace, _) = try picture("conv-shallow-fifos")
    let nodes = trace.design.nodes.indices.filter { !trace.design.nodes[$0].isFIFO }
    for frame in 0..<2 {
      let marks = picture.instants.filter { $0.flows == [UInt64(frame) + 1] }
      #expect(Set(marks.map(\.track)) == Set(nodes.map { UInt64($0) + 2 }))
      #expect(marks.allSatisfy { $0.name == "frame \(frame)" })
    }
  }

  /// However many stretches there are, a track keeps its limit, and their cycles add up.
  @Test func tracksAreBounded() {
    var stretches = Stretches(limit: 100)
    var cycle = 0
    var blocked = 0
    for n in 0..<10_000 {
      let length = n % 997 == 0 ? 5000 : 1 + n % 3
      stretches.add(cycle, cycle + length, n % 2 == 0 ? .busy : .blocked(0))
      if n % 2 == 1 { blocked += length }
      cycle += length
    }
    #expect(stretches.list.count <= 100)
    #expect(stretches.list.first?.start == 0 && stretches.list.last?.end == cycle)
    #expect(zip(stretches.list, stretches.list.dropFirst()).allSatisfy { $0.end == $1.start })
    #expect(stretches.list.reduce(0) { $0 + $1.blocked } == blocked)
    #expect(stretches.list.reduce(0) { $0 + $1.count } == 10_000)
  }
}
