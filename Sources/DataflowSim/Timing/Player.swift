/// When the words of one channel were read over a frame.
final class FrameReads {
  var times: [Cycle] = []
  /// Every word was there when the reader could take it.
  var neverWaited = true

  func took(_ t: Cycle, isWaitedFor: Bool) {
    times.append(t)
    if isWaitedFor { neverWaited = false }
  }
}

/// What all players of a run have in common.
final class ReplayClock {
  var frames = 0
  var isBroken = false
}

/// Stands for a process that repeats: takes its words when it would.
struct Player: Process {
  struct Track {
    let input: Link
    /// Reads of the recorded frame.
    let times: [Cycle]
    /// Words read before the replay.
    let first: Int
  }

  let tracks: [Track]
  let shift: Cycle
  /// Frames released before the replay.
  let firstFrame: Int
  let clock: ReplayClock

  mutating func run() {
    for track in tracks where !clock.isBroken { play(track) }
  }

  /// Words read once the words of all frames released are.
  private func end(_ track: Track) -> Int {
    track.first + (clock.frames - firstFrame) * track.times.count
  }

  /// Whether all words of the frames released have been taken.
  var isDone: Bool { tracks.allSatisfy { $0.input.pointee.read == end($0) } }

  private func play(_ track: Track) {
    let input = track.input
    let end = end(track)
    while input.pointee.read < end {
      let next = input.pointee.read
      guard input.pointee.available > 0 else {
        input.pointee.readerWaits = true
        return
      }
      let (turns, word) = (next - track.first).quotientAndRemainder(dividingBy: track.times.count)
      guard input.pointee.arrival(next) <= input.pointee.lastRead + 1 else {
        clock.isBroken = true
        return
      }
      input.pointee.read(at: track.times[word] + (turns + 1) * shift)
    }
  }

  func listState(_ state: inout StateList) {}
}
