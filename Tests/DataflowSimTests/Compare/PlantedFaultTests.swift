import DataflowAnalysis
import Foundation
import DesignFiles
import Testing

/// Faults planted in real networks. What the sound design computes is the reference; the diagnosis of
/// the first tensor that leaves it must name the fault.
@Suite struct PlantedFaultTests {
  /// A network with what can be changed about it.
  struct Network {
    var design: Design
    var parameters: ParameterStore
    var input: Tensor

    init(_ name: String, frames: Int = 2) throws {
      let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
      let loaded = try DesignFile.load(root.appending(path: "configs/\(name).json").path)
      design = loaded.design
      parameters = try #require(loaded.parameters)
      let recorded = try NPZ(contentsOf: CompressedResource.url("activations/\(name).npz").path)
      let first = try recorded.tensor("__input__")
      // Frame n is the recorded one, turned by n elements.
      let values = try first.asIntegers(name: name)
      let all = (0..<frames).flatMap { n in
        values.indices.map { values[($0 + 5 * n) % values.count] }
      }
      input = try Tensor(all, shape: [frames] + first.shape.dropFirst())
    }

    mutating func set(_ node: String, _ attribute: String, _ value: AttributeValue) {
      design.nodes[index(node)].attributes[attribute] = value
    }

    /// Another type for a node's results, FIFOs behind it included.
    mutating func retype(_ node: String, _ type: String) {
      set(node, "outputDataType", .string(type))
      for i in design.nodes.indices
      where design.nodes[i].opType == "StreamingFIFO_rtl"
        && design.nodes[i].inputs == design.nodes[index(node)].outputs
      {
        design.nodes[i].attributes["dataType"] = .string(type)
      }
    }

    func index(_ node: String) -> Int { design.nodes.firstIndex { $0.name == node }! }

    func array(_ node: String, _ role: String) throws -> (name: String, values: [Int], shape: [Int])
    {
      let name = design.nodes[index(node)].initializers[role]!
      let tensor = try parameters.tensor(name)
      return (name, try tensor.asIntegers(name: name), tensor.shape)
    }

    /// Changes every element of an array, given its row, its column and all values.
    mutating func change(
      _ node: String, _ role: String, _ change: (Int, Int, [[Int]]) -> Int
    ) throws {
      let (name, values, shape) = try array(node, role)
      let width = shape.last!
      let rows = stride(from: 0, to: values.count, by: width).map { Array(values[$0..<$0 + width]) }
      let changed = values.indices.map { change($0 / width, $0 % width, rows) }
      parameters = ParameterStore([name: try Tensor(changed, shape: shape)]).merging(parameters)
    }

    func comparison() throws -> Comparison { try Comparison(design, parameters: parameters) }

    func streams() throws -> NPZ {
      let plane = try comparison().plane
      let result = try plane.run([plane.inputs[0]: input], keep: .all)
      let arrays = try result.streams.keys.sorted().map { name -> (String, Tensor) in
        let elements = result.streams[name]!
        let ordered = plane.referenceOrder(of: name)?(elements) ?? elements
        let shape = [input.shape[0]] + (try plane.layout(of: name)).shape
        return (name, try Tensor(ordered.ints, shape: shape))
      }
      return try NPZ(NPZ.encode(arrays), file: "reference.npz")
    }
  }

  /// Compares what `fault` makes of a network with the sound one.
  func compare(
    _ name: String, frames: Int = 2, under scenario: Scenario? = nil,
    _ fault: (inout Network) throws -> Void = { _ in }
  ) throws -> [TensorComparison] {
    let sound = try Network(name, frames: frames)
    let reference = try Self.reference(name, frames, sound)
    var faulty = sound
    try fault(&faulty)
    let comparison = try faulty.comparison()
    return try comparison.run(
      [comparison.plane.inputs[0]: faulty.input], reference: reference, map: nil,
      under: scenario)
  }

  private static let cache = Cache()

  /// References are computed once per network.
  private final class Cache: @unchecked Sendable {
    var references: [String: NPZ] = [:]
    let lock = NSLock()
  }

  private static func reference(_ name: String, _ frames: Int, _ sound: Network) throws -> NPZ {
    try cache.lock.withLock {
      let key = "\(name)-\(frames)"
      if let known = cache.references[key] { return known }
      let made = try sound.streams()
      cache.references[key] = made
      return made
    }
  }

  /// The node and the diagnosis at the first divergence.
  func first(_ results: [TensorComparison]) throws -> (node: String, Diagnosis) {
    let wrong = try #require(results.last { $0.differing > 0 })
    return (wrong.node, try #require(wrong.diagnosis))
  }

  @Test(arguments: ["tfc-w1a1", "tfc-w2a2", "conv1d-audio", "lenet", "mobilenet-small", "fsrcnn"])
  func aSoundDesignGetsNoDiagnosis(name: String) throws {
    let results = try compare(name) { _ in }
    #expect(results.count > 5)
    #expect(results.allSatisfy { $0.differing == 0 && $0.diagnosis == nil })
  }

  /// One threshold lies where a single sum is: a matter of rounding, and the layers behind it are
  /// compared on the reference's side of it.
  @Test func roundingTie() throws {
    let results = try compare("lenet") { network in
      let sums = try hits(of: "MVAU_hls_1", in: network)
      let (row, step) = try #require(sums)
      try network.change("MVAU_hls_1", "thresholds") { r, t, all in
        all[r][t] + (r == row && t == step ? 1 : 0)
      }
    }
    let tied = results.filter { $0.differing > 0 }
    #expect(tied.map(\.node) == ["MVAU_hls_1"])
    #expect(tied.first?.diagnosis == .roundingTie(count: 1))
    #expect(results.count > 20 && results.allSatisfy(\.isFine))
  }

  /// A threshold that exactly one sum equals.
  private func hits(of node: String, in network: Network) throws -> (Int, Int)? {
    var open = network
    let thresholds = try network.array(node, "thresholds")
    open.set(node, "noActivation", .int(1))
    open.set(node, "outputDataType", .string("INT24"))
    let index = open.index(node)
    // The sums alone: the design ends with the node.
    open.design.nodes = Array(open.design.nodes[...index])
    open.design.nodes[index].initializers["thresholds"] = nil
    open.design.graphOutputs = open.design.nodes[index].outputs
    open.design.streams = [:]
    let plane = try open.comparison().plane
    let result = try plane.run([plane.inputs[0]: open.input])
    let sums = try #require(result.streams[open.design.graphOutputs[0]]).ints
    let (rows, steps) = (thresholds.shape[0], thresholds.shape[1])
    for (i, t) in thresholds.values.enumerated() {
      let row = i / steps
      let hit = stride(from: row, to: sums.count, by: rows).count { sums[$0] == t }
      let same = thresholds.values[row * steps..<(row + 1) * steps].count { $0 == t }
      if hit == 1, same == 1 { return (row, i % steps) }
    }
    return nil
  }

  @Test func thresholdsOffByOne() throws {
    let (node, found) = try first(
      compare("lenet") { try $0.change("MVAU_hls_1", "thresholds") { r, t, all in all[r][t] + 1 } })
    #expect(node == "MVAU_hls_1" && found == .offByOne(up: false))
    // Rounded up instead of to the nearest: as many steps, the other way, in a Thresholding node.
    let (other, up) = try first(
      compare("lenet") {
        try $0.change("Thresholding_rtl_0", "thresholds") { r, t, all in max(0, all[r][t] - 1) }
      })
    #expect(other == "Thresholding_rtl_0" && up == .offByOne(up: true))
  }

  @Test func accumulatorTooNarrow() throws {
    let (node, found) = try first(
      compare("lenet") { $0.set("MVAU_hls_1", "accDataType", .string("INT8")) })
    guard node == "MVAU_hls_1", case .wrap(8, let needed) = found else {
      Issue.record("\(node): \(found)")
      return
    }
    #expect((9...14).contains(needed))
    // Without thresholds the result itself is the accumulator.
    let (last, result) = try first(
      compare("lenet") { $0.retype("MVAU_rtl_0", "INT7") })
    guard last == "MVAU_rtl_0", case .wrap(7, let bits) = result else {
      Issue.record("\(last): \(result)")
      return
    }
    #expect((8...16).contains(bits))
  }

  @Test func outputsThatSaturate() throws {
    // The upper thresholds can never be reached.
    let (node, found) = try first(
      compare("lenet") {
        try $0.change("MVAU_hls_0", "thresholds") { r, t, all in t < 9 ? all[r][t] : 1 << 20 }
      })
    #expect(node == "MVAU_hls_0" && found == .saturation(limit: 9, needed: 4))
  }

  @Test func signLost() throws {
    let (node, found) = try first(
      compare("lenet") { $0.retype("MVAU_rtl_0", "UINT16") })
    #expect(node == "MVAU_rtl_0" && found == .truncation(bits: 16, readAsSigned: false))
  }

  @Test func bitsCutOff() throws {
    let (node, found) = try first(
      compare("mobilenet-small", frames: 3) { network in
        network.retype("ChannelwiseOp_hls_0", "INT6")
        network.set("LabelSelect_hls_0", "inputDataType", .string("INT6"))
      })
    #expect(node == "ChannelwiseOp_hls_0" && found == .truncation(bits: 6, readAsSigned: true))
  }

  @Test func wrongScale() throws {
    let (node, found) = try first(
      compare("lenet") { network in
        try network.change("MVAU_rtl_0", "weights") { r, c, all in 2 * all[r][c] }
        network.set("MVAU_rtl_0", "weightDataType", .string("INT8"))
        network.retype("MVAU_rtl_0", "INT18")
      })
    #expect(node == "MVAU_rtl_0" && found == .affine(scale: 0.5, offset: 0))
  }

  @Test func wrongZeroPoint() throws {
    let (node, found) = try first(
      compare("tfc-w2a2") { $0.set("MVAU_hls_0", "ActVal", .int(-2)) })
    #expect(node == "MVAU_hls_0" && found == .affine(scale: 1, offset: 1))
  }

  @Test func biasMissing() throws {
    let (node, found) = try first(
      compare("mobilenet-small", frames: 3) {
        try $0.change("ChannelwiseOp_hls_0", "parameters") { _, _, _ in 0 }
      })
    guard node == "ChannelwiseOp_hls_0", case .bias(let channels) = found else {
      Issue.record("\(node): \(found)")
      return
    }
    #expect(channels > 5)
  }

  /// A bias that streamlining has moved into the thresholds, quantised with another scale.
  @Test func biasInTheThresholds() throws {
    let (node, found) = try first(
      compare("lenet") {
        try $0.change("MVAU_hls_1", "thresholds") { r, t, all in
          all[r][t] + (r < 12 ? 40 + 7 * r : 0)
        }
      })
    guard node == "MVAU_hls_1", case .bias(let channels) = found else {
      Issue.record("\(node): \(found)")
      return
    }
    // A channel that is never near its thresholds does not tell.
    #expect((8...12).contains(channels))
  }

  @Test func allZeroAndConstant() throws {
    let (node, found) = try first(
      compare("lenet") { try $0.change("MVAU_rtl_0", "weights") { _, _, _ in 0 } })
    #expect(node == "MVAU_rtl_0" && found == .constant(0))
    let (other, constant) = try first(
      compare("lenet") {
        try $0.change("MVAU_hls_1", "thresholds") { _, t, _ in t < 5 ? -9000 : 9000 }
      })
    #expect(other == "MVAU_hls_1" && constant == .constant(5))
  }

  /// Words lost, doubled and damaged on their way.
  @Test func wordsThatDoNotArriveAsSent() throws {
    func strike(_ fault: Fault) throws -> TensorComparison {
      let results = try compare("tfc-w2a2", frames: 4, under: Scenario(faults: [fault]))
      return try #require(results.last { $0.differing > 0 })
    }
    let stream = "StreamingFIFO_rtl_3_out0"
    let lost = try strike(.drop(stream: stream, word: 11))
    #expect(lost.stream == stream && lost.diagnosis == .shift(words: 1, from: 11))
    #expect(lost.origin?.cause == "fault drop" && lost.origin?.word == 11)
    #expect(lost.missingWords == 1 && !lost.isFine)
    let doubled = try strike(.duplicate(stream: stream, word: 5))
    #expect(doubled.stream == stream && doubled.origin?.cause == "fault duplicate")
    guard case .shift(words: -1, _)? = doubled.diagnosis else {
      Issue.record("\(String(describing: doubled.diagnosis))")
      return
    }
    let flipped = try strike(.corrupt(stream: stream, word: 9, mask: "3"))
    #expect(flipped.origin?.cause == "fault corrupt")
    #expect(try compare("tfc-w2a2", frames: 4, under: Scenario()).allSatisfy { $0.differing == 0 })
  }

  /// A source that stops one word early: what came agrees, but not all came.
  @Test func wordsThatNeverCome() throws {
    let sound = try Network("tfc-w2a2", frames: 4)
    let words = 4 * (try sound.comparison().plane.layout(of: sound.design.graphInputs[0])).words
    let source = Scenario.Source(words: words - 1)
    let stopped = Scenario(frames: 4, sources: [sound.design.graphInputs[0]: source])
    let results = try compare("tfc-w2a2", frames: 4, under: stopped)
    let short = try #require(results.last)
    #expect(short.differing == 0 && !short.isFine)
    #expect(short.missingWords == 1 && short.firstMissingWord == words - 1)
    let report = ComparisonReport("tfc-w2a2", results)
    #expect(!report.agrees && report.text.contains("never come"))
    #expect(report.csv.contains("missing words"))
  }

  /// The host's buffer holds the frame before.
  @Test func previousFrame() throws {
    let found = try first(
      compare("lenet", frames: 3) { network in
        let values = try network.input.asIntegers(name: "in")
        let frame = values.count / 3
        let late = values[..<frame] + values[..<(2 * frame)]
        network.input = try Tensor(Array(late), shape: network.input.shape)
      })
    #expect(found.1 == .previousFrame)
  }
}
