/// FINN's memory streamer, which offers the words of a weight memory one after the other.
enum MemoryStreamer {
  /// The cycle in which its first word is valid. From then on it keeps up with a word per cycle, also where
  /// the memory starts anew.
  ///
  /// Released: two registers (docs/reference/rtl-rules.md#weight-streamer). Development branch: five, filled on 8 credits;
  /// at twice the clock, halves of a word pass them (docs/reference/development-branch.md#memory-streamer).
  static func firstCycle(_ generation: FINNGeneration, isPumped: Bool = false) -> Cycle {
    guard generation.isDevelopment else { return 2 }
    return isPumped ? 4 : 5
  }
}
