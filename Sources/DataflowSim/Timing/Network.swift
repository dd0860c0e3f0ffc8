/// The running form of a plan: channels, processes, and the worklist that drives them.
///
/// Processes run until none can move. Which runs first changes nothing but the speed.
package final class Network {
  private(set) var channels: [Link] = []
  private var runners: [ProcessRunner] = []
  private var watchers: [ChannelWatcher] = []
  /// Channels each process reads and writes; a player writes none.
  private var links: [(inputs: [Link], outputs: [Link])] = []
  /// Whether a process is still simulated, and whether it stands for another.
  private var roles: [(isActive: Bool, isPlayer: Bool)] = []
  /// Makes each process as it is before its first step.
  private var makers: [() -> any Process] = []
  private let queue: UnsafeMutablePointer<WorkQueue>
  private var turns = 0
  var activations: Int { turns + queue.pointee.urged }
  /// Processes that may wait for silence, and sources, which end it.
  private var silent: [Int] = []
  private var heldSources: [Int] = []
  /// Nothing has to be decided from this cycle on.
  private let limit: Cycle
  /// Silence is assumed for so many cycles at a time, so that what never ends comes back here.
  private static let stretch = 4096
  /// What would go on for ever is followed to a limit that is not farther away than this.
  private static let longestStretch = 1 << 22

  /// `processes` is an upper bound on the processes that will be added.
  init(processes: Int, limit: Cycle) {
    self.limit = limit
    queue = .allocate(capacity: 1)
    queue.initialize(to: WorkQueue(processes: processes))
  }

  deinit {
    for channel in channels {
      channel.pointee.deallocate()
      channel.deinitialize(count: 1)
      channel.deallocate()
    }
    queue.pointee.deallocate()
    queue.deallocate()
  }

  func addChannel(_ stage: Stage?, watcher: ChannelWatcher? = nil) -> Link {
    if let watcher { watchers.append(watcher) }
    let link = Link.allocate(capacity: 1)
    link.initialize(to: Channel(stage, queue: queue, watcher: watcher))
    channels.append(link)
    return link
  }

  /// Adds the process that `make` gives; `restart` asks for another one.
  func add(
    reading inputs: [Link], writing outputs: [Link], _ make: @escaping () -> any Process
  ) {
    let id = Int32(runners.count)
    for link in inputs { link.pointee.reader = id }
    for link in outputs { link.pointee.writer = id }
    let process = make()
    if process is Source {
      heldSources.append(runners.count)
    } else if process.needsSilence {
      silent.append(runners.count)
    }
    runners.append(process.running())
    queue.pointee.enlist(runners[runners.count - 1], as: runners.count - 1)
    makers.append(make)
    links.append((inputs, outputs))
    roles.append((isActive: true, isPlayer: false))
  }

  var processCount: Int { runners.count }

  /// Puts a process back to its first step. Its channels are not touched.
  func restart(_ id: Int) { replace(id, by: makers[id]()) }

  /// Puts another process in the place of one.
  func replace(_ id: Int, by process: some Process) {
    runners[id] = process.running()
    queue.pointee.enlist(runners[id], as: id)
  }

  /// From now on nobody is asked what becomes of a run, and nothing is taken as it is written: words move as far
  /// as there is room. For comparison.
  package func movesNoRuns() {
    queue.pointee.deepest = 0
    queue.pointee.takesAtOnce = false
  }

  /// Words that went through channels as runs, not one by one, and the runs.
  package var passed: (words: Int, runs: Int) { queue.pointee.passed }

  /// Words that were taken as they were written, since their readers had ordered them.
  package var takenAtOnce: Int { queue.pointee.takenAtOnce }

  /// Lets everything move until nothing can.
  package func run() {
    for id in activeProcesses { queue.pointee.push(Int32(id)) }
    resume()
  }

  /// The same after a change that has woken those it concerns.
  package func resume() {
    repeat { drain() } while breakSilence()
  }

  /// When nothing can move, every further event follows from a decision that waits for silence, or from
  /// words that sources have not been allowed yet. So nothing happens before the earliest of those, and
  /// who waits for that may go on. Whether anybody does.
  private func breakSilence() -> Bool {
    guard !silent.isEmpty else { return false }
    var first: (id: Int, at: Cycle)?
    var next = Cycle.max
    for id in silent where roles[id].isActive && !roles[id].isPlayer {
      guard let at = runners[id].waitsForSilence, at < limit, mayGoOn(id, at) else { continue }
      if let least = first, at >= least.at {
        next = min(next, at)
      } else {
        next = first?.at ?? next
        first = (id, at)
      }
    }
    guard let first else { return false }
    for source in heldSources {
      guard let at = runners[source].waitsForSilence else { continue }
      guard at > first.at else { return false }
      next = min(next, at - 1)
    }
    let end = min(next, first.at + Self.stretch, limit)
    runners[first.id].assumeSilence(before: end + 1)
    queue.pointee.push(Int32(first.id))
    return true
  }

  /// False where nothing ends what a process does of its own accord but a limit that is far away.
  private func mayGoOn(_ id: Int, _ at: Cycle) -> Bool {
    guard runners[id].isEndless, limit - at > Self.longestStretch else { return true }
    return heldSources.contains { runners[$0].waitsForSilence != nil }
  }

  /// Whether somebody waits for words that never come and puts out others meanwhile.
  var isStarving: Bool { silent.contains { roles[$0].isActive && runners[$0].isStarving } }

  /// Whether words that come sooner may make somebody slower for good.
  var losesPace: Bool { runners.contains(where: \.losesPace) }

  private func drain() {
    // The runners outlive the loop, so it need not retain them one by one.
    let runners = runners.map(Unmanaged.passUnretained)
    runners.withUnsafeBufferPointer { runners in
      while let (id, waited) = queue.pointee.pop() {
        turns += 1
        if waited { unmark(id) }
        queue.pointee.begins(Int32(id))
        runners[id]._withUnsafeGuaranteedRef { $0.run() }
        queue.pointee.rests(Int32(id))
      }
    }
  }

  /// A process marks anew what it waits for when it runs.
  private func unmark(_ id: Int) {
    for link in links[id].inputs { link.pointee.readerWaits = false }
    for link in links[id].outputs { link.pointee.writerWaits = false }
  }

  func finish() { for runner in runners { runner.finish() } }

  /// Every time and phase of one process.
  func listState(of id: Int, _ state: inout StateList) { runners[id].listState(&state) }
}

// Parts that are replayed instead of simulated.
extension Network {
  var activeProcesses: [Int] { roles.indices.filter { roles[$0].isActive } }

  /// Channels that those who are still simulated read or write.
  var activeChannels: [Link] {
    let active = Set(activeProcesses.flatMap { links[$0].inputs + links[$0].outputs })
    return channels.filter(active.contains)
  }

  func inputs(of id: Int) -> [Link] { links[id].inputs }
  func outputs(of id: Int) -> [Link] { links[id].outputs }
  func isPlayer(_ id: Int) -> Bool { roles[id].isPlayer }
  func readsAhead(_ id: Int) -> Bool { runners[id].readsAhead }

  /// Notes the reads of a channel, or no longer.
  func record(_ reads: FrameReads?, at channel: Link) {
    let watcher = channel.pointee.watcher ?? ChannelWatcher()
    if channel.pointee.watcher == nil { watchers.append(watcher) }
    watcher.reads = reads
    channel.pointee.watch(watcher)
  }

  /// Processes that run no more.
  func retire(_ ids: Set<Int>) {
    for id in ids { roles[id].isActive = false }
  }

  /// Lets `player` take what `id` would.
  func play(_ player: Player, for id: Int) {
    replace(id, by: player)
    roles[id] = (isActive: true, isPlayer: true)
    links[id] = (player.tracks.map(\.input), [])
    for track in player.tracks { track.input.pointee.cancelOrder() }
  }
}
