extension IODMA: TimedBlock {
  /// A memory that is always ready and gives a beat per cycle, `memory_latency` cycles after the address.
  ///
  /// In: all addresses of a transfer come at once; stream words follow their beats four cycles later,
  /// whether or not the sink takes any, and transfers do not overlap. Out: one burst per frame behind the
  /// whole frame; the next transfer begins only after the response. A transfer is 16 frames while a
  /// multiple of 16 of the host's batch is left, else one; of a batch without end, as a steady state has
  /// it, all frames are one. Weights (`wrap`) are read anew for each frame.
  /// Source: docs/reference/hls-rules.md#dma, measured on single frames, equal widths (in) and a frame of
  /// three beats (out).
  package func timing() -> BlockTiming {
    let isMeasured = readsMemory && intfWidth == streamWidth && statesMemoryLatency
    let settings = self
    return BlockTiming(
      inputStages: readsMemory ? [] : [[HLSShell.inputSlice]],
      outputStages: readsMemory ? [[HLSShell.outputSlice]] : [],
      exactness: isMeasured
        ? .exact : .approximate("memory latency \(memoryLatency), bursts of \(burst.beats) beats"),
      busyCycles: Int(cyclesPerFrame(inTransfersOf: wraps ? 1 : nil)),
      body: .process { ports in
        settings.readsMemory
          ? MemoryReader(ports, settings) as any Process : MemoryWriter(ports, settings)
      })
  }

  /// Cycles per frame where `frames` frames are one transfer; nil: all are.
  package func cyclesPerFrame(inTransfersOf frames: Int?) -> Double {
    let beats = memoryWords + burst.gap * (memoryWords / burst.beats)
    let flow = Double(max(beats, streamWords))
    guard let frames else { return flow }
    let wait = Double(memoryLatency + (readsMemory ? 14 : 10))
    // A frame alone is written behind its last word.
    let behind = !readsMemory && frames == 1 ? Double(min(beats, streamWords)) : 0
    return flow + behind + wait / Double(frames)
  }

  /// Frames of the next transfer when `done` of the host's batch are.
  fileprivate func transfer(of batch: Batch, done: Int) -> Int {
    if wraps { return 1 }
    guard let frames = batch.frames else { return .max }
    return done < frames && (frames - done) % 16 == 0 ? 16 : 1
  }

  /// Cycles without data behind so many beats of a frame.
  fileprivate func pause(after beats: Int) -> Int {
    beats > 0 && beats % burst.beats == 0 ? burst.gap : 0
  }
}

/// Fetches frames and emits their words. With A the cycle of the transfer's first address and B[j] its beats:
/// ```
/// B[j] = max(A + latency, B[j-1] + 1, offer of memory word j)
/// O[k] = max(B of the word's last bit + 3, O[k-1] + 1, room)
/// next A = max(last B + 15, last word gone + 11)
/// ```
/// Within a transfer, a frame's beats come right behind those of the frame before, once its last word is
/// out: as with one frame, no more than a frame is held.
private struct MemoryReader: Process {
  private let input: Link
  private let output: Link
  private let dma: IODMA
  /// Memory words of a frame.
  private let words: Int
  private let batch: Batch
  private var address = 12
  /// Frames of the transfer that have not begun, and of the batch that have.
  private var left = 0
  private var done = 0
  /// Memory words of the frame fetched; all of them before the first.
  private var fetched: Int
  private var beat = Cycle.never
  private var lastOut = Cycle.never
  /// The beats that complete stream words not yet emitted.
  private var ready = Ring<Cycle>(capacity: 16, filler: 0)
  private var completed = 0

  init(_ ports: Ports, _ dma: IODMA) {
    input = ports.inputs[0]
    output = ports.outputs[0]
    batch = ports.batch
    self.dma = dma
    words = dma.memoryWords
    fetched = words
  }

  func deallocate() { ready.deallocate() }

  mutating func run() {
    while begin() {
      fetch()
      emit()
      guard fetched == words, ready.isEmpty else { return }
    }
  }

  /// Begins the next frame, unless one is under way; false when it is not known yet when that is.
  private mutating func begin() -> Bool {
    guard fetched == words, ready.isEmpty else { return true }
    if left > 0 {
      let pause = dma.pause(after: words)
      address = max(beat + 1 + pause, lastOut - 2) - dma.memoryLatency
    } else {
      if done > 0 {
        guard let gone = output.pointee.sliceEmptied else {
          output.pointee.writerWaits = true
          return false
        }
        address = max(beat + 15, gone + 11)
      }
      left = dma.transfer(of: batch, done: done)
    }
    left -= 1
    done += 1
    (fetched, completed) = (0, 0)
    return true
  }

  private mutating func fetch() {
    while fetched < words {
      guard input.pointee.available > 0 else {
        input.pointee.readerWaits = true
        return
      }
      let next = beat + 1 + dma.pause(after: fetched)
      beat = max(address + dma.memoryLatency, next, input.pointee.offered)
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
    // Without end every frame of a transfer is like the others.
    state.phase(batch.frames == nil ? min(left, 1) : left)
    state.phase(fetched)
    state.phase(completed)
    state.phase(ready.count)
    state.time(address)
    state.time(beat)
    state.time(lastOut)
    for i in 0..<ready.count { state.time(ready[i]) }
  }
}

/// Takes a frame, writes it to memory and, at the end of a transfer, waits for the response. Within a
/// transfer the next frames are taken while one is written: as many as it takes to keep the port busy.
private struct MemoryWriter: Process {
  private let input: Link
  private let output: Link
  private let dma: IODMA
  /// Memory words of a frame.
  private let words: Int
  private let batch: Batch
  /// Frames of the transfer that have not begun, and of the batch that have.
  private var left = 0
  private var done = 0
  /// Stream words of the frame taken; all of them before the first.
  private var taken: Int
  private var lastTaken = Cycle.never
  /// Of the frames taken and not yet written, the cycle the last word came.
  private var due: Ring<Cycle>
  private var written = 0
  private var lastBeat = Cycle.never
  /// When the last frames were written, the latest at the end.
  private var ends: Ring<Cycle>
  private var isOffered = false
  /// Frames on their way at once. The first beat comes seven cycles behind the last word.
  private let mostFrames: Int

  init(_ ports: Ports, _ dma: IODMA) {
    input = ports.inputs[0]
    output = ports.outputs[0]
    batch = ports.batch
    self.dma = dma
    words = dma.memoryWords
    taken = dma.streamWords
    mostFrames = 2 + 6.dividedUp(by: max(dma.streamWords, words))
    due = Ring(capacity: mostFrames, filler: 0)
    ends = Ring(capacity: mostFrames, filler: 0)
  }

  func deallocate() {
    due.deallocate()
    ends.deallocate()
  }

  mutating func run() {
    while take() || write() {}
  }

  /// Begins a frame: the first of a transfer behind the response to the one before, others once there is
  /// room for one. False while that is not known.
  private mutating func begin() -> Bool {
    guard taken == dma.streamWords else { return true }
    guard due.count < mostFrames else { return false }
    if left > 0 {
      // Room came when this frame was written, whether or not later ones are by now.
      let writtenFor = ends.count - (mostFrames - due.count)
      if writtenFor >= 0 { lastTaken = max(lastTaken, ends[writtenFor]) }
    } else {
      guard due.isEmpty else { return false }
      if done > 0 { lastTaken = lastBeat + dma.memoryLatency + 4 }
      left = dma.transfer(of: batch, done: done)
    }
    left -= 1
    done += 1
    taken = 0
    return true
  }

  /// Takes the rest of a frame; false where that is not possible yet.
  private mutating func take() -> Bool {
    guard begin() else { return false }
    while taken < dma.streamWords {
      guard input.pointee.available > 0 else {
        input.pointee.readerWaits = true
        return false
      }
      lastTaken = max(lastTaken + 1, input.pointee.offered)
      input.pointee.read(at: lastTaken)
      taken += 1
    }
    due.append(lastTaken)
    return true
  }

  /// Writes a frame; false where none is there, or the memory does not take it yet.
  private mutating func write() -> Bool {
    guard !due.isEmpty else { return false }
    while written < words {
      if !isOffered {
        let pause = dma.pause(after: written == 0 ? words : written)
        let first = written == 0 ? due[0] + 7 : 0
        output.pointee.offer(at: max(first, lastBeat + 1 + pause, output.pointee.takenAt + 1))
        isOffered = true
      }
      guard output.pointee.isTaken else {
        output.pointee.writerWaits = true
        return false
      }
      isOffered = false
      lastBeat = output.pointee.takenAt
      written += 1
    }
    _ = due.removeFirst()
    written = 0
    if ends.count == mostFrames { _ = ends.removeFirst() }
    ends.append(lastBeat)
    return true
  }

  func listState(_ state: inout StateList) {
    state.phase(batch.frames == nil ? min(left, 1) : left)
    state.phase(taken)
    state.phase(written)
    state.phase(isOffered ? 1 : 0)
    state.phase(due.count)
    state.phase(ends.count)
    state.time(lastTaken)
    state.time(lastBeat)
    for i in 0..<due.count { state.time(due[i]) }
    for i in 0..<ends.count { state.time(ends[i]) }
  }
}
