import FoundationEssentials
import SimModel
import SwiftProtobuf

/// Writes remarks into a model as metadata of its nodes, which viewers such as netron show.
package enum ONNXAnnotation {
  /// What the remarks' keys begin with; older ones are replaced.
  package static let prefix = "simrun."

  /// `model` with remarks, and how many nodes got some. Whatever else is in the file stays as it is, byte for
  /// byte.
  ///
  /// - Parameters:
  ///   - remarks: by node name, keys without `prefix`; nodes without a name are called `<op>_<index>`.
  ///   - about: remarks on the whole model.
  /// - Throws: `InputError` where `model` is no ONNX file.
  package static func annotated(
    _ model: Data, file: String, about: [(String, String)],
    remarks: [String: [(String, String)]]
  ) throws -> (data: Data, nodes: Int) {
    guard var annotated = try? AnnotatedModel(serializedBytes: model), annotated.hasGraph else {
      throw InputError("is no ONNX model", file: file)
    }
    var count = 0
    var graph = annotated.graph
    for index in graph.node.indices {
      let node = graph.node[index]
      let name = node.name.isEmpty ? "\(node.opType)_\(index)" : node.name
      guard let own = remarks[name] else { continue }
      graph.node[index].metadataProps = entries(node.metadataProps, own)
      count += 1
    }
    annotated.graph = graph
    annotated.metadataProps = entries(annotated.metadataProps, about)
    return (try annotated.serializedData(), count)
  }

  private static func entries(_ present: [AnnotatedEntry], _ remarks: [(String, String)])
    -> [AnnotatedEntry]
  {
    present.filter { !$0.key.hasPrefix(prefix) }
      + remarks.map { key, value in
        var entry = AnnotatedEntry()
        entry.key = prefix + key
        entry.value = value
        return entry
      }
  }
}
