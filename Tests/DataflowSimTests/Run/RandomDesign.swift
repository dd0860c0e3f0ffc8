import DataflowAnalysis

/// A random but well-formed design with its stimulus; the same for the same seed.
struct RandomCase {
  let seed: UInt64
  var design: Design
  var scenario: Scenario
  /// Words a graph input carries per frame.
  var wordsPerFrame: [String: Int]

  /// Words each graph input offers in this scenario.
  var offeredWords: [String: Int] {
    wordsPerFrame.reduce(into: [:]) { result, input in
      result[input.key] =
        scenario.sources[input.key]?.words ?? input.value * scenario.frames
    }
  }
}

/// What may appear in random designs.
struct RandomStyle {
  /// MVAU_rtl and VVAU_rtl: their storage depends on timing, so not every law holds with them.
  var hasCores = true
  /// Patterns, odd word counts and limits; otherwise sources and sinks are always ready.
  var hasPatterns = true
  /// Weights from outside.
  var hasWeightStreams = true
  var frames = 1...3
  var stages = 1...6
}

/// Grows a design from its input, stage by stage.
struct DesignGrower {
  /// A stream while it is being extended: a map of `channels`, `parallel` of them per word.
  struct Flow {
    var stream: String
    var height: Int
    var width: Int
    var channels: Int
    var parallel: Int

    var fold: Int { channels / parallel }
    var words: Int { height * width * fold }
  }

  let style: RandomStyle
  var random: SeededGenerator
  private(set) var nodes: [Node] = []
  private(set) var graphInputs: [String] = []
  private(set) var wordsPerFrame: [String: Int] = [:]

  static let largestFrame = 500

  init(seed: UInt64, style: RandomStyle) {
    random = SeededGenerator(seed: seed)
    self.style = style
  }

  static func make(seed: UInt64, style: RandomStyle = RandomStyle()) -> RandomCase {
    var grower = DesignGrower(seed: seed, style: style)
    return grower.grow(seed)
  }

  private mutating func grow(_ seed: UInt64) -> RandomCase {
    let channels = pick([1, 2, 3, 4, 6, 8])
    var flow = Flow(
      stream: "in0", height: number(1...6), width: number(1...6), channels: channels,
      parallel: pick(Self.divisors(channels)))
    graphInputs = ["in0"]
    wordsPerFrame["in0"] = flow.words
    for _ in 0..<number(style.stages) { flow = extended(flow) }
    if nodes.isEmpty { flow = addFIFO(flow) }
    let design = Design(
      name: "random-\(seed)", part: "xczu7ev-ffvc1156-2-e", nodes: nodes, graphInputs: graphInputs,
      graphOutputs: [flow.stream])
    return RandomCase(
      seed: seed, design: design, scenario: stimulus(flow.stream), wordsPerFrame: wordsPerFrame)
  }

  mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
  mutating func pick<T>(_ list: [T]) -> T { list.randomElement(using: &random)! }
  mutating func chance(_ percent: Int) -> Bool { number(1...100) <= percent }

  static func divisors(_ n: Int) -> [Int] { (1...n).filter { n % $0 == 0 } }

  /// Adds a node with one output flow like `flow`, and perhaps a FIFO behind it.
  mutating func add(
    _ opType: String, _ attributes: [String: AttributeValue], inputs: [String], outputs count: Int
  ) -> [String] {
    let name = "n\(nodes.count)"
    let outputs = (0..<count).map { "\(name).\($0)" }
    var all = attributes
    if opType.hasSuffix("_hls") {
      all.merge(schedule(opType, attributes)) { own, _ in own }
      all["initiation_interval"] = .int(chance(85) ? 1 : number(2...3))
    }
    nodes.append(
      Node(name: name, opType: opType, attributes: all, inputs: inputs, outputs: outputs))
    return outputs
  }

  /// What Vitis HLS might have made of a block.
  private mutating func schedule(_ opType: String, _ attributes: [String: AttributeValue])
    -> [String: AttributeValue]
  {
    func isOne(_ a: String, _ b: String) -> Bool { attributes[a] == attributes[b] }
    let isSingle =
      opType == "LabelSelect_hls" && isOne("Labels", "PE")
      || opType == "MVAU_hls" && isOne("MW", "SIMD") && isOne("MH", "PE")
        && attributes["numInputVectors"] == .ints([1, 1, 1])
    switch opType {
    case "StreamingMaxPool_hls", "GlobalAccPool_hls": return ["hls_structure": .string("nested")]
    case _ where isSingle:
      return ["hls_structure": .string("states"), "hls_stages": .int(number(6...12))]
    case "LabelSelect_hls":
      return ["hls_structure": .string("call"), "hls_stages": .int(number(1...4))]
    default:
      return chance(50)
        ? ["hls_structure": .string("call"), "hls_stages": .int(number(1...9))]
        : ["hls_structure": .string("continuous"), "hls_stages": .int(number(2...6))]
    }
  }

  mutating func addInput(words: Int) -> String {
    let name = "in\(graphInputs.count)"
    graphInputs.append(name)
    wordsPerFrame[name] = words
    return name
  }

  mutating func addFIFO(_ flow: Flow, depth: Int? = nil) -> Flow {
    var flow = flow
    let depth = depth ?? pick([1, 2, 2, 2, 3, 4, 7, 16, 40])
    flow.stream =
      add(
        "StreamingFIFO_rtl", Self.shape(flow).merging(["depth": .int(depth)]) { $1 },
        inputs: [flow.stream], outputs: 1)[0]
    return flow
  }

  /// The shape attributes of blocks that pass words on as they are.
  static func shape(_ flow: Flow) -> [String: AttributeValue] {
    [
      "folded_shape": .ints([1, flow.height, flow.width, flow.fold, flow.parallel]),
      "dataType": .string("INT4"),
    ]
  }

  /// Arrival and acceptance patterns, odd word counts, a limit.
  private mutating func stimulus(_ output: String) -> Scenario {
    var scenario = Scenario(frames: number(style.frames))
    guard style.hasPatterns else { return scenario }
    for input in graphInputs {
      var source = Scenario.Source()
      if chance(50) { source.pattern = pattern(mayBeNever: graphInputs.count == 1) }
      if graphInputs.count == 1, chance(8) {
        source.words = number(1...max(1, 2 * wordsPerFrame[input]!))
      }
      if source != Scenario.Source() { scenario.sources[input] = source }
    }
    if chance(50) { scenario.sinks[output] = Scenario.Sink(pattern: pattern(mayBeNever: true)) }
    if chance(8) { scenario.maxCycles = number(1...600) }
    return scenario
  }

  private mutating func pattern(mayBeNever: Bool) -> Pattern {
    if mayBeNever, chance(2) { return .never }
    var bits: [Bool] = []
    if chance(40) {
      // Bursts.
      for _ in 0..<number(1...3) {
        bits += Array(repeating: true, count: number(1...40))
        bits += Array(repeating: false, count: number(1...40))
      }
      return Pattern(bits: bits)
    }
    let percent = number(10...90)
    for _ in 0..<number(2...37) { bits.append(chance(percent)) }
    if !bits.contains(true) { bits[0] = true }
    return Pattern(bits: bits)
  }
}
