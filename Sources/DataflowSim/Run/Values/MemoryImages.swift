import FoundationEssentials
import SimKernels

/// The weights and thresholds of a design as its memories hold them, in FINN's files and byte
/// order. Source: docs/reference/packing.md#matrix-vector-weights, #depthwise-and-external-weights,
/// #thresholds.
///
/// Runtime weights are those of the layers for which FINN's driver generator writes them, and have its
/// numbers: MVAU and Thresholding with `runtime_writeable_weights`, counted in node order. The driver
/// writes every file it finds, so a file of another layer would overwrite weights.
public struct MemoryImages {
  /// In the design's order.
  public let files: [MemoryImage]
  /// Nodes with parameters that have no memory image, with the reason.
  public let left: [String: String]

  /// Throws `InputError` naming the node whose arrays are missing, ill-shaped or out of range.
  public init(_ design: Design, parameters: ParameterStore?) throws {
    var files: [MemoryImage] = []
    var left: [String: String] = [:]
    var runtimeCount = 0
    for node in design.nodes {
      let block = try design.block(of: node)
      do {
        guard let memory = block as? any MemoryBlock else { continue }
        if let reason = memory.reasonForNoMemory {
          left[node.name] = reason
          continue
        }
        let setup = BitSetup(
          node: node, inputs: [], outputs: [], parameters: parameters, level: .best, hazards: .none)
        files += try memory.images(setup, runtimeIndex: memory.hasRuntimeImage ? runtimeCount : nil)
        if memory.hasRuntimeImage { runtimeCount += 1 }
      } catch let error as InputError {
        throw error.at("node '\(node.name)'")
      }
    }
    self.files = files
    self.left = left
  }

  /// Where runtime weights lie below the folder.
  static let runtimeFolder = "runtime_weights"

  /// Runtime weights in `folder` that are none of these: the driver would load them as well.
  public func strangers(in folder: String) -> [String] {
    let place = "\(folder)/\(Self.runtimeFolder)"
    let there = (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
    let own = Set(files.map(\.path))
    return there.filter { $0.hasSuffix(".dat") && !own.contains("\(Self.runtimeFolder)/\($0)") }
      .sorted(by: naturally)
  }

  /// Writes all files under `folder`, which is made when it is not there.
  ///
  /// Throws `InputError`; then nothing has been written.
  public func write(to folder: String) throws {
    let above = OutputFiles.folderPart(of: folder)
    guard above.isEmpty || FileManager.default.fileExists(atPath: above) else {
      throw InputError(
        "the folder cannot be made", file: folder, hint: "does the folder above it exist?")
    }
    try OutputFiles.write(files.map { ($0.path, $0.contents) }, below: folder)
  }
}
