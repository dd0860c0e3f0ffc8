import SimModel

extension ONNXGraphProto {
  /// The graph with every name as it may be shown (`String.printable`): names of nodes and tensors go
  /// into tables, messages and logs, and a file of a stranger may hold anything in them.
  package var withPrintableNames: ONNXGraphProto {
    guard hasUnprintableNames else { return self }
    var graph = self
    for index in graph.node.indices {
      graph.node[index].name = graph.node[index].name.printable
      graph.node[index].input = graph.node[index].input.map(\.printable)
      graph.node[index].output = graph.node[index].output.map(\.printable)
    }
    for index in graph.input.indices { graph.input[index].name = graph.input[index].name.printable }
    for index in graph.output.indices {
      graph.output[index].name = graph.output[index].name.printable
    }
    for index in graph.valueInfo.indices {
      graph.valueInfo[index].name = graph.valueInfo[index].name.printable
    }
    for index in graph.initializer.indices {
      graph.initializer[index].name = graph.initializer[index].name.printable
    }
    for index in graph.quantizationAnnotation.indices {
      let name = graph.quantizationAnnotation[index].tensorName
      graph.quantizationAnnotation[index].tensorName = name.printable
    }
    return graph
  }

  private var hasUnprintableNames: Bool {
    let names =
      node.lazy.flatMap { [$0.name] + $0.input + $0.output }
      + input.map(\.name) + output.map(\.name) + valueInfo.map(\.name) + initializer.map(\.name)
    return names.contains { $0.printable != $0 }
  }
}
