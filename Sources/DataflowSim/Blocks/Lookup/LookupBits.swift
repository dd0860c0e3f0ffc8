import SimKernels

extension Lookup: BitBlock {
  package func bits(_ setup: BitSetup) throws -> any BlockBits {
    try setup.requireCarried(elementType, "elements")
    try setup.requireIndexable(rows)
    // The table's role has had two names in FINN's files.
    let role = setup.has("embeddings") ? "embeddings" : setup.has("table") ? "table" : "parameters"
    let table = try setup.integers(
      setup.has(role) ? role : setup.node.initializers.keys.sorted().first ?? role,
      type: elementType, counts: [rows * rowElements], shape: "(\(rows), \(rowElements))",
      rowLength: rowElements)
    return LookupBits(block: self, table: table)
  }
}

/// A row of the table per index; an index beyond it reads row 0 and is counted.
/// Source: docs/reference/semantics.md#other-ops.
struct LookupBits: BlockBits {
  let block: Lookup
  let table: Integers

  func frame(_ inputs: [Integers]) -> FrameResult {
    let indices = inputs[0].int64s ?? []
    let rows = Int64(block.rows)
    let outside = indices.indices.filter { indices[$0] < 0 || indices[$0] >= rows }
    let sources = indices.map { $0 >= 0 && $0 < rows ? Int32($0) : 0 }
    let gather = Gather(pieceLength: block.rowElements, sourcesPerRow: 1, sources: sources)
    return FrameResult(
      [gather.apply(table)],
      findings: outside.first.map { [.outOfBounds(count: outside.count, firstIndex: $0)] } ?? [])
  }

  func schedule() -> WordSchedule {
    let words =
      block.memoryMode == .external ? block.rowElements / block.elementsPerMemoryWord : 1
    return .groups(inputs: [1], outputs: [words])
  }
}
