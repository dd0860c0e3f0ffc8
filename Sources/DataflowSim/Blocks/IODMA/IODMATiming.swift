extension IODMA: TimedBlock {
  /// A memory that is always ready and gives a beat per cycle, `memory_latency` cycles after the address.
  ///
  /// In: all addresses of a frame come at once; stream words follow their beats four cycles later, whether
  /// or not the sink takes any, and frames do not overlap. Out: one burst per frame behind the whole frame;
  /// the next begins only after the response. Source: docs/reference/hls-rules.md#dma, measured on equal widths
  /// (in) and a frame of three beats (out).
  public func timing() -> BlockTiming {
    let (latency, words) = (memoryLatency, streamWords)
    let beats = memoryWords + burst.gap * ((memoryWords - 1) / burst.beats)
    let isMeasured = readsMemory && intfWidth == streamWidth && statesMemoryLatency
    let settings = self
    return BlockTiming(
      inputStages: readsMemory ? [] : [[HLSShell.inputSlice]],
      outputStages: readsMemory ? [[HLSShell.outputSlice]] : [],
      exactness: isMeasured
        ? .exact : .approximate("memory latency \(latency), bursts of \(burst.beats) beats"),
      busyCycles: readsMemory
        ? max(beats, words) + latency + 14 : words + beats + 10 + latency,
      body: .process { ports in
        settings.readsMemory
          ? MemoryReader(ports, settings) as any Process : MemoryWriter(ports, settings)
      })
  }
}

/// Fetches a frame and emits its words. With A the cycle of the frame's first address and B[j] its beats:
/// ```
/// B[j] = max(A + latency, B[j-1] + 1, offer of memory word j)
/// O[k] = max(B of the word's last bit + 3, O[k-1] + 1, room)
/// next A = max(last B + 15, last word gone + 11)
/// ```
private struct MemoryReader: Process {
  private let input: Link
  private let output: Link
  private let dma: IODMA
  private var address = 12
  private var fetched = 0
  private var beat = Cycle.never
  private var lastOut = Cycle.never
  /// The beats that complete stream words not yet emitted.
  private var ready = Ring<Cycle>(capacity: 16, filler: 0)
  private var completed = 0

  init(_ ports: Ports, _ dma: IODMA) {
    input = ports.inputs[0]
    output = ports.outputs[0]
    self.dma = dma
  }

  func deallocate() { ready.deallocate() }

  mutating func run() {
    while true {
      fetch()
      emit()
      guard fetched == dma.memoryWords, ready.isEmpty else { return }
      guard let left = output.pointee.sliceEmptied else {
        output.pointee.writerWaits = true
        return
      }
      address = max(beat + 15, left + 11)
      (fetched, completed) = (0, 0)
    }
  }

  private mutating func fetch() {
    while fetched < dma.memoryWords {
      guard input.pointee.available > 0 else {
        input.pointee.readerWaits = true
        return
      }
      let pause = fetched > 0 && fetched % dma.burst.beats == 0 ? dma.burst.gap : 0
      beat = max(address + dma.memoryLatency, beat + 1 + pause, input.pointee.offered)
      input.pointee.read(at: beat)
      fetched += 1
      while completed < fetched * dma.intfWidth / dma.streamWidth {
        if ready.isFull { ready.grow(filler: 0) }
        ready.append(beat)
        completed += 1
      }
    }
  }

  private mutating func emit() {
    while !ready.isEmpty {
      guard let room = output.pointee.room else {
        output.pointee.writerWaits = true
        return
      }
      let since = max(ready.removeFirst() + 3, lastOut + 1)
      lastOut = max(since, room)
      output.pointee.admit(at: lastOut, readySince: since)
    }
  }

  func listState(_ state: inout StateList) {
    state.phase(fetched)
    state.phase(completed)
    state.phase(ready.count)
    state.time(address)
    state.time(beat)
    state.time(lastOut)
    for i in 0..<ready.count { state.time(ready[i]) }
  }
}

/// Takes a frame, writes it to memory and waits for the response.
private struct MemoryWriter: Process {
  private let input: Link
  private let output: Link
  private let dma: IODMA
  private var taken = 0
  private var written = 0
  private var last = Cycle.never
  private var isOffered = false

  init(_ ports: Ports, _ dma: IODMA) {
    input = ports.inputs[0]
    output = ports.outputs[0]
    self.dma = dma
  }

  mutating func run() {
    while take(), write() {
      last += dma.memoryLatency + 4
      (taken, written) = (0, 0)
    }
  }

  private mutating func take() -> Bool {
    while taken < dma.streamWords {
      guard input.pointee.available > 0 else {
        input.pointee.readerWaits = true
        return false
      }
      last = max(last + 1, input.pointee.offered)
      input.pointee.read(at: last)
      taken += 1
      if taken == dma.streamWords { last += 6 }
    }
    return true
  }

  private mutating func write() -> Bool {
    while written < dma.memoryWords {
      if !isOffered {
        output.pointee.offer(at: max(last + 1, output.pointee.takenAt + 1))
        isOffered = true
      }
      guard output.pointee.isTaken else {
        output.pointee.writerWaits = true
        return false
      }
      isOffered = false
      last = output.pointee.takenAt
      written += 1
    }
    return true
  }

  func listState(_ state: inout StateList) {
    state.phase(taken)
    state.phase(written)
    state.phase(isOffered ? 1 : 0)
    state.time(last)
  }
}
