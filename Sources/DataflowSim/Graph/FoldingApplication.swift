extension Design {
  /// Attributes whose change makes another stream width.
  static let foldingAttributes: Set<String> = ["PE", "SIMD", "parallel_window"]

  /// The design with FINN's folding configuration applied; returns what could not be set.
  ///
  /// Where the folding changes and the design has converters or FIFOs, these are taken out, inserted
  /// anew as FINN does, and then configured by name. A design without FIFOs gets FINN's when the
  /// configuration has depths for them. Throws `InputError` for a configuration of another graph.
  ///
  /// - Parameter bare: `removingBuffering()` of this design, for whoever applies many; nil: worked out where needed.
  public mutating func apply(_ folding: FoldingConfig, bare: Design? = nil) throws -> [String] {
    let original = self
    let names = Set(nodes.map(\.name))
    let bringsFIFOs =
      !nodes.contains(where: \.isFIFO)
      && folding.nodes.keys.contains { $0.contains("StreamingFIFO") }
    guard
      folding.nodes.isEmpty || !folding.defaults.isEmpty || bringsFIFOs
        || folding.nodes.keys.contains(where: names.contains)
    else { throw foreign(folding) }
    var warnings = try configure(folding, insertsFIFOs: bringsFIFOs, bare: bare)
    if bringsFIFOs, !folding.nodes.keys.contains(where: Set(nodes.map(\.name)).contains) {
      throw foreign(folding)
    }
    warnings += connectExternalWeights()
    try requireSound(since: original, folding)
    return warnings
  }

  /// Throws the error of a node that was sound before the configuration was applied.
  private func requireSound(since original: Design, _ folding: FoldingConfig) throws {
    for node in nodes where folding.nodes[node.name] != nil || !folding.defaults.isEmpty {
      do {
        _ = try block(of: node)
      } catch let error as InputError {
        let before = original.nodes.first { $0.name == node.name }
        if let before, (try? original.block(of: before)) == nil { continue }
        throw error
      }
    }
  }

  private func foreign(_ folding: FoldingConfig) -> InputError {
    func list(_ names: [String]) -> String {
      let sorted = names.naturalOrder(first: 3)
      return sorted.prefix(3).joined(separator: ", ") + (sorted.count > 3 ? ", …" : "")
    }
    return InputError(
      "is the folding file of another graph: "
        + (folding.nodes.count == 1
          ? "its only node is not in '\(name)'"
          : "none of its \(folding.nodes.count) nodes is in '\(name)'"),
      hint: "it has \(list(Array(folding.nodes.keys))); "
        + "the design has \(list(nodes.filter { !$0.isFIFO }.map(\.name)))")
  }

  private mutating func configure(
    _ folding: FoldingConfig, insertsFIFOs: Bool, bare known: Design?
  ) throws -> [String] {
    func names(_ opType: String) -> [String]? {
      try? BlockCatalogue.attributes(of: opType).map(\.name)
    }
    let hasBuffering = nodes.contains { $0.isFIFO || $0.isWidthConverter }
    var direct = self
    let warnings = folding.apply(to: &direct, attributeNames: names)
    guard insertsFIFOs || (hasBuffering && isFolded(otherThan: direct)) else {
      self = direct
      return warnings
    }
    // FIFOs are numbered by the order of the nodes, which a graph without any keeps.
    var bare = hasBuffering ? try known ?? removingBuffering() : self
    _ = folding.apply(to: &bare, attributeNames: names)
    self = try bare.refittingBorderConverters().insertingWidthConverters().insertingFIFOs()
    return folding.apply(to: &self, attributeNames: names)
  }

  /// Whether the same nodes have other stream widths in `other`.
  private func isFolded(otherThan other: Design) -> Bool {
    zip(nodes, other.nodes).contains { mine, its in
      Self.foldingAttributes.contains { mine.attributes[$0] != its.attributes[$0] }
    }
  }
}
