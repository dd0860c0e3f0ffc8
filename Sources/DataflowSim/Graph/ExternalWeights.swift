extension Design {
  /// Gives every node whose weights come from outside a stream for them, and takes it away where they
  /// no longer do; returns what was done, one sentence each.
  ///
  /// A DMA that is not in the graph yet will feed the stream: it is a graph input, `<node>_weights`.
  public mutating func connectExternalWeights() -> [String] {
    nodes.indices.compactMap { index in
      let node = nodes[index]
      guard Node.inputRoles(node.opType).first == "weights" else { return nil }
      let stream = "\(node.name)_weights"
      if node.attributes["mem_mode"] == .string("external") {
        guard node.inputs.count == 1 else { return nil }
        graphInputs.append(stream)
        nodes[index].inputs.append(stream)
        return "\(node.name): external weights enter at the graph input '\(stream)'"
      }
      guard node.inputs.count == 2, node.inputs[1] == stream, graphInputs.contains(stream) else {
        return nil
      }
      graphInputs.removeAll { $0 == stream }
      nodes[index].inputs.removeLast()
      streams[stream] = nil
      return "\(node.name): weights no longer enter at the graph input '\(stream)'"
    }
  }
}

extension Node {
  /// The roles of the inputs behind the first, for ops that take constants there; the op may be one that
  /// FINN has not specialised yet.
  package static func inputRoles(_ opType: String) -> [String] {
    let types = [opType, opType + "_hls", opType + "_rtl"].lazy
    return types.compactMap { BlockCatalogue.find($0)?.parameterRoles }.first ?? []
  }

  /// `MVAU` of `MVAU_hls`.
  package static func baseName(_ opType: String) -> String {
    for suffix in ["_hls", "_rtl"] where opType.hasSuffix(suffix) {
      return String(opType.dropLast(suffix.count))
    }
    return opType
  }
}
