/// Whether a run was repeated handshake by handshake, as `simrun replay` prints it.
public struct ReplayReport: ResultDocument, Equatable {
  public static let kind = "replay"
  public static let summary = "Whether a run was repeated handshake by handshake."

  /// The first handshake that is not the same.
  public struct Difference: Codable, Sendable, Equatable {
    /// Where.
    public var stream: String
    /// Index of the word, from 0.
    public var word: Int
    /// The cycle of its handshake in the recording, and in the replay; nil: it never moved.
    public var recorded: Cycle?
    public var replayed: Cycle?
    /// From there on the recording goes on as the replay does so many words later: these are missing in it. Less
    /// than 0: so many are there that the replay does not have. nil: it goes on in another way.
    public var missingWords: Int?

    var cycle: Cycle { min(recorded ?? .max, replayed ?? .max) }

    /// "word 17 of s3: recorded in cycle 90, replayed in cycle 92".
    public var sentence: String {
      let a = recorded.map { "recorded in cycle \($0)" } ?? "not recorded"
      let b = replayed.map { "replayed in cycle \($0)" } ?? "never moves in the replay"
      return "word \(word) of \(stream): \(a), \(b)" + shift
    }

    private var shift: String {
      guard let missingWords else { return "" }
      let (count, one) = (abs(missingWords).of("word"), abs(missingWords) == 1)
      return missingWords > 0
        ? "; behind it all is the same if \(count) \(one ? "was" : "were") lost here"
        : "; behind it all is the same if \(count) came here that the design does not make"
    }
  }

  /// The name of the design that was driven.
  public var design: String
  /// Outcome of the replay.
  public var outcome: RunResult.Outcome
  /// Streams compared, and recorded streams that the design does not have.
  public var streams: [String]
  public var unknownStreams: [String]
  /// Recorded handshakes on the streams compared, and on those the design does not have.
  public var handshakes: Int
  public var unknownHandshakes: Int
  /// The first by cycle; nil: the replay is the same on the streams compared.
  public var firstDifference: Difference?
  /// Where in the run a capture lies; nil: it begins with the run, as a trace does.
  public var capturePlace: CapturePlace?

  /// Whether every recorded handshake was repeated. One on a stream the design lacks was not.
  public var isSame: Bool { firstDifference == nil && unknownHandshakes == 0 }
}

extension ReplayReport {
  /// Repeats the run of `trace`, on another design if one is given.
  ///
  /// Throws `InputError` when the trace is damaged, or when there is nothing to compare: no stream of
  /// the recording is in the design, or none of them carried a word.
  public init(_ trace: TraceFile, on changed: Design? = nil) throws {
    if let damage = trace.damage { throw damage }
    let plan = try Plan(changed ?? trace.design)
    var scenario = trace.scenario
    // What the changed design does not have cannot be driven.
    scenario.sources = scenario.sources.filter { plan.design.graphInputs.contains($0.key) }
    scenario.sinks = scenario.sinks.filter { plan.design.graphOutputs.contains($0.key) }
    let result = try Simulation(plan, scenario: scenario, observing: Observation(times: true)).run()
    design = plan.design.name
    outcome = result.outcome
    (streams, unknownStreams, handshakes, unknownHandshakes) = ([], [], 0, 0)
    for stream in trace.streamNames {
      guard let replayed = result.streams[stream] else {
        unknownStreams.append(stream)
        unknownHandshakes += try trace.extent(of: stream).count
        continue
      }
      streams.append(stream)
      var cursor = try trace.handshakes(of: stream)
      var recorded: [Cycle] = []
      while let handshake = try cursor.next() { recorded.append(handshake.cycle) }
      compare(stream, recorded, replayed)
    }
    guard !streams.isEmpty else {
      throw InputError(
        "nothing to compare: '\(design)' has none of the \(unknownStreams.count) recorded streams "
          + "of '\(trace.design.name)'", hint: "replay on a version of the recorded design")
    }
    guard handshakes > 0 || firstDifference != nil else {
      throw InputError(
        "nothing to compare: no word was recorded on the \(streams.count) streams of '\(design)'")
    }
  }

  /// Throws `InputError` naming a stream that `design` does not have.
  public static func requireStreams(_ names: some Sequence<String>, of design: Design) throws {
    let known = Set(design.nodes.flatMap { $0.inputs + $0.outputs })
    guard let wrong = names.filter({ !known.contains($0) }).min() else { return }
    let near = nearestName(to: wrong, among: known).map { "did you mean '\($0)'?" }
    throw InputError("the design has no stream '\(wrong)'", at: "streams.\(wrong)", hint: near)
  }

  /// - Parameter before: words that had moved before either.
  mutating func compare(
    _ stream: String, _ recorded: [Cycle], _ replayed: [Cycle], before: Int = 0
  ) {
    handshakes += recorded.count
    let word = zip(recorded, replayed).prefix { $0 == $1 }.count
    guard word < max(recorded.count, replayed.count) else { return }
    let difference = Difference(
      stream: stream, word: before + word, recorded: word < recorded.count ? recorded[word] : nil,
      replayed: word < replayed.count ? replayed[word] : nil,
      missingWords: Self.missing(recorded.dropFirst(word), replayed.dropFirst(word)))
    if firstDifference == nil || difference.cycle < firstDifference!.cycle {
      firstDifference = difference
    }
  }
}

extension ReplayReport {
  /// By how many words two rests that begin differently are shifted against each other, if they are alike otherwise.
  private static func missing(_ recorded: ArraySlice<Cycle>, _ replayed: ArraySlice<Cycle>) -> Int?
  {
    func goOnAlike(_ a: ArraySlice<Cycle>, _ b: ArraySlice<Cycle>) -> Bool {
      a.count == b.count && a.count >= fewAlike && zip(a, b).allSatisfy { $0 == $1 }
    }
    // What is late by the same everywhere is late, however evenly it comes.
    let delays = Set(zip(recorded, replayed).map { $0 - $1 })
    guard delays.count > 1 else { return nil }
    for words in 1...mostShifted {
      if goOnAlike(recorded, replayed.dropFirst(words)) { return words }
      if goOnAlike(recorded.dropFirst(words), replayed) { return -words }
    }
    return nil
  }

  /// So many handshakes in the same cycles are no accident, and so many words are looked for.
  private static let fewAlike = 4
  private static let mostShifted = 8
}
