/// The processes that may be able to move, each at most once, in first-in first-out order.
struct WorkQueue {
  private let ring: UnsafeMutablePointer<Int32>
  private let queued: UnsafeMutablePointer<Bool>
  private let mask: Int
  private var head = 0
  private var tail = 0

  init(processes: Int) {
    var size = 1
    while size <= processes { size *= 2 }
    mask = size - 1
    ring = .allocate(capacity: size)
    queued = .allocate(capacity: max(processes, 1))
    queued.initialize(repeating: false, count: max(processes, 1))
  }

  func deallocate() {
    ring.deallocate()
    queued.deallocate()
  }

  @inline(__always) mutating func push(_ process: Int32) {
    guard !queued[Int(process)] else { return }
    queued[Int(process)] = true
    ring[tail & mask] = process
    tail += 1
  }

  @inline(__always) mutating func pop() -> Int? {
    guard head != tail else { return nil }
    let process = Int(ring[head & mask])
    head += 1
    queued[process] = false
    return process
  }
}
