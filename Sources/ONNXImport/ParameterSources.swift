import DataflowSim
import Foundation

/// Constant arrays from files beside the model, under the names the design uses.
///
/// A `.npz` has them under those names. An `.onnx` of the same accelerator, whose tensors are
/// named differently, is matched by node name and role; its names then also lead into the `.npz`
/// files given with it.
struct ParameterSources {
  /// All arrays found; a later file wins over an earlier one.
  let store: ParameterStore

  init(_ files: [String], for design: Design) throws {
    var stores: [ParameterStore] = []
    var aliases: [String: String] = [:]
    for file in files {
      let data = try InputFile.read(file)
      if data.starts(with: Array("PK".utf8)) {
        stores.append(ParameterStore(try NPZ(data, file: file)))
      } else {
        let other = try DesignFile.load(file)
        aliases.merge(Self.aliases(from: design, to: other.design)) { $1 }
        if let store = other.parameters { stores.append(store) }
      }
    }
    store = stores.reduce(ParameterStore([:])) { result, next in
      next.merging(next.renamed(aliases)).merging(result)
    }
  }

  /// For each array of `design` the name of the same node's array of the same role in `other`.
  private static func aliases(from design: Design, to other: Design) -> [String: String] {
    let roles = Dictionary(other.nodes.map { ($0.name, $0.initializers) }) { first, _ in first }
    var aliases: [String: String] = [:]
    for node in design.nodes {
      for (role, name) in node.initializers { aliases[name] = roles[node.name]?[role] }
    }
    return aliases
  }
}
