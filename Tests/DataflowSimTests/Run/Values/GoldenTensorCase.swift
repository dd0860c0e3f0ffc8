import DataflowAnalysis
import Foundation
import SimKernels
import Testing

/// One measured design with its tensors, as far as the bits of it are concerned.
struct GoldenTensorCase: @unchecked Sendable, CustomTestStringConvertible {
  let name: String
  let kind: String
  let design: Design
  let tensors: [String: Tensor]
  /// Sliding windows: the input words each output word of a frame carries.
  let order: [[Int]]?
  /// Flat output values of runs in which they differ from the mathematical result.
  let outputs: [(run: String, values: [Int])]
  /// Output words beyond those of whole frames, by run.
  let extraWords: [String: Int]

  var testDescription: String { "\(kind)/\(name)" }

  init(_ json: [String: Any]) throws {
    name = json["name"] as? String ?? ""
    kind = json["kind"] as? String ?? ""
    let document = try JSONSerialization.data(withJSONObject: json["design"] ?? [:])
    design = try Design(json: document, file: name)
    var tensors: [String: Tensor] = [:]
    for (key, value) in json["tensors"] as? [String: Any] ?? [:] {
      guard let value = value as? [String: Any], let shape = value["shape"] as? [Int] else {
        continue
      }
      if let values = value["values"] as? [Int] {
        tensors[key] = try Tensor(values, shape: shape)
      } else if let values = value["values"] as? [Double] {
        tensors[key] = try Tensor(values.map { Float($0) }, shape: shape)
      }
    }
    self.tensors = tensors
    order = (json["order"] as? [Any])?.map { $0 as? [Int] ?? [$0 as? Int ?? 0] }
    let runs = json["runs"] as? [String: [String: Any]] ?? [:]
    outputs = runs.sorted { $0.key < $1.key }.compactMap { run, content in
      (content["outputs"] as? [Int]).map { (run, $0) }
    }
    extraWords = runs.compactMapValues { $0["extra_output_words"] as? Int }
  }

  /// The committed cases, and all measured ones where they are at hand.
  static let all: [GoldenTensorCase] = committed + shared

  static let committed: [GoldenTensorCase] = {
    guard let data = try? CompressedResource.data("golden-bits.json.zst"),
      let list = try? JSONSerialization.jsonObject(with: data) as? [[String: Any]]
    else { return [] }
    return list.compactMap { try? GoldenTensorCase($0) }
  }()

  private static let shared: [GoldenTensorCase] = {
    let root = SharedData.folder("golden")
    let files = FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)
    return (files?.compactMap { $0 as? URL } ?? []).filter { $0.pathExtension == "json" }
      .sorted { $0.path < $1.path }.compactMap { url in
        guard let data = try? Data(contentsOf: url),
          let json = try? JSONSerialization.jsonObject(with: data) as? [String: Any]
        else { return nil }
        return try? GoldenTensorCase(json)
      }
  }()

  /// The data plane with the case's weights and thresholds.
  func dataplane(_ options: Dataplane.Options = .init()) throws -> Dataplane {
    try Dataplane(design, parameters: ParameterStore(tensors), options: options)
  }

  /// The inputs of the design that have data.
  var inputs: [String: Tensor] {
    tensors.filter { design.graphInputs.contains($0.key) }
  }

  /// Some cases record the words of a Thresholding and not its thresholds.
  var hasParameters: Bool {
    !design.nodes.contains { $0.opType.hasPrefix("Thresholding") && $0.initializers.isEmpty }
  }

  /// Floating-point streams are held against their recordings in `GoldenDevelopmentTests`.
  var isIntegral: Bool {
    (design.graphInputs + design.graphOutputs).allSatisfy { tensors[$0]?.elementType != .float32 }
  }

  /// Whether frames shift from the second on: those cases are read word by word (`HLSValueTests`).
  var leavesRowsOver: Bool {
    design.nodes.contains { ((try? design.block(of: $0)) as? SlidingWindow)?.leftoverRows ?? 0 > 0 }
  }

  func output(_ plane: Dataplane) throws -> (name: String, values: [Int])? {
    guard let name = design.graphOutputs.first, let tensor = tensors[name] else { return nil }
    return (name, try tensor.asIntegers(name: name))
  }
}
