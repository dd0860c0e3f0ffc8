/// FMPadding_rtl: emits the padded frame in raster order, forwarding an input word where the position
/// lies in the image and a zero word elsewhere.
///
/// The channel in front is the side register (capacity 1, latency 0), which takes one word early.
/// ```
/// S[o]   = max(Out[o-1] (0 for o = 0), In[w] if o forwards word w)
/// Out[o] offered from S[o] + 1
/// In[w]  = max(p(w), S[o(w-1)] + 1)
/// ```
/// Border words need no input, so after a frame's last word the next frame's top border follows at
/// once. Source: docs/reference/rtl-rules.md#padding.
struct PaddingGenerator: Process {
  static let inputStage = Stage(latency: 0, capacity: 1)

  let input: Link
  let output: Link
  /// Border and image words of a frame in output order: runs of words that all forward or all pad.
  private let runs: [Run]
  private var index = 0
  private var done = 0
  /// Of asking others whether they take a whole run.
  private var patience = RunPatience()

  struct Run {
    var words: Int
    var forwards: Bool
  }

  /// Padding is top, left, bottom, right in pixels; `fold` is words per pixel.
  init(input: Link, output: Link, height: Int, width: Int, padding: [Int], fold: Int) {
    self.input = input
    self.output = output
    let padded = width + padding[1] + padding[3]
    let top = padding[0] * padded, bottom = padding[2] * padded
    let rows = (0..<height).flatMap { _ in
      [
        Run(words: padding[1] * fold, forwards: false), Run(words: width * fold, forwards: true),
        Run(words: padding[3] * fold, forwards: false),
      ]
    }
    let all =
      [Run(words: top * fold, forwards: false)] + rows
      + [Run(words: bottom * fold, forwards: false)]
    runs = all.filter { $0.words > 0 }
  }

  mutating func run() {
    while true {
      let current = runs[index]
      while done < current.words {
        guard output.pointee.isTaken else {
          output.pointee.writerWaits = true
          return
        }
        guard !current.forwards || input.pointee.available > 0 else {
          input.pointee.readerWaits = true
          return
        }
        if emitsEvenly(current.forwards, current.words - done) { continue }
        let n = min(current.words - done, output.pointee.writable)
        if n == 0 {
          emitOne(current.forwards)
        } else if current.forwards {
          forward(min(n, input.pointee.readable))
        } else {
          pad(n)
        }
      }
      done = 0
      index = index + 1 == runs.count ? 0 : index + 1
    }
  }

  /// Offers a word where no room for it is known.
  private mutating func emitOne(_ forwards: Bool) {
    var loaded = max(output.pointee.takenAt, 0)
    if forwards {
      loaded = max(loaded, input.pointee.offered)
      input.pointee.read(at: loaded)
    }
    output.pointee.offer(at: loaded + 1)
    done += 1
  }

  /// Emits `n` zero words for which there is room.
  private mutating func pad(_ n: Int) {
    var (writes, taken) = (output.pointee.writes, max(output.pointee.takenAt, 0))
    for _ in 0..<n { taken = writes.admit(from: taken + 1) }
    output.pointee.finish(writes, at: taken)
    done += n
  }

  /// Emits `n` words that are there and for which there is room.
  private mutating func forward(_ n: Int) {
    var (reads, writes) = (input.pointee.reads, output.pointee.writes)
    var (loaded, taken) = (input.pointee.lastRead, max(output.pointee.takenAt, 0))
    for _ in 0..<n {
      let arrival = reads.arrival
      loaded = max(taken, arrival, loaded + 1)
      reads.take(at: loaded, arrival)
      taken = writes.admit(from: loaded + 1)
    }
    input.pointee.finish(reads, at: loaded)
    output.pointee.finish(writes, at: taken)
    done += n
  }

  func listState(_ state: inout StateList) {
    state.phase(index)
    state.phase(done)
  }
}

// Even runs: words pass a cycle later than they come, as long as they are taken at once.
extension PaddingGenerator {
  func follows(_ words: EvenRun, on input: Link) -> EvenRun {
    let current = runs[index]
    guard current.forwards, output.pointee.isTaken else { return words.prefix(0) }
    let ready = max(output.pointee.takenAt, input.pointee.lastRead + 1, 0)
    var taken = words.prefix(current.words - done).taken(from: ready, pace: 1)
    taken.count = output.plan(forwarded(taken), leaving: false)
    return taken
  }

  mutating func take(_ words: EvenRun, from input: Link) {
    done += words.count
    if done == runs[index].words { input.pointee.wakeReader() }
    output.pass(forwarded(words))
  }

  private func forwarded(_ words: EvenRun) -> EvenRun {
    EvenRun(first: words.first + 1, stride: words.stride, count: words.count)
  }

  /// Emits up to `left` words as a run, if more of them are taken at once than there is room for.
  private mutating func emitsEvenly(_ forwards: Bool, _ left: Int) -> Bool {
    let room = output.pointee.roomBesideRuns
    let most = forwards ? min(left, input.pointee.available) : left
    guard most >= room + EvenRun.leastWorth, patience.asks() else { return false }
    let taken = max(output.pointee.takenAt, 0)
    var words = EvenRun(first: taken, stride: 1, count: most)
    if forwards {
      words = input.pointee.evenly(
        from: max(taken, input.pointee.lastRead + 1), pace: 1, most: most)
    }
    words.count = output.plan(forwarded(words), leaving: false)
    let isWorth = words.count >= room + EvenRun.leastWorth
    patience.note(isWorth)
    guard isWorth else { return false }
    if forwards { input.pointee.take(words) }
    output.pass(forwarded(words))
    done += words.count
    return true
  }
}

extension FMPadding: HLSBlock {
  package func timing() -> BlockTiming {
    let (dim, padding, fold) = (imgDim, padding, channelFold)
    guard isRTL else { return schedule.timing(hlsLoops) }
    return BlockTiming(
      inputStages: [[PaddingGenerator.inputStage]],
      body: .process {
        PaddingGenerator(
          input: $0.inputs[0], output: $0.outputs[0], height: dim[0], width: dim[1],
          padding: padding, fold: fold)
      })
  }

  /// One iteration per output word, which reads where the position lies in the image.
  private var hlsLoops: [Loop] {
    let (padding, fold, width) = (padding, channelFold, paddedDim[1])
    let row: [Loop] = [
      .run(padding[1] * fold, writes: 1), .run(imgDim[1] * fold, reads: 1, writes: 1),
      .run(padding[3] * fold, writes: 1),
    ]
    return [
      .repeated(
        images,
        [
          .run(padding[0] * width * fold, writes: 1), .repeated(imgDim[0], row),
          .run(padding[2] * width * fold, writes: 1),
        ])
    ]
  }

  var hlsWork: HLSWork { HLSWork(.padding, iterations: Loop.iterations(hlsLoops)) }
}
