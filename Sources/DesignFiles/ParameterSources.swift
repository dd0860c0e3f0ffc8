import DataflowSim

/// Constant arrays from files beside the model, under the names the design uses.
///
/// A `.npz` has them under those names, whole or as packed bits. An `.onnx` of the same
/// accelerator, whose tensors are named differently, is matched by node name and role; its names
/// then also lead into the `.npz` files given with it.
struct ParameterSources {
  /// All arrays found; a later file wins over an earlier one.
  let store: ParameterStore

  init(_ files: [String], for design: Design) throws {
    var sources: [ParameterStore] = []
    var aliases: [String: String] = [:]
    for file in files {
      let data = try InputFile.read(file)
      if data.starts(with: Array("PK".utf8)) {
        sources.append(ParameterStore(try NPZ(data, file: file)))
      } else {
        let other = try DesignFile.load(file)
        aliases.merge(Self.aliases(from: design, to: other.design)) { $1 }
        if let store = other.parameters { sources.append(store) }
      }
    }
    var result = ParameterStore([:])
    for source in sources {
      result = Self.select(from: source, for: design, aliases).merging(result)
    }
    store = result
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

  /// The arrays of `source` that `design` names.
  private static func select(
    from source: ParameterStore, for design: Design, _ aliases: [String: String]
  ) -> ParameterStore {
    var found: [String: (array: String, packing: PackedBits?)] = [:]
    for node in design.nodes {
      for (role, name) in node.initializers {
        for candidate in [name, aliases[name]].compactMap({ $0 }) where found[name] == nil {
          if source.contains(candidate) {
            found[name] = (candidate, nil)
          } else if let packing = PackedBits(candidate, in: source, node, role) {
            found[name] = (packing.array, packing)
          }
        }
      }
    }
    let arrays = found
    return ParameterStore(names: arrays.keys) { name in
      let (array, packing) = arrays[name]!
      let tensor = try source.tensor(array)
      return try packing?.unpack(tensor) ?? tensor
    }
  }
}

/// An array kept as one bit per element, first element in the highest bit of a byte as NumPy's
/// `packbits` does: `NAME__bits` for 0 and 1, `NAME__bipolar_bits` for −1 and +1.
private struct PackedBits {
  let array: String
  let isBipolar: Bool
  /// Packing forgets the shape; the node knows it.
  let shape: [Int]

  init?(_ name: String, in source: ParameterStore, _ node: Node, _ role: String) {
    isBipolar = source.contains(name + "__bipolar_bits")
    array = name + (isBipolar ? "__bipolar_bits" : "__bits")
    guard source.contains(array), role == "weights", let shape = node.weightShape else {
      return nil
    }
    self.shape = shape
  }

  func unpack(_ packed: Tensor) throws -> Tensor {
    let bytes = packed.bytes
    guard let count = checkedProduct(shape), packed.elementType == .uint8,
      bytes.count == (count + 7) / 8
    else {
      throw InputError(
        "\(bytes.count) bytes do not hold the bits of an array of shape \(shape)",
        at: "array '\(array)'")
    }
    let zero: Int8 = isBipolar ? -1 : 0
    let values = (0..<count).map { bytes[$0 / 8] << ($0 % 8) >= 128 ? 1 : zero }
    return try Tensor(values, shape: shape)
  }
}

extension Node {
  /// The shape of the weights: `(MW, MH)`, or `(Channels, 1, kH, kW)`.
  fileprivate var weightShape: [Int]? {
    if let width = int("MW"), let height = int("MH"), width > 0, height > 0 {
      return [width, height]
    }
    guard let channels = int("Channels"), channels > 0, let kernel = ints("Kernel"),
      kernel.allSatisfy({ $0 > 0 })
    else { return nil }
    return [channels, 1] + kernel
  }
}
