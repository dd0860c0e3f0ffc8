import SimKernels

extension CheckSum: BitBlock {
  package func layouts(fedBy inputs: [StreamLayout]) -> [StreamLayout] { inputs }
  package func bits(_ setup: BitSetup) throws -> any BlockBits {
    CheckSumBits(block: self, word: setup.inputs[0].word)
  }
}

/// Words unchanged, and a sum over their parts: each word is cut into `items` parts from the least
/// significant bit, a part wider than 23 bits is folded by XOR, and the parts, weighted 1, 2, 3, 1,
/// 2, 3, …, are summed modulo 2^24. The hardware puts the frame number modulo 256 above it.
/// Source: docs/reference/finn-dialect.md#tlast-and-checksum.
struct CheckSumBits: BlockBits {
  let block: CheckSum
  let word: WordLayout

  func frame(_ inputs: [Integers]) -> FrameResult {
    let sum = checksum(word.pack(inputs[0]))
    return FrameResult(inputs, findings: [.register(name: "checksum", value: sum)])
  }

  func checksum(_ words: [UInt64]) -> Int {
    let bits = word.width / max(1, block.itemsPerWord)
    var sum = 0
    var item = 0
    for start in stride(from: 0, to: words.count, by: max(1, word.limbs)).prefix(
      block.wordsPerFrame)
    {
      for i in 0..<block.itemsPerWord {
        sum += folded(words, start * 64 + i * bits, bits) * (item % 3 + 1)
        item += 1
      }
    }
    return sum & 0xFF_FFFF
  }

  /// The XOR of a part's slices of 23 bits.
  private func folded(_ words: [UInt64], _ start: Int, _ bits: Int) -> Int {
    var result: UInt64 = 0
    for offset in stride(from: 0, to: bits, by: 23) {
      let n = min(23, bits - offset)
      let bit = start + offset
      var value = words[bit / 64] >> UInt64(bit % 64)
      if bit % 64 + n > 64 { value |= words[bit / 64 + 1] << UInt64(64 - bit % 64) }
      result ^= value & ((1 << UInt64(n)) - 1)
    }
    return Int(result)
  }

  func schedule() -> WordSchedule { .groups(inputs: [1], outputs: [1]) }
}
