import CKernels

/// Products of operands of at most 16 bits whose sums provably fit 32 bits.
struct NarrowKernel: Sendable {
  private let columns: Int
  private let rows: Int
  private let level: KernelLevel
  /// Weights for the portable loop, `rows × columns`.
  private let plain: [Int16]
  /// Blocks of 16 rows by pairs of columns.
  private let pairs: [Int16]
  /// Blocks of 16 rows by four columns; empty unless bytes are multiplied.
  private let quads: [Int8]
  /// −128 × (sum of the row's weights) where inputs are shifted to be unsigned.
  private let rowOffsets: [Int32]
  private let flip: UInt8

  /// Whether the 8-bit dot product instruction is used.
  var usesBytes: Bool { !quads.isEmpty }

  /// `nil` when an operand needs more than 16 bits or a sum more than 32.
  init?(_ w: TransposedWeights, input: ElementFormat, level: KernelLevel) {
    guard let values = w.values, let range = input.range, let magnitude = input.magnitude,
      range.lowerBound >= -32768, range.upperBound <= 32767,
      values.allSatisfy({ $0 >= -32768 && $0 <= 32767 }),
      let bound = w.bound(inputMagnitude: magnitude), bound <= Int(Int32.max)
    else { return nil }
    columns = w.columns
    rows = w.rows
    self.level = level
    let small = values.map { Int16(truncatingIfNeeded: $0) }
    let bytes =
      level == .avx512 && input.bits <= 8 && values.allSatisfy { $0 >= -128 && $0 <= 127 }
    flip = bytes && range.lowerBound < 0 ? 0x80 : 0
    plain = level == .portable ? small : []
    pairs = level == .portable || bytes ? [] : Self.block(small, columns, rows, group: 2)
    quads =
      bytes ? Self.block(small.map { Int8(truncatingIfNeeded: $0) }, columns, rows, group: 4) : []
    var offsets = [Int32](repeating: 0, count: (rows + 63) / 64 * 64)
    if flip != 0 {
      for r in 0..<rows {
        offsets[r] =
          -128 * small[r * columns..<(r + 1) * columns].reduce(Int32(0)) { $0 + Int32($1) }
      }
    }
    rowOffsets = offsets
  }

  /// Weights as blocks of 16 rows, `group` consecutive columns of a row side by side. The last
  /// blocks are padded with zeros to a whole 64 rows.
  private static func block<T: FixedWidthInteger>(
    _ w: [T], _ columns: Int, _ rows: Int, group: Int
  ) -> [T] {
    let groups = (columns + group - 1) / group
    var out = [T](repeating: 0, count: (rows + 63) / 64 * 64 * groups * group)
    for r in 0..<rows {
      for k in 0..<columns {
        out[((r / 16 * groups + k / group) * 16 + r % 16) * group + k % group] = w[r * columns + k]
      }
    }
    return out
  }

  func apply(_ input: Integers) -> Integers {
    let vectors = columns == 0 ? 0 : input.count / columns
    let total = vectors * rows
    let sums = [Int32](unsafeUninitializedCapacity: total) { out, filled in
      if total > 0 {
        if usesBytes {
          multiplyBytes(input, vectors: vectors, into: out)
        } else {
          multiplyInt16(input, vectors: vectors, into: out)
        }
      }
      filled = total
    }
    return Integers(.int32(sums), format: .signed(32))
  }

  private func multiplyBytes(
    _ input: Integers, vectors: Int, into out: UnsafeMutableBufferPointer<Int32>
  ) {
    let groups = (columns + 3) / 4
    func run(_ x: UnsafeRawBufferPointer, stride: Int) {
      ck_dot_u8s8(
        x.baseAddress?.assumingMemoryBound(to: UInt8.self), vectors, stride, groups, flip, quads,
        rows, rowOffsets, out.baseAddress)
    }
    func padded(_ x: UnsafeRawBufferPointer) {
      guard columns % 4 != 0 else { return run(x, stride: columns) }
      let stride = groups * 4
      withUnsafeTemporaryAllocation(byteCount: vectors * stride, alignment: 64) { buffer in
        buffer.initializeMemory(as: UInt8.self, repeating: 0)
        for p in 0..<vectors {
          (buffer.baseAddress! + p * stride).copyMemory(
            from: x.baseAddress! + p * columns, byteCount: columns)
        }
        run(UnsafeRawBufferPointer(buffer), stride: stride)
      }
    }
    switch input.storage {
    case .int8(let x): x.withUnsafeBytes(padded)
    case .uint8(let x): x.withUnsafeBytes(padded)
    case .bits(let m):
      var x = m.codes
      if input.format.encoding == .bipolar {
        for i in x.indices { x[i] = x[i] &* 2 &- 1 }
      }
      x.withUnsafeBytes(padded)
    default: preconditionFailure("8-bit input expected")
    }
  }

  private func multiplyInt16(
    _ input: Integers, vectors: Int, into out: UnsafeMutableBufferPointer<Int32>
  ) {
    let stride = (columns + 1) / 2 * 2
    withUnsafeTemporaryAllocation(of: Int16.self, capacity: vectors * stride) { x in
      stage(input, vectors: vectors, stride: stride, into: x)
      if level == .portable {
        portable(UnsafeBufferPointer(x), stride: stride, vectors: vectors, into: out)
      } else {
        ck_dot_s16(
          level.rawValue, x.baseAddress, vectors, stride, stride / 2, pairs, rows, out.baseAddress)
      }
    }
  }

  /// Widens the input to 16 bits, rows padded with zeros to `stride`.
  private func stage(
    _ input: Integers, vectors: Int, stride: Int, into x: UnsafeMutableBufferPointer<Int16>
  ) {
    switch input.storage {
    case .int8(let v) where level > .portable:
      ck_widen_s8(level.rawValue, v, vectors, columns, stride, x.baseAddress)
    case .uint8(let v) where level > .portable:
      ck_widen_u8(level.rawValue, v, vectors, columns, stride, x.baseAddress)
    default:
      let values = input.int32s ?? (input.int64s ?? []).map { Int32(truncatingIfNeeded: $0) }
      x.initialize(repeating: 0)
      for p in 0..<vectors {
        for k in 0..<columns {
          x[p * stride + k] = Int16(truncatingIfNeeded: values[p * columns + k])
        }
      }
    }
  }

  private func portable(
    _ x: UnsafeBufferPointer<Int16>, stride: Int, vectors: Int,
    into out: UnsafeMutableBufferPointer<Int32>
  ) {
    plain.withUnsafeBufferPointer { w in
      for p in 0..<vectors {
        for r in 0..<rows {
          var sum: Int32 = 0
          for k in 0..<columns {
            sum &+= Int32(x[p * stride + k]) &* Int32(w[r * columns + k])
          }
          out[p * rows + r] = sum
        }
      }
    }
  }
}
