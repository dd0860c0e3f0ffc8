import SimKernels

/// What a board's outputs held against what the design computes, told from the dump alone.
///
/// A dump may begin too late or too early, or be short: it is compared word by word from its start.
public struct DumpReport: ResultDocument {
  public static let kind = "compare-dump"
  public static let summary = "A board's output dump beside what the design puts out."

  /// One output of the design.
  public struct Output: Codable, Sendable {
    /// Its stream.
    public var stream: String
    /// Elements of the design's output, and of the dump.
    public var elements: Int
    public var dumped: Int
    /// Elements that differ, of those both have.
    public var differing: Int
    public var frame: Int?
    /// Word of the frame, and the element in it.
    public var word: Int?
    public var lane: Int?
    public var expected: Double?
    public var actual: Double?
    public var diagnosis: String?
  }

  /// The design's name.
  public var design: String
  /// Whether every output is whole and equal.
  public var agrees: Bool
  public var outputs: [Output]
  /// What to type next; nil from the library, and where all agrees.
  public var next: NextStep?

  /// - Parameters:
  ///   - given: streams that carry these integers whatever their node computes.
  ///   - dump: arrays by output, or one array for the only output; frames in front, or just elements in the order of
  ///     the words. Throws `InputError` for NaN and infinity in it.
  public init(
    _ plane: Dataplane, _ inputs: [String: Tensor], given: [String: Integers] = [:],
    _ dump: [String: Tensor], threads: Int = 1
  ) throws {
    design = plane.design.name
    let names = plane.design.graphOutputs
    let frames = inputs.values.first?.shape.first ?? 1
    let result = try plane.run(
      inputs, keep: .outputs, replacing: given, threads: threads
    ) { WorkProgress.tell("frames", $0, of: frames) }
    outputs = try names.map { name in
      let only = names.count == 1 && dump.count == 1 ? dump.values.first : nil
      guard let tensor = dump[name] ?? only else {
        throw InputError(
          "has no array '\(name)' for the design's output",
          hint: "it holds \(dump.keys.sorted().joined(separator: ", "))")
      }
      let layout = try plane.layout(of: name)
      let expected = try result.tensor(name).asDoubles()
      let dumped = try tensor.comparable(tensor.asDoubles(), name: dump[name] == nil ? nil : name)
      return Self.output(name, layout, expected, dumped, plane, result)
    }
    agrees = outputs.allSatisfy { $0.differing == 0 && $0.dumped == $0.elements }
  }

  private static func output(
    _ name: String, _ layout: StreamLayout, _ expected: [Double], _ dumped: [Double],
    _ plane: Dataplane, _ result: DataplaneResult
  ) -> Output {
    let count = min(expected.count, dumped.count)
    let sample = Sample(
      expected: Array(expected.prefix(count)), actual: Array(dumped.prefix(count)), layout: layout,
      unit: 1)
    var output = Output(
      stream: name, elements: expected.count, dumped: dumped.count,
      differing: sample.differing.count)
    if let first = sample.differing.first {
      let place = sample.divergence(at: first)
      (output.frame, output.word, output.lane) = (place.frame, place.word, place.lane)
      (output.expected, output.actual) = (place.expected, place.actual)
      let nothing = Evidence(nil, plane: plane, parameters: nil, result: result)
      output.diagnosis = Diagnosis(sample, evidence: nothing).description
    }
    return output
  }

  /// One paragraph per output, for a person.
  public var text: String {
    outputs.map { output in
      let short =
        output.dumped == output.elements
        ? ""
        : "\n  the dump has \(output.dumped) elements, the design's output \(output.elements)"
      guard let word = output.word, let frame = output.frame else {
        return
          "'\(output.stream)': all \(min(output.dumped, output.elements)) elements of the dump are "
          + "what the design computes\(short)"
      }
      return
        "'\(output.stream)': \(output.differing) of \(min(output.dumped, output.elements)) elements "
        + "differ, first in frame \(frame), word \(word), element \(output.lane ?? 0): the design gives "
        + "\(output.expected?.plain ?? ""), the board \(output.actual?.plain ?? "")\n"
        + "  diagnosis: \(output.diagnosis ?? "")\(short)"
    }.joined(separator: "\n")
  }
}
