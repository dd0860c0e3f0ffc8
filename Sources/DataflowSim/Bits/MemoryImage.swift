import Foundation
import SimKernels

/// One memory image: a text file of hexadecimal words, one a line.
public struct MemoryImage: Sendable, Equatable {
  /// Relative path: `<node>/<FINN's file name>` or `runtime_weights/<FINN's file name>`.
  public let path: String
  public let lines: [String]

  /// The file as FINN writes it.
  public var contents: Data { Data(lines.map { $0 + "\n" }.joined().utf8) }
}

/// The weights and thresholds of a design as its memories hold them, in FINN's files and byte
/// order. Source: FINN dialect reference, sections 4.2 to 4.4.
public struct MemoryImages {
  public let files: [MemoryImage]
  /// Nodes with parameters that have no memory image, with the reason.
  public let left: [String: String]

  /// Throws `InputError` naming the node whose arrays are missing, ill-shaped or out of range.
  public init(_ design: Design, parameters: ParameterStore?) throws {
    var files: [MemoryImage] = []
    var left: [String: String] = [:]
    for (index, node) in design.nodes.enumerated() {
      do {
        let block = try BlockCatalogue.make(
          opType: node.opType, attributes: node.attributes, part: design.part,
          clockMHz: design.clockMHz, unknownAttributes: .ignore)
        guard let memory = block as? any MemoryBlock else { continue }
        if let reason = memory.reasonForNoMemory {
          left[node.name] = reason
          continue
        }
        let setup = BitSetup(
          node: node, inputs: [], outputs: [], parameters: parameters, level: .best, hazards: .none)
        files += try memory.images(setup, index: index)
      } catch let error as InputError {
        throw error.at("node '\(node.name)'")
      }
    }
    self.files = files
    self.left = left
  }

  /// Writes all files under `folder`, which is made when it is not there.
  ///
  /// Throws `InputError`; then nothing has been written.
  public func write(to folder: String) throws {
    let manager = FileManager.default
    var made: [String] = []
    do {
      for part in [folder] + Set(files.map { folder + "/" + Self.folder(of: $0.path) }).sorted()
      where !manager.fileExists(atPath: part) {
        do {
          try manager.createDirectory(atPath: part, withIntermediateDirectories: false)
        } catch {
          throw InputError(
            "the folder cannot be made", file: part, hint: "does the folder above it exist?")
        }
        made.append(part)
      }
      try OutputFiles.write(files.map { (folder + "/" + $0.path, $0.contents) })
    } catch {
      for part in made.reversed() { try? manager.removeItem(atPath: part) }
      throw error
    }
  }

  private static func folder(of path: String) -> String {
    String(path.split(separator: "/").first ?? "")
  }
}

/// A block with weights or thresholds in a memory.
protocol MemoryBlock: Block {
  /// Why the node's parameters are in no memory; `nil` when they are.
  var reasonForNoMemory: String? { get }
  /// The node's files; `index` is its place in the design.
  func images(_ setup: BitSetup, index: Int) throws -> [MemoryImage]
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

  func runtimeImage(_ index: Int, _ lines: [String]) -> MemoryImage {
    MemoryImage(path: "runtime_weights/0_\(index)_\(fileName).dat", lines: lines)
  }
}

extension ComputeSettings {
  var reasonForNoMemory: String? {
    switch memoryMode {
    case .decoupled: nil
    case .embedded: "its weights are constants in the code"
    case .external: "its weights come from outside"
    }
  }
}

extension MatrixVector: MemoryBlock {
  var reasonForNoMemory: String? { compute.reasonForNoMemory }

  /// Word nf·SF + sf, element pe·SIMD + s: W[sf·SIMD + s][nf·PE + pe].
  func images(_ setup: BitSetup, index: Int) throws -> [MemoryImage] {
    let table = try setup.integers(
      "weights", type: compute.weightType, counts: [mw * mh], shape: "(\(mw), \(mh))",
      rowLength: mh)
    guard let w = table.int64s else { throw InputError("weights beyond 64 bits have no image") }
    var elements: [Int64] = []
    elements.reserveCapacity(w.count)
    for nf in 0..<neuronFold {
      for sf in 0..<synapseFold {
        for p in 0..<pe {
          for s in 0..<simd { elements.append(w[(sf * simd + s) * mh + nf * pe + p]) }
        }
      }
    }
    let words = MemoryWords(elements, perWord: pe * simd, format: compute.weightType.format)
    return [
      setup.image("memblock.dat", words.lines), setup.runtimeImage(index, words.runtimeLines),
    ]
  }
}

extension VectorVector: MemoryBlock {
  var reasonForNoMemory: String? { compute.reasonForNoMemory }

  /// Word nf·SF + sf, element pe·SIMD + s: W[nf·PE + pe][0][sf·SIMD + s]. FINN's writer of the
  /// runtime file leaves the SIMD elements of a PE in the opposite order.
  func images(_ setup: BitSetup, index: Int) throws -> [MemoryImage] {
    let table = try setup.integers(
      "weights", type: compute.weightType, counts: [channels * kernelPixels],
      shape: "(\(channels), 1, \(kernel[0]), \(kernel[1]))", rowLength: kernelPixels)
    guard let w = table.int64s else { throw InputError("weights beyond 64 bits have no image") }
    func words(reversed: Bool) -> MemoryWords {
      var elements: [Int64] = []
      elements.reserveCapacity(w.count)
      for nf in 0..<neuronFold {
        for sf in 0..<synapseFold {
          for p in 0..<pe {
            let start = (nf * pe + p) * kernelPixels + sf * simd
            for s in 0..<simd { elements.append(w[start + (reversed ? simd - 1 - s : s)]) }
          }
        }
      }
      return MemoryWords(elements, perWord: pe * simd, format: compute.weightType.format)
    }
    return [
      setup.image("memblock.dat", words(reversed: false).lines),
      setup.runtimeImage(index, words(reversed: true).runtimeLines),
    ]
  }
}
