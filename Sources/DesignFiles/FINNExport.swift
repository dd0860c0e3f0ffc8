import DataflowSim
import FoundationEssentials
import ONNXFormat
import SwiftProtobuf

/// Writes a design as a FINN dataflow graph: nodes, attributes, initializers and element types under
/// FINN's names, so that FINN and simrun open it again; with `strangers` simrun alone.
public struct FINNExport {
  private let loaded: LoadedDesign

  /// An export of this design.
  public init(_ loaded: LoadedDesign) { self.loaded = loaded }

  /// Nodes whose blocks FINN does not have.
  public var strangers: [Node] {
    loaded.design.nodes.filter {
      !((try? BlockCatalogue.type(of: $0.opType).isKnownToFINN) ?? true)
    }
  }

  /// Writes the graph to `path`. Returns the names of arrays that no file had.
  public func write(to path: String) throws -> [String] {
    let (data, missing) = try encoded()
    try OutputFiles.write([(path, data)])
    return missing
  }

  /// The file's bytes, and the arrays that are not at hand.
  func encoded() throws -> (data: Data, missing: [String]) {
    // FINN has no depths of streams, only FIFO nodes.
    let design = try loaded.design.resolvingStreamDepths()
    var graph = ONNXGraphProto()
    graph.name = design.name
    var missing: [String] = []
    for node in design.nodes {
      let (proto, arrays) = Self.node(node)
      graph.node.append(proto)
      for name in arrays {
        guard let parameters = loaded.parameters, parameters.contains(name) else {
          missing.append(name)
          continue
        }
        graph.initializer.append(try Self.initializer(name, parameters.tensor(name)))
      }
    }
    let plane = try? Dataplane(design, parameters: loaded.parameters)
    func info(_ name: String) -> ONNXValueInfoProto {
      let layout = try? plane?.layout(of: name)
      let shape = layout?.shape ?? design.streams[name]?.shape ?? []
      return .with {
        $0.name = name
        $0.type.tensorType.elemType = 1
        $0.type.tensorType.shape.dim = shape.map { size in .with { $0.dimValue = Int64(size) } }
      }
    }
    graph.input = design.graphInputs.map(info)
    graph.output = design.graphOutputs.map(info)
    let inner = design.nodes.flatMap(\.outputs).filter { !design.graphOutputs.contains($0) }
    graph.valueInfo = inner.map(info)
    for name in design.graphInputs + design.nodes.flatMap(\.outputs) {
      let type = (try? plane?.layout(of: name).dataType.name) ?? design.streams[name]?.dataType
      guard let type else { continue }
      graph.quantizationAnnotation.append(
        .with {
          $0.tensorName = name
          $0.quantParameterTensorNames = [Self.entry("finn_datatype", type)]
        })
    }
    graph.metadataProps = [Self.entry("clk_ns", String(1000 / design.clockMHz))]
    if !design.isGenerationAssumed {
      graph.metadataProps.append(Self.entry("finn_generation", design.finnGeneration.rawValue))
    }
    if let part = design.part { graph.metadataProps.append(Self.entry("fpga_part", part)) }
    let model = ONNXModelProto.with {
      $0.irVersion = 8
      $0.producerName = "simrun"
      $0.graph = graph
      $0.opsetImport = [.with { $0.version = 11 }]
    }
    return (try model.serializedData(), missing)
  }

  private static func entry(_ key: String, _ value: String) -> ONNXStringStringEntryProto {
    .with {
      $0.key = key
      $0.value = value
    }
  }

  /// A node, its constants behind its streams in FINN's order of roles.
  private static func node(_ node: Node) -> (proto: ONNXNodeProto, arrays: [String]) {
    let style = node.opType.hasSuffix("_rtl") ? ".rtl" : node.opType.hasSuffix("_hls") ? ".hls" : ""
    let order = ["weights", "thresholds", "parameters", "embeddings"]
    let roles = node.initializers.keys.sorted {
      (order.firstIndex(of: $0) ?? order.count, $0) < (order.firstIndex(of: $1) ?? order.count, $1)
    }
    let arrays = roles.map { node.initializers[$0]! }
    let proto = ONNXNodeProto.with {
      $0.name = node.name
      $0.opType = node.opType
      $0.domain = FINNNames.domain + style
      $0.input = Array(node.inputs.prefix(1)) + arrays + node.inputs.dropFirst()
      $0.output = node.outputs
      $0.attribute = node.attributes.sorted { $0.key < $1.key }.map(attribute)
      if node.attributes["backend"] == nil {
        $0.attribute.append(attribute(("backend", .string("fpgadataflow"))))
      }
    }
    return (proto, arrays)
  }

  private static func attribute(_ pair: (key: String, value: AttributeValue)) -> ONNXAttributeProto
  {
    .with {
      $0.name = pair.key
      switch pair.value {
      case .int(let value):
        $0.type = .int
        $0.i = Int64(value)
      case .ints(let list):
        $0.type = .ints
        $0.ints = list.map { Int64($0) }
      case .float(let value):
        $0.type = .float
        $0.f = Float(value)
      case .floats(let list):
        $0.type = .floats
        $0.floats = list.map { Float($0) }
      case .string(let text):
        $0.type = .string
        $0.s = Data(text.utf8)
      case .strings(let list):
        $0.type = .strings
        $0.strings = list.map { Data($0.utf8) }
      }
    }
  }

  /// FINN keeps constants as float32, which holds integers up to 2^24; larger ones as float64.
  private static func initializer(_ name: String, _ tensor: Tensor) throws -> ONNXTensorProto {
    let values = tensor.asDoubles()
    let fits = values.allSatisfy { Double(Float($0)) == $0 }
    return .with {
      $0.name = name
      $0.dims = tensor.shape.map { Int64($0) }
      $0.dataType = fits ? 1 : 11
      $0.rawData =
        fits
        ? values.map { Float($0) }.withUnsafeBytes { Data($0) }
        : values.withUnsafeBytes { Data($0) }
    }
  }
}
