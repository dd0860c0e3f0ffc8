/// A first-in first-out queue of bounded length in one allocation.
struct Ring<Element> {
  private let storage: UnsafeMutablePointer<Element>
  private let mask: Int
  private var head = 0
  private(set) var count = 0

  /// The owner frees the storage with `deallocate`.
  init(capacity: Int, filler: Element) {
    var size = 2
    while size < capacity { size *= 2 }
    storage = .allocate(capacity: size)
    storage.initialize(repeating: filler, count: size)
    mask = size - 1
  }

  func deallocate() { storage.deallocate() }

  var isEmpty: Bool { @inline(__always) get { count == 0 } }

  subscript(_ i: Int) -> Element {
    @inline(__always) get { storage[(head + i) & mask] }
  }

  @inline(__always) mutating func append(_ element: Element) {
    assert(count <= mask)
    storage[(head + count) & mask] = element
    count += 1
  }

  @inline(__always) mutating func removeFirst() -> Element {
    let element = storage[head & mask]
    head += 1
    count -= 1
    return element
  }
}
