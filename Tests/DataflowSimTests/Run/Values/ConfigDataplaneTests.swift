import DataflowAnalysis
import Foundation
import DesignFiles
import SimKernels
import Testing

/// The example designs compute what FINN computed for them, from committed data alone.
@Suite struct ConfigDataplaneTests {
  static let names = [
    "tfc-w1a1", "tfc-w2a2", "conv1d-audio", "lenet", "fsrcnn", "mobilenet-small", "resnet-small",
  ]

  private static let root = URL(filePath: TestFiles.repository(""))

  private static func load(_ name: String) throws -> LoadedDesign {
    try DesignFile.load(root.appending(path: "configs/\(name).json").path)
  }

  private static func activations(_ name: String) throws -> NPZ {
    try NPZ(contentsOf: CompressedResource.url("activations/\(name).npz").path)
  }

  @Test(arguments: names) func everyTensorEqualsFINN(name: String) throws {
    let loaded = try Self.load(name)
    let plane = try Dataplane(loaded.design, parameters: loaded.parameters)
    let recorded = try Self.activations(name)
    let input = try #require(plane.inputs.first)
    let result = try plane.run([input: try recorded.tensor("__input__")], keep: .all)
    let output = try #require(loaded.design.graphOutputs.first)
    #expect(
      result.streams[output]?.ints
        == (try recorded.tensor("__output__").asIntegers(name: "__output__")))
    for stream in recorded.names where !stream.hasPrefix("__") {
      let elements = try #require(result.streams[stream])
      let got = plane.referenceOrder(of: stream)?(elements) ?? elements
      let expected = try recorded.tensor(stream).asIntegers(name: stream)
      #expect(got.ints == expected, "\(stream)")
    }
    #expect(result.findings.isEmpty)
  }

  /// Any number of threads gives the frames in their order.
  @Test func threadsChangeNothing() throws {
    let loaded = try Self.load("lenet")
    let plane = try Dataplane(loaded.design, parameters: loaded.parameters)
    let first = try Self.activations("lenet").tensor("__input__").asIntegers(name: "in")
    let frames = 7
    let values = (0..<frames * first.count).map {
      (first[$0 % first.count] + $0 / first.count) % 256
    }
    let input = try Tensor(values, shape: [frames] + plane.layout(of: plane.inputs[0]).shape)
    let alone = try plane.run([plane.inputs[0]: input], keep: .all)
    var told: [Int] = []
    let shared = try plane.run([plane.inputs[0]: input], keep: .all, threads: 3) { told.append($0) }
    #expect(shared.frames == frames && shared.streams == alone.streams)
    #expect(shared.findings == alone.findings)
    #expect(told == Array(1...frames))
  }

  /// Words and frames are two ways to the same values.
  @Test(arguments: ["tfc-w1a1", "conv1d-audio", "mobilenet-small", "resnet-small"])
  func wordsEqualFrames(name: String) throws {
    let loaded = try Self.load(name)
    let plane = try Dataplane(loaded.design, parameters: loaded.parameters)
    let tensor = try Self.activations(name).tensor("__input__")
    let input = try #require(plane.inputs.first)
    let frames = try plane.run([input: tensor], keep: .all)
    let layout = try plane.layout(of: input)
    let source = WordSequence(
      elementsPerWord: layout.elements, elements: try #require(frames.streams[input]))
    let words = try plane.words(of: [input: source])
    for (stream, elements) in frames.streams {
      let sequence = try #require(words[stream])
      #expect(
        sequence.elements.ints.prefix(elements.count).elementsEqual(elements.ints), "\(stream)")
    }
  }

  @Test(arguments: KernelLevel.available) func everyLevelAgrees(level: KernelLevel) throws {
    for name in ["tfc-w2a2", "conv1d-audio", "mobilenet-small"] {
      let loaded = try Self.load(name)
      let plane = try Dataplane(
        loaded.design, parameters: loaded.parameters, options: .init(level: level))
      let recorded = try Self.activations(name)
      let input = try #require(plane.inputs.first)
      let result = try plane.run([input: try recorded.tensor("__input__")])
      let output = try #require(loaded.design.graphOutputs.first)
      let expected = try recorded.tensor("__output__").asIntegers(name: "__output__")
      #expect(result.streams[output]?.ints == expected)
    }
  }

  /// Refolding a network changes no value: all words one element wide, and as wide as they can be.
  @Test(arguments: names, [false, true]) func foldingChangesNothing(name: String, widest: Bool)
    throws
  {
    let loaded = try Self.load(name)
    let plain = Self.withoutStreamBlocks(loaded.design)
    let refolded = Self.refolded(plain, widest: widest)
    #expect(refolded != plain)
    let recorded = try Self.activations(name)
    let results = try [plain, refolded].map { design in
      let plane = try Dataplane(design, parameters: loaded.parameters)
      let input = try #require(plane.inputs.first)
      return try plane.run([input: try recorded.tensor("__input__")], keep: .all)
    }
    let depthwise = Set(
      plain.nodes.filter { $0.attributes["depthwise"] == .int(1) }.flatMap(\.outputs))
    for (stream, elements) in results[0].streams where !depthwise.contains(stream) {
      #expect(results[1].streams[stream]?.ints == elements.ints, "\(stream)")
    }
  }

  /// The design without FIFOs and width converters, whose attributes repeat the folding.
  private static func withoutStreamBlocks(_ design: Design) -> Design {
    var result = design
    var renamed: [String: String] = [:]
    for node in design.nodes where isStreamBlock(node) { renamed[node.outputs[0]] = node.inputs[0] }
    func source(_ name: String) -> String { renamed[name].map(source) ?? name }
    result.nodes = design.nodes.filter { !isStreamBlock($0) }.map { node in
      var node = node
      node.inputs = node.inputs.map(source)
      return node
    }
    result.graphOutputs = design.graphOutputs.map(source)
    result.streams = [:]
    return result
  }

  private static func isStreamBlock(_ node: Node) -> Bool {
    node.opType.hasPrefix("StreamingFIFO") || node.opType.hasPrefix("StreamingDataWidthConverter")
  }

  private static func refolded(_ design: Design, widest: Bool) -> Design {
    var result = design
    for (i, node) in design.nodes.enumerated() {
      func set(_ attribute: String, _ whole: String) {
        guard node.attributes[attribute] != nil, let most = node.attributes[whole] else { return }
        result.nodes[i].attributes[attribute] = widest ? most : .int(1)
      }
      set("PE", "MH")
      set("SIMD", "MW")
      set("SIMD", "IFMChannels")
      set("PE", "Labels")
      set("PE", "Channels")
      if !node.opType.hasPrefix("StreamingMaxPool") { set("PE", "NumChannels") }
      set("SIMD", "NumChannels")
    }
    return result
  }

  /// Several frames in one run give what each gives alone.
  @Test func framesAreIndependent() throws {
    let loaded = try Self.load("tfc-w1a1")
    let plane = try Dataplane(loaded.design, parameters: loaded.parameters)
    let input = try #require(plane.inputs.first)
    var g = SeededGenerator(seed: 5)
    let pixels = (0..<3 * 784).map { _ in UInt8.random(in: 0...255, using: &g) }
    let all = try plane.run([input: try Tensor(pixels, shape: [3, 784])], keep: .all)
    for frame in 0..<3 {
      let one = Array(pixels[frame * 784..<(frame + 1) * 784])
      let alone = try plane.run([input: try Tensor(one, shape: [1, 1, 784])], keep: .all)
      for (name, elements) in alone.streams {
        let n = elements.count
        let expected = try #require(all.streams[name]).ints[frame * n..<(frame + 1) * n]
        #expect(elements.ints.elementsEqual(expected))
      }
    }
  }
}
