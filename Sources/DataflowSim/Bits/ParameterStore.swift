/// Weights, thresholds and other constant arrays of a design, by name, unpacked when asked for.
public struct ParameterStore: Sendable {
  /// Names of all arrays, sorted.
  public let names: [String]
  private let load: @Sendable (String) throws -> Tensor
  private let loadShape: @Sendable (String) throws -> [Int]

  /// A store whose arrays are produced by `load`, which is only asked for `names`. `shape` tells an
  /// array's shape at less cost; otherwise the array is loaded for it.
  public init(
    names: some Sequence<String>, shape: (@Sendable (String) throws -> [Int])? = nil,
    load: @escaping @Sendable (String) throws -> Tensor
  ) {
    self.names = Set(names).sorted()
    self.load = load
    loadShape = shape ?? { try load($0).shape }
  }

  /// Arrays of `archive`, read when they are asked for.
  public init(_ archive: NPZ) {
    self.init(names: archive.names, shape: { try archive.shape($0) }) { try archive.tensor($0) }
  }

  /// Arrays by name.
  public init(_ tensors: [String: Tensor]) {
    self.init(names: tensors.keys, shape: { tensors[$0]!.shape }) { tensors[$0]! }
  }

  /// Whether there is an array called `name`.
  public func contains(_ name: String) -> Bool {
    names.withUnsafeBufferPointer { sorted in
      var low = 0
      var high = sorted.count
      while low < high {
        let middle = (low + high) / 2
        if sorted[middle] < name { low = middle + 1 } else { high = middle }
      }
      return low < sorted.count && sorted[low] == name
    }
  }

  /// One array.
  ///
  /// Throws `InputError` when it is not there (naming the nearest) or damaged.
  public func tensor(_ name: String) throws -> Tensor {
    try require(name)
    return try load(name)
  }

  /// The shape of one array; errors as for `tensor`.
  public func shape(_ name: String) throws -> [Int] {
    try require(name)
    return try loadShape(name)
  }

  private func require(_ name: String) throws {
    guard contains(name) else {
      // The array of another layer is none that was meant.
      func letters(_ name: String) -> String { name.filter { !$0.isNumber } }
      let near = nearestName(to: name, among: names.filter { letters($0) != letters(name) })
      throw InputError(
        "there is no parameter array '\(name)'",
        hint: (near.map { "did you mean '\($0)'? if not, " } ?? "")
          + "state the file that holds it with --parameters")
    }
  }

  /// This store, with the arrays of `other` for names it lacks.
  public func merging(_ other: ParameterStore) -> ParameterStore {
    ParameterStore(
      names: names + other.names,
      shape: { try contains($0) ? shape($0) : other.shape($0) }
    ) { name in
      try contains(name) ? tensor(name) : other.tensor(name)
    }
  }

}
