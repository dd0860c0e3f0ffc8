import DataflowSim

extension LoadedDesign {
  /// Tells `costing` what the design's build has placed and reported.
  public func tell(_ costing: inout Costing) {
    let context = CostContext(design)
    for (node, use, file) in placed {
      guard let block = try? design.block(of: node) else { continue }
      costing.know(node, placed: use.use(block.costStructure(in: context)), file: file)
    }
    for (node, area) in reported { costing.know(node, reported: area) }
  }

  /// Reads what FINN's reports in a build's output directory say of the nodes; a report that cannot be used is
  /// a note.
  mutating func readResources(of folder: String) {
    let reports = BuildReports(folder)
    attempt(reports.utilisationFile) { loaded, file in
      let utilisation = try UtilisationFile(contentsOf: file)
      let found = loaded.design.nodes.compactMap { node in
        utilisation.placed(of: node.name).map { (node, $0, file) }
      }
      guard !found.isEmpty else { throw InputError("names no node of the design", file: file) }
      loaded.placed = found
      loaded.notes.append(
        "what \(found.count) of \(loaded.design.nodes.count) nodes take is read from \(file)")
    }
    attempt(reports.areaFile) { loaded, file in
      let areas = try HLSAreaFile(contentsOf: file).areas
      for node in loaded.design.nodes {
        if let area = areas[node.name] { loaded.know(area, of: node) }
      }
    }
  }

  private mutating func attempt(
    _ file: String?, _ body: (inout LoadedDesign, String) throws -> Void
  ) {
    guard let file else { return }
    do {
      try body(&self, file)
    } catch let error as InputError {
      notes.append("not used: \(error.inFile(file).description)")
    } catch {
      notes.append("not used: \(file) cannot be read")
    }
  }

  /// States what HLS reported of `node`; the first report of a node counts.
  mutating func know(_ area: ReportedArea, of node: Node) {
    guard !reported.contains(where: { $0.node.name == node.name }) else { return }
    reported.append((node, area))
  }
}
