extension Simulation {
  /// Handshakes of a run up to which an analysis looks at every one of them; it takes some seconds then.
  package static let mostHandshakesLookedAt = 20_000_000

  /// The FIFOs that were full while a word waited in front of them.
  package var fullFIFOs: Set<String> {
    Set(mergedFIFOs.filter { $0.channel.pointee.waited > 0 }.flatMap(\.names))
  }

  /// Words that have moved on each of the plan's observed streams, of an observed run; a listener has then heard of
  /// all of them.
  package var observedCounts: [Int] {
    var words: [String: Int] = [:]
    for (log, count) in logs.flatMap(\.counts) { words[log.names[0]] = count }
    return plan.observedStreams.map { words[$0[0]] ?? 0 }
  }

  /// What has happened so far, judged against `frames` frames.
  public func result(frames: Int) -> RunResult {
    network.finish()
    var result = RunResult()
    for log in logs {
      log.noteUnfinished()
      for (stream, words) in log.counts {
        for name in stream.names {
          result.handshakeCounts[name] = words
          result.streams[name] = stream.times
          result.unfinished[name] = stream.unfinished
        }
      }
      for fifo in log.levels {
        result.fifos[fifo.name] = RunResult.FIFO(
          depth: fifo.depth, max: fifo.most, final: fifo.last)
      }
    }
    result.lastHandshakeCycle =
      logs.compactMap(\.last).max() ?? sinks.map(\.last).filter { $0 >= 0 }.max()
    result.resets = resetState.records
    for (node, log) in coreLogs { result.cores[plan.design.nodes[node].name] = log }
    for sink in sinks {
      result.frameEnds[sink.stream] = sink.frameEnds
      result.firstOutputs[sink.stream] = sink.first
      if sink.count > 0 { result.longestSilences[sink.stream] = sink.longestSilence }
    }
    result.outcome = outcome(frames: frames)
    return result
  }

  package func outcome(frames: Int) -> RunResult.Outcome {
    let missing = sinks.filter { sink in
      sink.count < expectedWords(sink, frames: frames)
    }
    if missing.isEmpty, !network.isStarving { return .complete }
    if limit != .max, reachedLimit { return .maxCycles }
    return network.channels.contains { $0.pointee.holdsBlockedWord } ? .deadlock : .starved
  }

  /// Words the sink should see for the frames its sources offer.
  package func expectedWords(_ sink: SinkRecord, frames: Int) -> Int {
    let offered = released.compactMap { source -> Int? in
      guard let words = source.fixed, words != .max, source.perFrame > 0 else { return nil }
      return words / source.perFrame
    }
    return sink.wordsPerFrame * (offered.min() ?? frames)
  }

  /// True when something happened, or would have, at or after the limit.
  private var reachedLimit: Bool {
    network.channels.contains {
      $0.pointee.lastWrite >= limit || $0.pointee.lastRead >= limit || $0.pointee.pending >= limit
    } || sinks.contains { $0.sawLimit } || logs.contains(where: \.sawLimit)
      || released.contains { $0.fixed == .max }
  }
}
