import CKernels

/// Products of one-bit vectors with one-bit weights: a population count of the differing bits.
struct XnorKernel: Sendable {
  /// `rows × columns` weight codes.
  private let weights: BitMatrix
  /// The same in blocks of 16 rows, for the vector kernels.
  private let blocked: [UInt64]
  /// result = offset − (differing bits << shift); padded to a multiple of 16.
  private let offsets: [Int32]
  private let shift: Int
  private let level: KernelLevel

  /// `nil` when the operands do not have the form.
  init?(
    _ w: TransposedWeights, input: ElementFormat, product: MatrixKernel.Product,
    level: KernelLevel
  ) {
    guard input.storage == .bits, let values = w.values, w.columns < 1 << 30 else { return nil }
    let padded = (w.rows + 15) / 16 * 16
    var offsets = [Int32](repeating: Int32(w.columns), count: padded)
    switch product {
    case .agreements:
      guard w.format.storage == .bits else { return nil }
      shift = 0
    case .sum:
      guard values.allSatisfy({ $0 == 1 || $0 == -1 }) else { return nil }
      // x in {−1, 1}: K − 2·differing. x in {0, 1}: (number of +1 weights) − differing.
      shift = input.encoding == .bipolar ? 1 : 0
      if input.encoding != .bipolar {
        for r in 0..<w.rows {
          offsets[r] = Int32(
            values[r * w.columns..<(r + 1) * w.columns].count { $0 > 0 })
        }
      }
    }
    weights = BitMatrix(columns: w.columns, codes: values.map { $0 > 0 ? 1 : 0 })
    self.offsets = offsets
    self.level = level
    blocked = Self.block(weights)
  }

  private static func block(_ weights: BitMatrix) -> [UInt64] {
    let words = weights.rowWords
    var out = [UInt64](repeating: 0, count: (weights.rows + 15) / 16 * 16 * words)
    for r in 0..<weights.rows {
      for k in 0..<words {
        out[(r / 16 * words + k) * 16 + r % 16] = weights.words[r * words + k]
      }
    }
    return out
  }

  func apply(_ input: Integers) -> Integers {
    guard case .bits(let x) = input.reshaped(rowLength: weights.columns).storage else {
      preconditionFailure("one-bit input expected")
    }
    let total = x.rows * weights.rows
    let sums = [Int32](unsafeUninitializedCapacity: total) { out, filled in
      x.words.withUnsafeBufferPointer { x in
        multiply(x, vectors: total / max(1, weights.rows), into: out)
      }
      filled = total
    }
    return Integers(.int32(sums), format: .signed(32))
  }

  private func multiply(
    _ x: UnsafeBufferPointer<UInt64>, vectors: Int, into out: UnsafeMutableBufferPointer<Int32>
  ) {
    guard vectors > 0, weights.rows > 0, weights.columns > 0 else {
      return out.update(repeating: 0)
    }
    if level == .portable {
      portable(x, vectors: vectors, into: out)
    } else {
      ck_xnor(
        level.rawValue, x.baseAddress, vectors, weights.rowWords, blocked, weights.rows, offsets,
        Int32(shift), out.baseAddress)
    }
  }

  private func portable(
    _ x: UnsafeBufferPointer<UInt64>, vectors: Int, into out: UnsafeMutableBufferPointer<Int32>
  ) {
    let words = weights.rowWords
    let rows = weights.rows
    blocked.withUnsafeBytes { raw in
      let w = raw.bindMemory(to: SIMD8<UInt64>.self)
      for p in 0..<vectors {
        for first in stride(from: 0, to: rows, by: 8) {
          let start = first / 16 * words * 2 + first % 16 / 8
          let differing = Self.differingBits(x, p * words, w, start, words)
          for lane in 0..<min(8, rows - first) {
            out[p * rows + first + lane] =
              offsets[first + lane] &- Int32(truncatingIfNeeded: differing[lane] << UInt64(shift))
          }
        }
      }
    }
  }

  /// Differing bits of one vector and eight rows: counted per byte, which holds for 31 words.
  @inline(__always)
  private static func differingBits(
    _ x: UnsafeBufferPointer<UInt64>, _ first: Int, _ w: UnsafeBufferPointer<SIMD8<UInt64>>,
    _ start: Int, _ words: Int
  ) -> SIMD8<UInt64> {
    typealias V = SIMD8<UInt64>
    let ones = V(repeating: 0x5555_5555_5555_5555)
    let twos = V(repeating: 0x3333_3333_3333_3333)
    let fours = V(repeating: 0x0f0f_0f0f_0f0f_0f0f)
    let bytes = V(repeating: 0x00ff_00ff_00ff_00ff)
    var total = V(repeating: 0)
    var k = 0
    while k < words {
      let end = min(words, k + 31)
      var count = V(repeating: 0)
      while k < end {
        var v = w[start + 2 * k] ^ V(repeating: x[first + k])
        v = v &- ((v &>> 1) & ones)
        v = (v & twos) &+ ((v &>> 2) & twos)
        count = count &+ ((v &+ (v &>> 4)) & fours)
        k += 1
      }
      let pairs = (count & bytes) &+ ((count &>> 8) & bytes)
      let quads = pairs &+ (pairs &>> 32)
      total = total &+ ((quads &+ (quads &>> 16)) & V(repeating: 0xffff))
    }
    return total
  }
}
