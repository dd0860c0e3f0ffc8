extension Simulation {
  /// Resets the blocks of `event`. Nothing can move at this point.
  func strike(_ event: ResetPlan.Event) {
    let index = resetState.records.count
    let struck = Set(resets.signatures.indices.filter { resets.signatures[$0].contains(index) })
    // One cycle of reset follows the last handshake.
    let origin = (lastCycle ?? -2) + 2
    var record = ResetRecord(
      frame: event.frame, cycle: origin, nodes: Set(event.nodes.map { plan.design.nodes[$0].name }),
      restartsHost: event.restartsHost, moved: [:])
    for (stream, words) in logs.flatMap(\.counts) {
      for name in stream.names { record.moved[name] = words }
    }
    for node in event.nodes { record.cores[plan.design.nodes[node].name] = coreLogs[node] }
    resetState.records.append(record)
    for domain in struck { restart(domain, at: origin) }
    for relay in resetState.relays { restart(relay, struck, event, at: origin) }
    for (chain, ends) in zip(plan.chains, ends) { restartSource(chain, ends, event, at: origin) }
    if event.restartsHost { for sink in sinks { sink.restart(at: event.frame) } }
  }

  private func restart(_ domain: Int, at origin: Cycle) {
    resetState.origins[domain] = origin
    for log in resetState.domains[domain].logs { log.restart(at: origin) }
    for channel in resetState.domains[domain].channels { channel.pointee.reset() }
    for process in resetState.domains[domain].processes { network.restart(process) }
  }

  private func restart(
    _ relay: ResetState.Relay, _ struck: Set<Int>, _ event: ResetPlan.Event, at origin: Cycle
  ) {
    let isWriterStruck = struck.contains(relay.writer)
    let isReaderStruck = struck.contains(relay.reader)
    let isSourceAnew = event.restartsHost && plan.design.graphInputs.contains(relay.stream)
    if isWriterStruck || isSourceAnew, !isReaderStruck, relay.state.isOffered {
      relay.output.pointee.withdraw()
    }
    if isWriterStruck || isReaderStruck || isSourceAnew { relay.state.forgetOffer() }
    if isWriterStruck { relay.state.inputOrigin = origin }
    if isReaderStruck { relay.state.outputOrigin = origin }
    if event.restartsHost {
      relay.state.index = event.frame * (plan.wordsPerFrame[relay.stream] ?? 0)
    }
  }

  /// The host holds back until the reset is over; if it knows of it, it starts the frame anew.
  private func restartSource(
    _ chain: Plan.Chain, _ ends: Ends, _ event: ResetPlan.Event, at origin: Cycle
  ) {
    guard case .border(let stream) = chain.writer, let id = resetState.sources[stream],
      let words = released.first(where: { $0.stream == stream })
    else { return }
    var sent = ends.first.pointee.offeredWords + (resetState.sentBefore[stream] ?? 0)
    if event.restartsHost {
      ends.first.pointee.withdraw()
      sent = event.frame * words.perFrame
    }
    resetState.sentBefore[stream] = sent - ends.first.pointee.offeredWords
    network.replace(id, by: source(stream, ends.first, words, sent: sent, notBefore: origin))
  }

  /// The last handshake at a block so far.
  package var lastCycle: Cycle? {
    let parts = resetState.domains.indices.dropFirst().flatMap { domain in
      resetState.domains[domain].channels.map {
        $0.pointee.lastHandshake + resetState.origins[domain]
      }
    }
    let own = Set(resetState.domains.flatMap(\.channels))
    let others = network.channels.lazy.filter { !own.contains($0) }.map { $0.pointee.lastHandshake }
    return (parts + others).filter { $0 >= 0 }.max()
  }
}

extension Channel {
  /// The last handshake at either end.
  var lastHandshake: Cycle { isWire ? lastRead : max(lastWrite, lastRead) }

  /// Words a writer has offered, taken or not.
  var offeredWords: Int { written + (pending == .never ? 0 : 1) }
}
