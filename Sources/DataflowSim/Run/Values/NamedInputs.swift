extension Dataplane {
  /// The arrays of a file by graph input.
  ///
  /// A single input takes the array of its name, the only array there is, or the only one whose name
  /// ends in `input` (of several, the one of the right shape); several inputs take the arrays of
  /// their names. Other arrays are left alone.
  public func namedInputs(_ arrays: [String: Tensor], file: String) throws -> [String: Tensor] {
    if inputs.count == 1, let name = inputs.first, arrays[name] == nil {
      var likely = arrays.count == 1 ? arrays : arrays.filter { $0.key.hasSuffix("input") }
      if likely.count > 1 {
        let shape = try layout(of: name).shape
        likely = likely.filter { Self.frames(of: $0.value.shape, shape) != nil }
      }
      if likely.count == 1, let only = likely.values.first { return [name: only] }
    }
    var named: [String: Tensor] = [:]
    for name in inputs {
      guard let tensor = arrays[name] else {
        let near = nearestName(to: name, among: arrays.keys)
        throw InputError(
          "there is no array for the graph input '\(name)'", file: file,
          hint: near.map { "did you mean '\($0)'?" }
            ?? "the file holds "
            + arrays.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.shape)" }
            .joined(separator: ", "))
      }
      named[name] = tensor
    }
    return named
  }
}
