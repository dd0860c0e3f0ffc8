import DataflowAnalysis
import DesignFiles

// What is said about a design as soon as it is read.
extension DesignChanges {
  /// Applies `--folding` and says what there is to note: what is noted of schedules is of those that the folding
  /// leaves.
  func foldAndTell(_ loaded: inout LoadedDesign) throws {
    var warnings: [String] = []
    defer {
      for note in loaded.notes { writeError("note: \(note)") }
      for warning in warnings { writeError("warning: \(warning)") }
    }
    guard let folding else { return }
    let config = try FoldingFile.read(folding)
    warnings = try reportingFile(folding) { try loaded.apply(config) }.map { "\(folding): \($0)" }
  }

  /// A graph from before FINN's InsertDWC has streams whose two ends differ in width.
  func tellConverters(_ streams: [String]) {
    guard !streams.isEmpty else { return }
    let plural = streams.count == 1 ? "a width converter" : "\(streams.count) width converters"
    writeError(
      "note: \(plural) inserted where the widths of a stream's ends differ "
        + "(\(streams.listed(atMost: 3)))")
  }

  /// What the hardware of the design gets wrong under every stimulus.
  func tellHazards(_ facts: DesignFacts, _ file: String) {
    let found = zip(facts.design.nodes, facts.blocks).flatMap { node, block in
      block.hazardConditions.filter { $0.kind == .always }.map { (node.name, $0) }
    }
    guard let (node, known) = found.first else { return }
    writeError(
      "warning \(known.hazard.rawValue): \(node): \(known.condition); no later frame is right")
    let others = found.count == 1 ? "" : ", and \((found.count - 1).of("more node"))"
    writeError("  next: simrun hazards \(file)  (what that does\(others))")
  }

  /// What is wrong whatever was asked for: the first, and where the others are.
  func tellProblems(_ problems: [Diagnostic], _ file: String) {
    guard let first = problems.first else { return }
    writeError(first.text)
    let others = problems.count == 1 ? "" : ", \((problems.count - 1).of("more problem"))"
    writeError("  next: simrun check \(file)  (all rules\(others))")
  }
}
