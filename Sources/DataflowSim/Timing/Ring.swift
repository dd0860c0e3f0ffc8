/// A first-in first-out queue of bounded length in one allocation.
struct Ring<Element> {
  private var storage: UnsafeMutablePointer<Element>
  private var mask: Int
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
  var isFull: Bool { @inline(__always) get { count > mask } }

  /// Makes room for twice as many elements.
  mutating func grow(filler: Element) {
    var larger = Ring(capacity: 2 * (mask + 1), filler: filler)
    while !isEmpty { larger.append(removeFirst()) }
    storage.deallocate()
    self = larger
  }

  subscript(_ i: Int) -> Element {
    @inline(__always) get { storage[(head + i) & mask] }
  }

  @inline(__always) mutating func append(_ element: Element) {
    assert(count <= mask)
    storage[(head &+ count) & mask] = element
    count &+= 1
  }

  @inline(__always) mutating func removeFirst() -> Element {
    let element = storage[head & mask]
    head &+= 1
    count &-= 1
    return element
  }
}
