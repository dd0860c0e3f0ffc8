/// What is wrong with something a person gave us, said once and completely.
///
/// The rendered form is one line plus an optional hint:
/// `configs/x.json: node 'MVAU_0', attribute 'PE': 3 does not divide MH = 64 (allowed: 1, 2, 4, …)`
/// The command line exits with 65 on it.
public struct InputError: Error, Sendable, CustomStringConvertible {
  /// The file as the user named it, when there is one.
  public var file: String?
  /// Where in it: a node, an attribute, a JSON path, a line, a byte offset.
  public var place: String?
  /// What is wrong, with the offending value.
  public var message: String
  /// What would be right: allowed values, the nearest known name, the command to run.
  public var hint: String?

  /// An error whose file or place may be filled in by those it passes (`inFile`, `at`).
  public init(_ message: String, file: String? = nil, at place: String? = nil, hint: String? = nil)
  {
    self.message = message
    self.file = file
    self.place = place
    self.hint = hint
  }

  /// Names and values of files stand in it: what a terminal would obey is written as `\u{…}`, and
  /// what is longer than anyone reads is cut in the middle.
  public var description: String {
    let head = [file, place].compactMap { $0 }.filter { !$0.isEmpty } + [message]
    let line = head.map { $0.shortened(to: Self.longestPart).printable }.joined(separator: ": ")
    return hint.map { "\(line)\n  hint: \($0.shortened(to: 4 * Self.longestPart).printable)" }
      ?? line
  }

  private static let longestPart = 600

  /// The same error, placed in `file` unless it already names one.
  public func inFile(_ file: String) -> InputError {
    var copy = self
    copy.file = copy.file ?? file
    return copy
  }

  /// The same error with `outer` put before its place.
  public func at(_ outer: String) -> InputError {
    var copy = self
    copy.place = [outer, place].compactMap { $0 }.joined(separator: ", ")
    return copy
  }
}

/// The candidate closest to `name` by edit distance (case ignored), if any is close enough to be
/// what was meant.
public func nearestName(to name: String, among candidates: some Sequence<String>) -> String? {
  // Comparing costs the product of the lengths, and nobody mistypes a name of this size.
  guard name.utf8.count <= longestComparedName else { return nil }
  let wanted = Array(name.lowercased().unicodeScalars)
  var best: (distance: Int, name: String)?
  var comparisons = 0
  for candidate in candidates where candidate.utf8.count <= longestComparedName {
    comparisons += wanted.count * candidate.utf8.count
    guard comparisons <= mostComparisons else { break }
    let d = editDistance(wanted, Array(candidate.lowercased().unicodeScalars))
    if best == nil || (d, candidate) < (best!.distance, best!.name) { best = (d, candidate) }
  }
  // As many changes as letters would turn any name into any other.
  guard let best, best.distance <= max(2, wanted.count / 3), best.distance < wanted.count else {
    return nil
  }
  return best.name
}

private let longestComparedName = 400
/// Steps of all comparisons together; about a tenth of a second.
private let mostComparisons = 10_000_000

/// Insertions, deletions, replacements and swaps of neighbours that lead from `a` to `b`.
private func editDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
  var previous: [Int] = []
  var row = Array(0...b.count)
  for (i, x) in a.enumerated() {
    var next = [i + 1]
    for (j, y) in b.enumerated() {
      var cost = min(next[j] + 1, row[j + 1] + 1, row[j] + (x == y ? 0 : 1))
      if i > 0, j > 0, x == b[j - 1], a[i - 1] == y { cost = min(cost, previous[j - 1] + 1) }
      next.append(cost)
    }
    previous = row
    row = next
  }
  return row[b.count]
}
