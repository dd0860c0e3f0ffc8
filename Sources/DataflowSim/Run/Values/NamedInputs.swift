extension Dataplane {
  /// The arrays of a file by graph input.
  ///
  /// A single input takes the array of its name, the only array there is, or the only one whose name
  /// ends in `input` (of several, the one of the right shape); several inputs take the arrays of
  /// their names. Other arrays are left alone. A shape that does not fit is refused before the array
  /// is unpacked.
  public func namedInputs(_ file: TensorFile) throws -> [String: Tensor] {
    let names = try arrayNames(file.names, file.path) { try file.shape($0) }
    return try names.reduce(into: [:]) { tensors, entry in
      try requireFrames(entry.key, file.shape(entry.value), in: file.path)
      tensors[entry.key] = try file.tensor(entry.value)
    }
  }

  private func requireFrames(_ name: String, _ shape: [Int], in file: String) throws {
    do {
      try requireFrames(name, shape)
    } catch let error as InputError {
      throw error.inFile(file)
    }
  }

  /// The same of arrays that are unpacked already.
  public func namedInputs(_ arrays: [String: Tensor], file: String) throws -> [String: Tensor] {
    let names = try arrayNames(arrays.keys.sorted(), file) { arrays[$0]?.shape ?? [] }
    return try names.reduce(into: [:]) { tensors, entry in
      let array = arrays[entry.value]!
      try requireFrames(entry.key, array.shape, in: file)
      tensors[entry.key] = array
    }
  }

  /// The name of the array for each graph input.
  private func arrayNames(_ names: [String], _ file: String, shape: (String) throws -> [Int]) throws
    -> [String: String]
  {
    if inputs.count == 1, let name = inputs.first, !names.contains(name) {
      var likely = names.count == 1 ? names : names.filter { $0.hasSuffix("input") }
      if likely.count > 1 {
        let wanted = try layout(of: name).shape
        likely = try likely.filter { Self.frames(of: try shape($0), wanted) != nil }
      }
      if likely.count == 1 { return [name: likely[0]] }
    }
    for name in inputs where !names.contains(name) {
      let near = nearestName(to: name, among: names).map { "did you mean '\($0)'?" }
      let held =
        try near ?? names.prefix(20).map { "\($0) \(try shape($0))" }.joined(separator: ", ")
      throw InputError(
        "there is no array for the graph input '\(name)'", file: file,
        hint: near ?? (held.isEmpty ? "the file holds none" : "the file holds \(held)"))
    }
    return Dictionary(uniqueKeysWithValues: inputs.map { ($0, $0) })
  }
}
