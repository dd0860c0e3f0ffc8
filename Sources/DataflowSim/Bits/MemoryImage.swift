import FoundationEssentials
import SimKernels

/// One memory image: a text file of hexadecimal words, one a line.
public struct MemoryImage: Sendable, Equatable {
  /// Relative path: `<node>/<FINN's file name>` or `runtime_weights/<FINN's file name>`.
  public let path: String
  public let lines: [String]

  /// The file as FINN writes it.
  public var contents: Data { Data(lines.map { $0 + "\n" }.joined().utf8) }
}

/// A block with weights or thresholds in a memory.
protocol MemoryBlock: Block {
  /// Why the node's parameters are in no memory; `nil` when they are.
  var reasonForNoMemory: String? { get }
  /// Whether FINN writes a file with which the host loads the memory.
  var hasRuntimeImage: Bool { get }
  /// The node's files.
  ///
  /// - Parameter runtimeIndex: its place among the layers the host loads; `nil`: it is none.
  func images(_ setup: BitSetup, runtimeIndex: Int?) throws -> [MemoryImage]
}

/// Words of a memory, all as wide.
struct MemoryWords {
  private let layout: WordLayout
  private let packed: [UInt64]

  /// - Parameter elements: words one behind the other, element 0 in the low bits.
  init(_ elements: [Int64], perWord: Int, format: ElementFormat) {
    layout = WordLayout(format: format, count: perWord)
    packed = layout.pack(Integers(elements, rowLength: perWord, format: format))
  }

  private var count: Int { layout.limbs == 0 ? 0 : packed.count / layout.limbs }

  /// One word a line, padded to whole hexadecimal digits.
  var lines: [String] { (0..<count).map { layout.hex(packed, word: $0) } }

  /// The words as the host writes them: padded to a power of two of 32-bit words, the lowest first.
  var runtimeLines: [String] {
    let parts = 1 << layout.width.dividedUp(by: 32).ceilLog2
    return (0..<count).flatMap { word in
      (0..<parts).map { part -> String in
        let limb = part / 2
        let value = limb < layout.limbs ? packed[word * layout.limbs + limb] : 0
        return Self.hex(UInt32(truncatingIfNeeded: value >> UInt64(part % 2 * 32)))
      }
    }
  }

  static func hex(_ value: UInt32) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }
}

extension BitSetup {
  /// The node's name as part of a file name.
  var fileName: String {
    let name = node.name.map { $0.isLetter || $0.isNumber || "._-".contains($0) ? $0 : "_" }
    return name.first == "." ? "_" + String(name) : String(name)
  }

  func image(_ name: String, _ lines: [String]) -> MemoryImage {
    MemoryImage(path: "\(fileName)/\(name)", lines: lines)
  }

  /// FINN's file for the host; none without an index.
  func runtimeImages(_ index: Int?, _ lines: @autoclosure () -> [String]) -> [MemoryImage] {
    index.map {
      [MemoryImage(path: "runtime_weights/0_\($0)_\(fileName).dat", lines: lines())]
    } ?? []
  }
}
