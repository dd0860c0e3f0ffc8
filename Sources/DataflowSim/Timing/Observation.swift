/// What a simulation keeps of the run besides its outcome.
public struct Observation: Sendable {
  /// Follow every stream and FIFO (counts, occupancy). Without it stages are merged, which is faster
  /// and gives the same cycles at every process.
  public var streams: Bool {
    get { asksForStreams || times || listener != nil }
    set { asksForStreams = newValue }
  }
  private var asksForStreams = false
  /// Follow the occupancy of every FIFO, and nothing else of the streams: stages stay merged.
  public var levels = false
  /// Keep the handshake cycles of every stream in memory. Implies `streams`.
  public var times = false
  /// Note what the compute cores did that bits depend on (spurious results, lost products).
  public var cores = false
  /// Count what the compute cores did that bits depend on, without keeping it.
  public var hazards = false
  /// Receives every handshake while the run goes on. Implies `streams`.
  public nonisolated(unsafe) var listener: (any HandshakeListener)?

  /// Follows what is true, and nothing else.
  public init(
    streams: Bool = false, times: Bool = false, cores: Bool = false, hazards: Bool = false,
    listener: (any HandshakeListener)? = nil
  ) {
    asksForStreams = streams
    self.times = times
    self.cores = cores
    self.hazards = hazards
    self.listener = listener
  }

  /// What FIFOs hold at most, which costs less than following every stream.
  public static let levels = {
    var observation = Observation()
    observation.levels = true
    return observation
  }()
}
