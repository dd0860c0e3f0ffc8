import DataflowSim

/// Blocks of every op type in the catalogue, so that what must hold for every block can be asked of new
/// ones too: the rows recorded from FINN, and random small attributes that the block accepts.
enum SampleBlocks {
  struct Sample: CustomStringConvertible {
    var opType: String
    var attributes: [String: AttributeValue]
    var block: any Block

    var description: String { "\(opType) \(attributes.mapValues(\.text))" }
    var node: Node {
      Node(
        name: "sample", opType: opType, attributes: attributes,
        inputs: block.inputs.indices.map { "in\($0)" },
        outputs: block.outputs.indices.map { "out\($0)" })
    }
    /// The node alone.
    var design: Design {
      Design(
        name: opType, nodes: [node], graphInputs: node.inputs, graphOutputs: node.outputs)
    }
  }

  static let all: [Sample] = recorded + BlockCatalogue.opTypes.flatMap(random)

  private static let recorded: [Sample] = {
    guard let rows = try? FINNChecksTests.file.get().object["rows"]?.array else { return [] }
    return rows.compactMap { row in
      guard let members = try? JSONCursor(row.object["attrs"] ?? .null).members(),
        let attributes = try? Dictionary(
          uniqueKeysWithValues: members.map { ($0.key, try AttributeValue($0.value)) })
      else { return nil }
      return sample(row.object["op"]?.string ?? "", attributes)
    }
  }()

  private static func sample(_ op: String, _ attributes: [String: AttributeValue]) -> Sample? {
    let block = try? BlockCatalogue.make(
      opType: op, attributes: attributes, part: nil, clockMHz: 100)
    return block.map { Sample(opType: op, attributes: attributes, block: $0) }
  }

  private static func random(_ op: String) -> [Sample] {
    guard let specs = try? BlockCatalogue.attributes(of: op) else { return [] }
    var random = SeededGenerator(seed: 11)
    var samples: [Sample] = []
    for _ in 0..<3000 where samples.count < 6 {
      // Lists of one length and equal shapes make more sense together than any others.
      let shape = [4, 2, 8].shuffled(using: &random)
      var attributes: [String: AttributeValue] = [:]
      for spec in specs
      where spec.defaultValue == nil || spec.name.hasSuffix("shape") || Bool.random(using: &random)
      {
        attributes[spec.name] = value(spec, shape, &random)
      }
      if let sample = sample(op, attributes) { samples.append(sample) }
    }
    return samples
  }

  private static func value(
    _ spec: AttributeSpec, _ shape: [Int], _ random: inout SeededGenerator
  ) -> AttributeValue? {
    func clamped(_ n: Int, _ range: ClosedRange<Int>) -> Int {
      min(max(n, range.lowerBound), range.upperBound)
    }
    switch spec.kind {
    case .int(let range):
      return .int(clamped([0, 1, 2, 4, 8].randomElement(using: &random)!, range))
    case .ints(let count, let range):
      let list = spec.name == "perm" ? [0, 2, 1] : shape
      return .ints(list.prefix(count ?? 3).map { clamped($0, range) })
    case .string(let allowed):
      return allowed.randomElement(using: &random).map { .string($0) } ?? spec.defaultValue
    case .strings: return .strings(["INT4", "INT4", "INT4"])
    case .dataType: return .string(["INT4", "INT8", "UINT4"].randomElement(using: &random)!)
    case .float(let range): return .float(range.lowerBound)
    }
  }
}
