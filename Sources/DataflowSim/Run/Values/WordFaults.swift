import SimKernels

/// What faults do to the words of one stream: which of them arrive, in which order, with which bits.
public struct WordFaults: Sendable, Equatable {
  private let faults: [Fault]

  /// By stream of `design`, the faults of `scenario` that change words.
  public static func all(_ scenario: Scenario, _ design: Design) -> [String: WordFaults] {
    var byStream: [String: [Fault]] = [:]
    for fault in scenario.faults {
      switch fault {
      case .drop(let stream, _), .duplicate(let stream, _), .swap(let stream, _),
        .corrupt(let stream, _, _):
        byStream[stream, default: []].append(fault)
      case .burstOrder(let node, _, _):
        guard let stream = design.nodes.first(where: { $0.name == node })?.streamSide else {
          continue
        }
        byStream[stream, default: []].append(fault)
      case .delay, .stop, .holdDMA, .reset: continue
      }
    }
    return byStream.mapValues(WordFaults.init(faults:))
  }

  /// The fault that strikes the lowest word number.
  var first: (kind: String, word: Int, changesCount: Bool)? {
    faults.compactMap { fault -> (kind: String, word: Int, changesCount: Bool)? in
      switch fault {
      case .drop(_, let word): ("drop", word, true)
      case .duplicate(_, let word): ("duplicate", word, true)
      case .swap(_, let word): ("swap", word, false)
      case .corrupt(_, let word, _): ("corrupt", word, false)
      case .burstOrder(_, let burst, let beats):
        ("burst_order", burst.multipliedReportingOverflow(by: beats).partialValue, false)
      case .delay, .stop, .holdDMA, .reset: nil
      }
    }.min { $0.word < $1.word }
  }

  /// The words as they arrive. Faults beyond the last word do nothing.
  ///
  /// - Parameter base: the number by which faults know the first word.
  package func applied(to words: WordSequence, from base: Int = 0) -> WordSequence {
    var order = Array(0..<words.count)
    var masks: [Int: [UInt8]] = [:]
    for fault in faults {
      switch fault {
      case .swap(_, let word):
        let place = word - base
        if place >= 0, place + 1 < words.count { order.swapAt(place, place + 1) }
      case .burstOrder(_, let burst, let beats):
        let (product, overflow) = burst.multipliedReportingOverflow(by: beats)
        let start = product - base
        guard !overflow, start >= 0, start < words.count, beats < (words.count - start + 1) / 2 + 1,
          start + 2 * beats <= words.count
        else { continue }
        let first = order[start..<start + beats]
        order.replaceSubrange(
          start..<start + 2 * beats, with: order[start + beats..<start + 2 * beats] + first)
      case .corrupt(_, let word, let mask): masks[word - base] = Self.bits(mask)
      default: continue
      }
    }
    for fault in faults {
      switch fault {
      case .drop(_, let word): order.removeAll { $0 == word - base }
      case .duplicate(_, let word):
        if let place = order.firstIndex(of: word - base) { order.insert(order[place], at: place) }
      default: continue
      }
    }
    let n = words.elementsPerWord
    let parts = order.map { word -> Integers in
      let elements = words.elements.elements(word * n..<(word + 1) * n, rowLength: n)
      return masks[word].map { Self.flipped(elements, $0, n) } ?? elements
    }
    return WordSequence(
      elementsPerWord: n,
      elements: .joined(parts, rowLength: n, format: words.elements.format))
  }

  /// The bits of a hexadecimal number, the lowest first.
  private static func bits(_ mask: String) -> [UInt8] {
    mask.reversed().flatMap { digit -> [UInt8] in
      let value = UInt8(digit.hexDigitValue ?? 0)
      return (0..<4).map { value >> $0 & 1 }
    }
  }

  /// `mask` inverts bits of the packed word, element 0 in the lowest bits.
  private static func flipped(_ elements: Integers, _ mask: [UInt8], _ n: Int) -> Integers {
    let format = elements.format
    guard format.bits <= 62 else { return elements }
    let values = (0..<elements.count).map { i -> Int in
      let value = elements.int(i) ?? 0
      var flips: UInt64 = 0
      for bit in 0..<format.bits where i * format.bits + bit < mask.count {
        flips |= UInt64(mask[i * format.bits + bit]) << UInt64(bit)
      }
      return flips == 0 ? value : format.value(ofCode: format.code(value) ^ flips)
    }
    return Integers(values, rowLength: n, format: format)
  }
}
