/// A block of one input and one output stream as registers: what it does in a cycle follows from them and
/// from the two handshakes of that cycle.
///
/// For hardware that reads, drops or stops on its own account, so that what happens hangs on words that do
/// *not* come and no recurrence over handshakes says it.
protocol RegisterMachine: Equatable {
  /// `ready` of the input and `valid` of the output in this cycle.
  var isReady: Bool { get }
  var isValid: Bool { get }
  /// The word offered, as far as bits depend on time.
  var word: CoreResult? { get }
  /// The rising edge at the end of a cycle in which the input word was taken, or the output word.
  mutating func clock(accepts: Bool, takes: Bool)
  /// What it will do, as numbers that come back when the future does.
  var phases: [Int] { get }
  /// Whether it will put out words for ever, having put out `words` since it last took one, if it takes
  /// none any more.
  func isEndless(after words: Int) -> Bool
}

extension RegisterMachine {
  func isEndless(after words: Int) -> Bool { false }
}

/// Runs a machine cycle by cycle as far as the handshakes are known, and past cycles in which nothing
/// changes.
struct RegisterProcess<Machine: RegisterMachine>: Process {
  let input: Link
  let output: Link
  let log: CoreLog?
  private var machine: Machine
  /// The first cycle that is not decided.
  private var now = 0
  private var isOffered = false
  /// Whether the input word is taken in cycle `now`; nil: not known yet.
  private var accepts: Bool?
  /// No handshake that is not known yet happens before this cycle.
  private var silentUntil = 0
  /// Nothing changes without a handshake.
  private var isIdle = false
  /// Words put out since one was taken.
  private var unasked = 0

  init(_ machine: Machine, _ ports: Ports, notesWords: Bool) {
    self.machine = machine
    input = ports.inputs[0]
    output = ports.outputs[0]
    log = notesWords ? ports.coreLog : nil
    log?.tellsWords = true
  }

  mutating func run() {
    while true {
      if isIdle, !skip() { return }
      if machine.isValid, !isOffered {
        output.pointee.offer(at: now)
        isOffered = true
        // The word may be taken at once.
        silentUntil = min(silentUntil, now)
      }
      if accepts == nil { accepts = readInput() }
      guard let accepts else {
        if machine.isValid, !output.pointee.isTaken { output.pointee.writerWaits = true }
        return
      }
      guard let takes = isTaken(at: now) else { return }
      step(accepts: accepts, takes: takes)
    }
  }

  private mutating func step(accepts: Bool, takes: Bool) {
    if accepts { unasked = 0 }
    if takes {
      isOffered = false
      unasked += 1
      if let log, let word = machine.word { log.put(word) }
    }
    let before = machine
    machine.clock(accepts: accepts, takes: takes)
    isIdle = !accepts && !takes && machine == before
    self.accepts = nil
    now += 1
  }

  /// Takes the input word of cycle `now` if there is one; nil while that is not known.
  private mutating func readInput() -> Bool? {
    guard machine.isReady else { return false }
    guard input.pointee.available > 0 else {
      if silentUntil > now { return false }
      input.pointee.readerWaits = true
      return nil
    }
    guard input.pointee.offered <= now else { return false }
    input.pointee.read(at: now)
    silentUntil = min(silentUntil, now + 1)
    return true
  }

  private func isTaken(at cycle: Cycle) -> Bool? {
    guard machine.isValid else { return false }
    if output.pointee.isTaken { return output.pointee.takenAt <= cycle }
    if silentUntil > cycle { return false }
    output.pointee.writerWaits = true
    return nil
  }

  /// Goes to the next cycle with a handshake; false while it is not known.
  private mutating func skip() -> Bool {
    let next = min(nextInput ?? silentUntil, nextTake ?? silentUntil)
    if next < .max, next > now { now = next }
    let isKnown = nextInput == now || nextTake == now
    guard isKnown || silentUntil > now && next < .max else {
      if nextInput == nil { input.pointee.readerWaits = true }
      if nextTake == nil { output.pointee.writerWaits = true }
      return isKnown
    }
    isIdle = false
    return true
  }

  /// When the input word is taken, without a change before that; nil: not known, `.max`: never.
  private var nextInput: Cycle? {
    guard machine.isReady else { return .max }
    return input.pointee.available > 0 ? max(now, input.pointee.offered) : nil
  }

  private var nextTake: Cycle? {
    guard machine.isValid else { return .max }
    guard isOffered else { return nil }
    return output.pointee.isTaken ? max(now, output.pointee.takenAt) : nil
  }

  var needsSilence: Bool { true }
  var losesPace: Bool { true }

  var isEndless: Bool { machine.isEndless(after: unasked) }

  mutating func finish() { if isEndless { log?.isEndless = true } }

  var waitsForSilence: Cycle? {
    guard isIdle else { return now }
    let known = min(nextInput ?? .max, nextTake ?? .max)
    return known == .max ? nil : known
  }

  mutating func assumeSilence(before t: Cycle) { silentUntil = max(silentUntil, t) }

  func listState(_ state: inout StateList) {
    state.time(now)
    state.phase(isOffered ? 1 : 0)
    state.phase(accepts.map { $0 ? 1 : 0 } ?? 2)
    for phase in machine.phases { state.phase(phase) }
  }
}
