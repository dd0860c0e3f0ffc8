/// The downstream part of a run that repeats already, and is replayed while the rest settles.
///
/// Sources that never wait fill FIFOs from the front, over many frames, while everything behind the
/// slowest block has long been steady. Let S be a set of processes that includes every reader of what
/// it writes. If S is after a frame what it was a frame before, λ cycles later, then it does in the next
/// frame what it did in this one, λ cycles later, as long as the words it reads from the rest allow it. A
/// process that reads a word valid no later than one cycle after the word before was taken cannot tell
/// when it came. So where this held for every word S took from the rest in this frame, and as long as it
/// holds for those to come, S need not be simulated: its reads are those of this frame, λ, 2λ, … later.
/// The recurrences have but one solution, so this is it. A word that comes later than that, or not at all
/// because the rest has stopped, ends the replay (`isBroken`), and the run must be simulated in full.
struct SettledPart {
  private let network: Network
  /// Frames released and replays that have failed, shared with the players.
  private let clock = ReplayClock()
  /// A set that has just been found to repeat; its reads are recorded over the next frame.
  private var candidate: Candidate?
  /// λ, once something is replayed.
  private(set) var shift: Cycle?
  /// Those that stand for the border of what is replayed.
  private var players: [Int: Player] = [:]

  private struct Candidate {
    /// Members of S that read from the rest, and those channels.
    var border: [(process: Int, tracks: [(channel: Link, reads: FrameReads)])]
    var members: Set<Int>
    /// nil: whether S repeats is not known yet.
    var shift: Cycle?
  }

  /// Where the part that seems to repeat begins: a first guess at what is slowest.
  var head: Int? { candidate?.border.first?.process }

  init(_ network: Network) { self.network = network }

  /// When the network is quiet: a word came too late for the replay to be what the hardware does, or
  /// did not come.
  var isBroken: Bool { clock.isBroken || players.values.contains { !$0.isDone } }

  /// From now on players may take the words of one more frame.
  func beginFrame() { clock.frames += 1 }

  /// Records what enters everything behind `slowest`, which mostly does in the frame that comes what it did
  /// in the first; with the reads at hand it can be replayed from the next on.
  mutating func expectBehind(_ slowest: Int) {
    candidate = recording(everythingBehind(slowest), nil)
  }

  /// The process and every reader of what is written there; with processes that look at words long before
  /// they take them also those that write the words.
  private func everythingBehind(_ process: Int) -> Set<Int> {
    var members: Set<Int> = []
    var open = [process]
    while let next = open.popLast() {
      guard members.insert(next).inserted else { continue }
      open += network.outputs(of: next).map { Int($0.pointee.reader) }
      if network.readsAhead(next) {
        open += network.inputs(of: next).map { Int($0.pointee.writer) }
      }
    }
    return members
  }

  /// More than a frame has gone by since what is recorded began.
  mutating func forget() {
    for track in candidate?.border.flatMap(\.tracks) ?? [] {
      network.record(nil, at: track.channel)
    }
    candidate = nil
  }

  /// After a frame: replays what has repeated and was recorded, and looks for more. Returns whether the
  /// part still simulated has become smaller.
  mutating func update(_ now: NetworkState, since earlier: NetworkState, shift: Cycle) -> Bool {
    let repeating = now.repeating(since: earlier, shift: shift)
    var isSmaller = false
    if let found = candidate {
      forget()
      let tracks = found.border.flatMap(\.tracks)
      let repeats =
        found.shift.map { $0 == shift }
        ?? found.members.flatMap(network.outputs).allSatisfy(repeating.channels.contains)
      if repeats, found.members.isSubset(of: repeating.processes),
        tracks.allSatisfy({ $0.reads.neverWaited && !$0.reads.times.isEmpty })
      {
        replay(found, shift: shift)
        isSmaller = true
      }
    }
    // What is replayed repeats with its own period alone.
    if self.shift == nil || self.shift == shift { candidate = prepare(repeating, shift: shift) }
    return isSmaller
  }

  /// The largest set S that is seen to repeat.
  private func prepare(_ repeating: NetworkState.Repeating, shift: Cycle) -> Candidate? {
    var members = repeating.processes
    var isStable = false
    while !isStable {
      isStable = true
      for process in members {
        let isSelfContained =
          network.outputs(of: process).allSatisfy {
            members.contains(Int($0.pointee.reader)) && repeating.channels.contains($0)
          }
          && (!network.readsAhead(process)
            || network.inputs(of: process).allSatisfy { members.contains(Int($0.pointee.writer)) })
        if !isSelfContained {
          members.remove(process)
          isStable = false
        }
      }
    }
    return recording(members, shift)
  }

  /// Puts recorders on the channels into `members`; nil: not worth it.
  private func recording(_ members: Set<Int>, _ shift: Cycle?) -> Candidate? {
    var border: [(process: Int, tracks: [(channel: Link, reads: FrameReads)])] = []
    for process in members.sorted() {
      let outside = network.inputs(of: process).filter {
        !members.contains(Int($0.pointee.writer))
      }
      guard !outside.isEmpty else { continue }
      border.append((process, outside.map { (channel: $0, reads: FrameReads()) }))
    }
    // Nothing new, or too wide a border for the recording to pay.
    let isReplayed = border.allSatisfy { network.isPlayer($0.process) }
    guard !border.isEmpty, !isReplayed, 4 * border.count <= members.count + 8 else { return nil }
    for (channel, reads) in border.flatMap(\.tracks) { network.record(reads, at: channel) }
    return Candidate(border: border, members: members, shift: shift)
  }

  private mutating func replay(_ found: Candidate, shift: Cycle) {
    self.shift = shift
    let players = found.border.map { process, tracks in
      (
        process,
        Player(
          tracks: tracks.map {
            Player.Track(input: $0.channel, times: $0.reads.times, first: $0.channel.pointee.read)
          }, shift: shift, firstFrame: clock.frames, clock: clock)
      )
    }
    network.retire(found.members)
    for process in found.members { self.players[process] = nil }
    for (process, player) in players {
      network.play(player, for: process)
      self.players[process] = player
    }
  }
}

/// The state of every process and channel that is still simulated, each by itself.
package struct NetworkState {
  private(set) var processes: [(id: Int, state: StateList)] = []
  private(set) var channels: [(link: Link, state: StateList)] = []

  package init(_ network: Network) {
    for id in network.activeProcesses {
      var list = StateList()
      network.listState(of: id, &list)
      processes.append((id, list))
    }
    for link in network.activeChannels {
      var list = StateList()
      link.pointee.listState(&list)
      channels.append((link, list))
    }
  }

  /// All phases, whatever the times.
  package var phases: [Int] { processes.flatMap(\.state.phases) + channels.flatMap(\.state.phases) }

  /// Whether every process and channel is in the same state, whatever was done in which order.
  package func equals(_ other: NetworkState) -> Bool {
    processes.map(\.state) == other.processes.map(\.state)
      && channels.map(\.state) == other.channels.map(\.state)
  }

  package struct Repeating {
    package var processes: Set<Int>
    package var channels: Set<Link>
  }

  /// What is as it was at `earlier`, `shift` cycles later.
  package func repeating(since earlier: NetworkState, shift: Cycle) -> Repeating {
    guard processes.count == earlier.processes.count, channels.count == earlier.channels.count
    else { return Repeating(processes: [], channels: []) }
    return Repeating(
      processes: Set(
        zip(processes, earlier.processes).filter { $0.state.repeats($1.state, shift: shift) }
          .map(\.0.id)),
      channels: Set(
        zip(channels, earlier.channels).filter {
          $0.state.repeats($1.state, shift: shift)
            && $0.link.pointee.keepsRepeating(frames: 1, shift: shift)
        }
        .map(\.0.link)))
  }

  /// Whether everything is as it was at `earlier`, `frames` frames and `shift` cycles ago.
  package func repeats(_ earlier: NetworkState, frames: Int, shift: Cycle) -> Bool {
    processes.count == earlier.processes.count && channels.count == earlier.channels.count
      && zip(processes, earlier.processes).allSatisfy { $0.state.repeats($1.state, shift: shift) }
      && zip(channels, earlier.channels).allSatisfy { $0.state.repeats($1.state, shift: shift) }
      && channels.allSatisfy { $0.link.pointee.keepsRepeating(frames: frames, shift: shift) }
  }
}

extension StateList {
  /// The same phases, and every time that ever happened later by `shift`.
  func repeats(_ earlier: StateList, shift: Cycle) -> Bool {
    guard phases == earlier.phases, times.count == earlier.times.count else { return false }
    return zip(times, earlier.times).allSatisfy { now, before in
      now == before + shift || now == before && now < 0
    }
  }
}
