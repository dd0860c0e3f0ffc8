import Dispatch
import Foundation
import SimKernels

/// What one frame gave: the kept streams, by position in the graph, and what was found.
struct ComputedFrame: Sendable {
  var streams: [Int: Integers]
  var findings: [NodeFinding]
}

/// Frames shared out among threads. Their results do not depend on how many there are.
struct FrameWork {
  let frames: Int
  let threads: Int
  let progress: ((Int) -> Void)?
  let compute: (_ frame: Int) throws -> ComputedFrame

  /// The frames in order. Throws the error of the first frame that has one.
  func run() throws -> [ComputedFrame] {
    let shared = Shared(frames: frames)
    let work = Work(compute: compute, progress: progress)
    let count = max(1, min(threads, frames))
    DispatchQueue.concurrentPerform(iterations: count) { _ in
      while let frame = shared.next() {
        shared.finish(frame, Result { try work.compute(frame) }, work.progress)
      }
    }
    return try shared.results.compactMap { try $0?.get() }
  }

  /// Computing reads values alone, and progress is told under a lock.
  private struct Work: @unchecked Sendable {
    let compute: (Int) throws -> ComputedFrame
    let progress: ((Int) -> Void)?
  }

  private final class Shared: @unchecked Sendable {
    private(set) var results: [Result<ComputedFrame, any Error>?]
    private var started = 0
    private var done = 0
    private var failed = false
    private let lock = NSLock()

    init(frames: Int) { results = Array(repeating: nil, count: frames) }

    /// The next frame to compute; none after a failure.
    func next() -> Int? {
      lock.withLock {
        guard !failed, started < results.count else { return nil }
        started += 1
        return started - 1
      }
    }

    func finish(
      _ frame: Int, _ result: Result<ComputedFrame, any Error>, _ progress: ((Int) -> Void)?
    ) {
      lock.withLock {
        results[frame] = result
        done += 1
        if case .failure = result { failed = true }
        progress?(done)
      }
    }
  }
}
