/// Weights, thresholds and other constant arrays of a design, by name, unpacked when asked for.
public struct ParameterStore: Sendable {
  /// Names of all arrays, sorted.
  public let names: [String]
  private let load: @Sendable (String) throws -> Tensor

  /// A store whose arrays are produced by `load`, which is only asked for `names`.
  public init(names: some Sequence<String>, load: @escaping @Sendable (String) throws -> Tensor) {
    self.names = Set(names).sorted()
    self.load = load
  }

  public init(_ archive: NPZ) {
    self.init(names: archive.names) { try archive.tensor($0) }
  }

  public init(_ tensors: [String: Tensor]) {
    self.init(names: tensors.keys) { tensors[$0]! }
  }

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
    guard contains(name) else {
      let near = nearestName(to: name, among: names)
      throw InputError(
        "there is no parameter array '\(name)'",
        hint: (near.map { "did you mean '\($0)'? if not, " } ?? "")
          + "state the file that holds it with --parameters")
    }
    return try load(name)
  }

  /// This store, with the arrays of `other` for names it lacks.
  public func merging(_ other: ParameterStore) -> ParameterStore {
    ParameterStore(names: names + other.names) { name in
      try contains(name) ? tensor(name) : other.tensor(name)
    }
  }

}
