/// Whether `a` comes before `b` as people number things: `MVAU_2` before `MVAU_10`.
public func naturally(_ a: String, _ b: String) -> Bool {
  var (x, y) = (Array(a.utf8)[...], Array(b.utf8)[...])
  while let p = x.first, let q = y.first {
    if isDigit(p), isDigit(q) {
      let (m, n) = (takeNumber(&x), takeNumber(&y))
      if m.count != n.count { return m.count < n.count }
      if m != n { return m.lexicographicallyPrecedes(n) }
    } else if p != q {
      return p < q
    } else {
      x.removeFirst()
      y.removeFirst()
    }
  }
  // Equal but for leading zeros: any fixed order will do.
  return x.isEmpty && y.isEmpty ? a < b : x.isEmpty
}

extension Sequence<String> {
  /// All of them, the first `count` in natural order and the others in any: sorting ten thousands of names of
  /// which three are shown would take longer than everything else.
  package func naturalOrder(first count: Int) -> [String] {
    var head: [String] = []
    var others: [String] = []
    for name in self {
      guard head.count < count || naturally(name, head[count - 1]) else {
        others.append(name)
        continue
      }
      head.insert(name, at: head.firstIndex { naturally(name, $0) } ?? head.count)
      if head.count > count { others.append(head.removeLast()) }
    }
    return head + others
  }
}

private func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

/// The digits at the start of `text`, without leading zeros; `text` continues behind them.
private func takeNumber(_ text: inout ArraySlice<UInt8>) -> ArraySlice<UInt8> {
  let digits = text.prefix(while: isDigit)
  text = text.dropFirst(digits.count)
  return digits.drop { $0 == 0x30 }
}
