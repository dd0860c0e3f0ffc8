/// What one graph output has seen.
package final class SinkRecord {
  package let stream: String
  package let wordsPerFrame: Int
  /// 0: nobody asks for parts of frames.
  package let wordsPerPart: Int
  private let limit: Cycle
  package private(set) var count = 0
  private(set) var first: Cycle?
  private(set) var last: Cycle = .never
  package private(set) var frameEnds: [Cycle] = []
  package private(set) var partEnds: [Cycle] = []
  private(set) var sawLimit = false
  /// The longest time without a word: from reset to the first, or between two.
  private(set) var longestSilence: Cycle = 0

  package init(stream: String, wordsPerFrame: Int, partsPerFrame: Int, limit: Cycle) {
    self.stream = stream
    self.wordsPerFrame = wordsPerFrame
    wordsPerPart = partsPerFrame > 0 ? max(wordsPerFrame / partsPerFrame, 1) : 0
    self.limit = limit
  }

  /// The host reads frame `frame` next, whatever has come of those before.
  package func restart(at frame: Int) { count = frame * wordsPerFrame }

  package func took(_ t: Cycle) {
    guard t < limit else {
      sawLimit = true
      return
    }
    if count == 0 { first = t }
    count += 1
    longestSilence = max(longestSilence, t - max(last, -1))
    last = t
    if wordsPerFrame > 0, count % wordsPerFrame == 0 { frameEnds.append(t) }
    if wordsPerPart > 0, count % wordsPerPart == 0 { partEnds.append(t) }
  }
}
