import ArgumentParser
import DataflowAnalysis

/// What `--depth NAME=WORDS` asks for.
struct FIFODepth: ExpressibleByArgument {
  var name: String
  var words: Int

  init?(argument: String) {
    guard let equals = argument.lastIndex(of: "="), equals != argument.startIndex,
      let words = Int(argument[argument.index(after: equals)...]), words > 0
    else { return nil }
    name = String(argument[..<equals])
    self.words = words
  }
}

extension Design {
  /// Whether it has what a depth is for.
  func names(_ depth: FIFODepth) -> Bool {
    var design = self
    return (try? design.set(depth)) != nil
  }

  /// Gives a FIFO, or the FIFO of a stream, its depth.
  ///
  /// Throws `InputError` with the nearest known name.
  mutating func set(_ depth: FIFODepth) throws {
    if let fifo = nodes.firstIndex(where: { $0.name == depth.name && $0.isFIFO }) {
      nodes[fifo].attributes["depth"] = .int(depth.words)
      return
    }
    let names = Set(graphInputs + nodes.flatMap { $0.inputs + $0.outputs })
    // The FIFO that a stream with a depth gets is called after it.
    let base = depth.name.hasSuffix("_fifo") ? String(depth.name.dropLast(5)) : depth.name
    if base != depth.name,
      streams[base] != nil || names.contains(base) && !names.contains(depth.name)
    {
      streams[base, default: StreamSettings()].depth = depth.words
      return
    }
    guard names.contains(depth.name) else {
      let fifos = nodes.filter(\.isFIFO).map(\.name)
      let near = nearestName(to: depth.name, among: fifos + names)
      throw InputError(
        "the design has no FIFO and no stream '\(depth.name)'", at: "--depth",
        hint: near.map { "did you mean '\($0)'?" })
    }
    streams[depth.name, default: StreamSettings()].depth = depth.words
  }
}
