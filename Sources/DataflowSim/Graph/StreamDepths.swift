extension Design {
  /// The design with every `streams[…].depth` made a FIFO node, its shape taken from the writer's or
  /// reader's port.
  package func resolvingStreamDepths() throws -> Design {
    try insertingStreamFIFOs { stream in
      for (end, isWriter) in [(stream.writer, true), (stream.reader, false)] {
        guard let end else { continue }
        let block = try block(of: nodes[end.node])
        let ports = isWriter ? block.outputs : block.inputs
        guard end.port < ports.count, let folded = ports[end.port].foldedShape,
          let normal = ports[end.port].normalShape, let type = ports[end.port].dataType
        else { continue }
        return StreamFormat(foldedShape: folded, normalShape: normal, dataType: type.name)
      }
      return StreamFormat(foldedShape: [], normalShape: [], dataType: "")
    }
  }
}
