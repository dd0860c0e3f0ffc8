import DataflowAnalysis
import SimKernels
import Testing

@Suite struct PackingTests {
  @Test(arguments: testFormats) func packAndUnpackAreInverse(format: ElementFormat) {
    var g = SeededGenerator(seed: UInt64(format.bits))
    for count in [1, 2, 3, 7, 16, 33, 65] {
      let layout = WordLayout(format: format, count: count)
      let values = format.random(count: count * 3, &g)
      let words = layout.pack(Integers(values, rowLength: count, format: format))
      #expect(words.count == 3 * layout.limbs)
      #expect(layout.unpack(words).ints == values)
      for i in 0..<values.count {
        // Bit j of element i, straight from the definition.
        for j in 0..<format.bits {
          let bit = i % count * format.bits + j
          let got = words[i / count * layout.limbs + bit / 64] >> UInt64(bit % 64) & 1
          #expect(got == format.code(values[i]) >> UInt64(j) & 1)
        }
      }
    }
  }

  @Test func referenceWords() throws {
    let rows = try #require(kernelVectors()["packing"] as? [[String: Any]])
    for row in rows {
      let name = try #require(row["dtype"] as? String)
      var values = try #require(row["elems"] as? [Double])
      let format: ElementFormat
      switch name {
      case "BIPOLAR": format = .bipolar
      case "TERNARY": format = .signed(2)
      case "FIXED<8,4>":
        format = .signed(8)
        values = values.map { $0 * 16 }
      default:
        let bits = try #require(Int(name.drop { !$0.isNumber }))
        format = name.hasPrefix("U") ? .unsigned(bits) : .signed(bits)
      }
      let layout = WordLayout(format: format, count: values.count)
      let ints = values.map { Int($0) }
      let words = layout.pack(Integers(ints, rowLength: values.count, format: format))
      let hex = layout.hex(words, word: 0)
      #expect(UInt64(hex, radix: 16) == UInt64(row["stream_word_hex"] as? String ?? "", radix: 16))
      #expect(layout.memoryBytes(words).map(Int.init) == row["driver_bytes"] as? [Int])
    }
  }

  @Test func anyWidth() throws {
    let rows = try #require(kernelVectors()["wide_packing"] as? [[String: Any]])
    for row in rows {
      let format = try wideFormat(row, "bits", "signed")
      let texts = try #require(row["values"] as? [String])
      let layout = WordLayout(format: format, count: texts.count)
      let hex = try #require(row["hex"] as? String)
      let elements = layout.unpack(limbs(hex: hex, count: layout.limbs))
      #expect((0..<texts.count).map { elements.text($0) } == texts)
      #expect(layout.hex(layout.pack(elements), word: 0) == hex)
    }
  }

  @Test func outOfRangeValuesAreTruncated() {
    let layout = WordLayout(format: .signed(4), count: 2)
    let wrapped = Integers([9, -9], rowLength: 2, format: .signed(4))
    #expect(wrapped.ints == [-7, 7])
    #expect(layout.hex(layout.pack(wrapped), word: 0) == "79")
  }

  @Test func bitMatrixReshapes() {
    var g = SeededGenerator(seed: 3)
    let codes = (0..<6 * 35 * 64).map { _ in UInt8.random(in: 0...1, using: &g) }
    let matrix = BitMatrix(columns: 35, codes: codes)
    for columns in [1, 2, 5, 7, 35, 64, 70, 128, 192, 6 * 35, 35 * 64, 6 * 35 * 64] {
      let other = matrix.reshaped(columns: columns)
      #expect(other.codes == codes)
      #expect(other == BitMatrix(columns: columns, codes: codes))
    }
  }
}

func wideFormat(_ row: [String: Any], _ bits: String, _ signed: String) throws -> ElementFormat {
  let n = try #require(row[bits] as? Int)
  return try #require(row[signed] as? Bool) ? .signed(n) : .unsigned(n)
}

/// A hexadecimal number as 64-bit words, least significant first.
func limbs(hex: String, count: Int) -> [UInt64] {
  let padded = String(repeating: "0", count: max(0, count * 16 - hex.count)) + hex
  var digits = Array(padded.suffix(count * 16))
  var out: [UInt64] = []
  while !digits.isEmpty {
    out.append(UInt64(String(digits.suffix(16)), radix: 16)!)
    digits.removeLast(16)
  }
  return out
}
