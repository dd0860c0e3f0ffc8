import Dispatch
import Foundation
import Synchronization

/// Work spread over the cores, with a result that does not depend on how it was spread.
package enum Parallel {
  /// The result of the smallest index for which `body` gives one. Later indices may not be tried.
  package static func first<T: Sendable>(
    _ count: Int, _ body: @Sendable (Int) throws -> T?
  ) throws -> T? {
    let batch = max(1, ProcessInfo.processInfo.activeProcessorCount) * 2
    var start = 0
    while start < count {
      let size = min(batch, count - start)
      let from = start
      let found = try all(size) { try body(from + $0) }
      if let first = found.lazy.compactMap({ $0 }).first { return first }
      start += size
    }
    return nil
  }

  /// The results of `body` for every index, in order. The error of the smallest index is thrown.
  ///
  /// - Parameter workers: 1 stays on this thread, where the work around this one is spread already.
  package static func all<T: Sendable>(
    _ count: Int, workers: Int = .max, _ body: @Sendable (Int) throws -> T
  ) rethrows -> [T] {
    guard workers > 1, count > 1 else { return try (0..<count).map(body) }
    let results = ResultBox<T>(count)
    let listener = WorkProgress.current
    DispatchQueue.concurrentPerform(iterations: count) { index in
      results.set(
        index,
        Result {
          guard let listener else { return try body(index) }
          return try WorkProgress.listening(listener) { try body(index) }
        })
    }
    return try results.all.map { try $0.get() }
  }
}

extension Parallel {
  /// `all`, of which `WorkProgress` hears as `phase`: how many are done.
  package static func all<T: Sendable>(
    _ count: Int, workers: Int = .max, telling phase: String, _ body: @Sendable (Int) throws -> T
  ) rethrows -> [T] {
    let done = Atomic(0)
    WorkProgress.tell(phase, 0, of: count)
    return try all(count, workers: workers) { index in
      let result = try body(index)
      WorkProgress.tell(phase, done.wrappingAdd(1, ordering: .relaxed).newValue, of: count)
      return result
    }
  }
}

/// A value that is worked out on another core while the caller goes on.
package final class Later<T>: @unchecked Sendable {
  private var result: Result<T, any Error>?
  private let done = DispatchGroup()

  package init(_ body: @escaping @Sendable () throws -> T) {
    DispatchQueue.global().async(group: done) { self.result = Result { try body() } }
  }

  /// Waits for the value, or throws what `body` threw.
  package func value() throws -> T {
    done.wait()
    return try result!.get()
  }
}

/// A slot per index, filled from several threads.
private final class ResultBox<T: Sendable>: @unchecked Sendable {
  private var slots: [Result<T, any Error>?]
  private let lock = NSLock()

  init(_ count: Int) { slots = Array(repeating: nil, count: count) }

  func set(_ index: Int, _ value: Result<T, any Error>) {
    lock.lock()
    defer { lock.unlock() }
    slots[index] = value
  }

  var all: [Result<T, any Error>] { slots.compactMap(\.self) }
}
