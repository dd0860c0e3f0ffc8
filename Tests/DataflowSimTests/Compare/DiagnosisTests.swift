import DataflowAnalysis
import Foundation
import DesignFiles
import Testing

/// What a comparison says about tensors that agree, or differ without reason. `PlantedFaultTests` has
/// the diagnoses.
@Suite struct DiagnosisTests {
  private struct Network: Sendable {
    let comparison: Comparison
    let inputs: [String: Tensor]
    let activations: [String: [Int]]

    init(_ name: String) throws {
      let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
      let loaded = try DesignFile.load(root.appending(path: "configs/\(name).json").path)
      comparison = try Comparison(loaded.design, parameters: loaded.parameters)
      let recorded = try NPZ(
        contentsOf: CompressedResource.url("activations/\(name).npz").path)
      inputs = [comparison.plane.inputs[0]: try recorded.tensor("__input__")]
      let result = try comparison.plane.run(inputs, keep: .all)
      activations = try Dictionary(
        uniqueKeysWithValues: result.streams.keys.map {
          ($0, try result.tensor($0).asIntegers(name: $0))
        })
    }

    /// The stream with the most elements among those that `isRight`.
    func stream(where isRight: (StreamLayout) -> Bool) throws -> String {
      try #require(
        try activations.keys.sorted().filter { isRight(try comparison.plane.layout(of: $0)) }
          .max { activations[$0]!.count < activations[$1]!.count })
    }

    /// The diagnosis when `stream` should have been `expected`.
    func diagnose(_ stream: String, expecting expected: [Double]) throws -> TensorComparison {
      let shape = [expected.count]
      let data = try NPZ.encode([("reference", try Tensor(expected, shape: shape))])
      let map = ReferenceMap(entries: [stream: .init(reference: "reference")])
      return try #require(
        try comparison.run(
          inputs, reference: try NPZ(data, file: "reference.npz"), map: map
        ).first)
    }

    func diagnose(_ stream: String, _ transform: (Int, [Int]) -> Double) throws -> Diagnosis? {
      let values = activations[stream]!
      return try diagnose(stream, expecting: values.indices.map { transform($0, values) }).diagnosis
    }
  }

  private static let lenet = Result { try Network("lenet") }
  private var network: Network { get throws { try Self.lenet.get() } }

  /// A convolution's activations: several bits, 16 channels.
  private func activationStream() throws -> String {
    try network.stream { $0.shape.last == 16 && $0.shape.count == 4 && $0.dataType.bits > 2 }
  }

  @Test func cleanDataGetsNoDiagnosis() throws {
    let stream = try activationStream()
    let values = try network.activations[stream]!
    let clean = try network.diagnose(stream, expecting: values.map(Double.init))
    #expect(clean.differing == 0)
    #expect(clean.diagnosis == nil)
    #expect(clean.sqnr == .infinity)
  }

  /// 84 values through a FIFO: one 10 as it should be, and one 1 where all others are 0.
  @Test func decibels() throws {
    var design = try network.comparison.plane.design
    design.nodes = design.nodes.filter { $0.name == "StreamingFIFO_rtl_15" }
    design.graphInputs = design.nodes[0].inputs
    design.graphOutputs = design.nodes[0].outputs
    design.streams = [:]
    let comparison = try Comparison(design, parameters: nil)
    let due = [10] + [Int](repeating: 0, count: 83)
    let reference = try NPZ(
      NPZ.encode([(design.graphOutputs[0], try Tensor(due, shape: [1, 84]))]), file: "due.npz")
    let sent = try Tensor(due.dropLast() + [1], shape: [1, 84])
    let found = try #require(
      try comparison.run([design.graphInputs[0]: sent], reference: reference, map: nil).first)
    // A signal of 100 over a noise of 1; a peak of 100 over a mean noise of 1/84.
    #expect(abs(found.sqnr - 20) < 1e-9)
    #expect(abs(found.psnr - 39.2427929) < 1e-6)
    #expect(found.differing == 1 && found.maximumError == 1)
    #expect(abs(found.meanError - 1.0 / 84) < 1e-12)
  }

  /// No integer of 64 bits holds what the reference has there.
  @Test func hugeReferencesAreCompared() throws {
    let stream = try activationStream()
    var expected = try network.activations[stream]!.map(Double.init)
    expected[3] = 1e30
    expected[7] = -1e30
    let found = try network.diagnose(stream, expecting: expected)
    #expect(found.differing == 2 && found.diagnosis == .unexplained)
    #expect(found.first?.expected == 1e30)
  }

  /// A picture counts what the comparison counts.
  @Test func thePictureShowsWhatDiffers() throws {
    let stream = try activationStream()
    var expected = try network.activations[stream]!.map { Double($0) + 0.1 }
    expected[40] += 3
    let found = try network.diagnose(stream, expecting: expected)
    #expect(found.differing == 1)
    #expect(found.picture?.wrongChannels.reduce(0, +) == 1)
    #expect(found.picture?.wrongByChannel.reduce(0, +) == 1)
  }

  @Test func aQuantiserHasAPictureToo() throws {
    let values = (0..<24).map(Double.init)
    let found = TensorComparison(
      tensor: "q", node: "Quant", reference: "q", expected: values,
      actual: values.dropLast() + [0], shape: [1, 2, 2, 6], range: -31...31, unit: 1)
    #expect(found.differing == 1 && found.picture?.channel == 5)
  }

  @Test func noiseIsNotExplained() throws {
    let noise = try network.diagnose(try activationStream()) { i, v in
      Double((v[i] &* 7919 &+ i &* 104_729) % 13)
    }
    #expect(noise == .unexplained)
  }

  @Test func theIndexNamesChannelFoldWordAndElement() throws {
    let stream = try activationStream()
    let layout = try network.comparison.plane.layout(of: stream)
    var expected = try network.activations[stream]!.map(Double.init)
    let position = (5 * layout.shape[2] + 3) * 16 + 11
    expected[position] += 1000.5
    let first = try #require(try network.diagnose(stream, expecting: expected).first)
    #expect(first.index == [0, 5, 3, 11])
    #expect(first.channel == 11)
    #expect(first.word * layout.elements + first.lane == position)
  }

  /// Real networks against the activations of their quantised models, through scale and offset.
  @Test func everyStreamAgreesWithItself() throws {
    let network = try network
    let reference = try NPZ(
      NPZ.encode(
        network.activations.sorted { $0.key < $1.key }.map { ($0.key, try Tensor($0.value)) }),
      file: "acts.npz")
    let results = try network.comparison.run(network.inputs, reference: reference, map: nil)
    #expect(results.count == network.activations.count)
    #expect(results.allSatisfy { $0.differing == 0 })
    // Told one by one, for whoever interrupts it.
    let known = KnownTensors()
    var comparison = network.comparison
    comparison.known = { known.add($0) }
    _ = try comparison.run(network.inputs, reference: reference, map: nil)
    #expect(known.counts == Array(1...results.count))
  }

  private final class KnownTensors: @unchecked Sendable {
    private(set) var counts: [Int] = []
    func add(_ tensors: [TensorComparison]) { counts.append(tensors.count) }
  }

  @Test func badReferencesAreNamed() throws {
    let network = try network
    let stream = try activationStream()
    let count = network.activations[stream]!.count
    func error(_ values: [Double], _ shape: [Int], _ map: ReferenceMap.Entry? = nil) throws
      -> String
    {
      let npz = try NPZ(
        NPZ.encode([("reference", try Tensor(values, shape: shape))]), file: "reference.npz")
      let entry = map ?? .init(reference: "reference")
      let error = try #require(throws: InputError.self) {
        try network.comparison.run(
          network.inputs, reference: npz, map: ReferenceMap(entries: [stream: entry]))
      }
      return "\(error)"
    }
    var values = [Double](repeating: 0, count: count)
    let shape = try network.comparison.plane.layout(of: stream).shape
    let short = try error(Array(values.dropLast()), [count - 1])
    #expect(short.contains("reference.npz") && short.contains("[\(count - 1)]"))
    values[17] = .nan
    let nan = try error(values, [1] + shape)
    #expect(nan.contains("nan") && nan.contains("index [0, 0, 0, 1, 1]"), "\(nan)")
    #expect(try error(values, shape, .init(reference: "referense")).contains("did you mean"))
    let scales = try error(values, shape, .init(reference: "reference", scale: [1, 2, 3]))
    #expect(scales.contains("3 entries") && scales.contains("16 channels"), "\(scales)")
  }

  private func picture(_ i: Int, _ shape: [Int]) -> (y: Int, x: Int, c: Int) {
    (i / shape[3] / shape[2] % shape[1], i / shape[3] % shape[2], i % shape[3])
  }

  /// Padding on the other side displaces a picture; no word is lost.
  @Test func aPictureThatLiesElsewhere() throws {
    let stream = try activationStream()
    let shape = try network.comparison.plane.layout(of: stream).shape
    let found = try network.diagnose(stream) { i, values in
      let (y, x, c) = picture(i, shape)
      let frame = i / product(shape) * product(shape)
      guard y > 0, x > 0 else { return 0 }
      return Double(values[frame + ((y - 1) * shape[2] + x - 1) * shape[3] + c])
    }
    #expect(found == .displaced(rows: 1, columns: 1))
    #expect(found?.description.contains("1 row up and 1 column to the left") == true)
  }

  /// Where words are missing, the row below shows at the side, which no padding brings about.
  @Test(arguments: [1, -1, 2]) func aStreamThatBeginsElsewhereIsNoDisplacedPicture(pixels: Int)
    throws
  {
    let stream = try activationStream()
    let layout = try network.comparison.plane.layout(of: stream)
    let distance = pixels * layout.shape[3]
    let found = try network.diagnose(stream) { i, values in
      values.indices.contains(i - distance) ? Double(values[i - distance]) : 0
    }
    guard case .shift(let words, _)? = found else {
      Issue.record("\(String(describing: found))")
      return
    }
    #expect(words == distance / layout.elements)
  }

  /// Two inputs of a concatenation in the other order: the later channels come first.
  @Test func channelsThatComeFirst() throws {
    let stream = try activationStream()
    let channels = try #require(try network.comparison.plane.layout(of: stream).shape.last)
    let found = try network.diagnose(stream) { i, values in
      // The reference has its last five channels where the design has its first.
      Double(values[i / channels * channels + (i % channels + channels - 5) % channels])
    }
    guard case .permutation(let name)? = found else {
      Issue.record("\(String(describing: found))")
      return
    }
    #expect(name.contains("the channels from 5 on come first"), "\(name)")
  }

  @Test func framesInAnotherOrder() throws {
    let planted = PlantedFaultTests()
    let (_, found) = try planted.first(
      planted.compare("lenet", frames: 3) { network in
        let values = try network.input.asIntegers(name: "in")
        let frame = values.count / 3
        let turned = [2, 0, 1].flatMap { values[$0 * frame..<($0 + 1) * frame] }
        network.input = try Tensor(turned, shape: network.input.shape)
      })
    #expect(found == .frameOrder([2, 0, 1]))
    #expect(found.description.contains("frame 0 shows the reference's frame 2"))
  }

  /// What is too high by so much that the type's bits do not hold it.
  @Test func aZeroPointThatWraps() throws {
    let stream = try activationStream()
    let bits = try network.comparison.plane.layout(of: stream).dataType.bits
    let found = try network.diagnose(stream) { i, values in
      Double((values[i] + 5) & (1 << bits - 1))
    }
    // 5 too low is 3 too high where 8 are as good as none.
    #expect(bits == 3 && found == .zeroPointWraps(3, bits: 3))
  }

  /// A few words that happen to be those of others are no words lost.
  @Test func whatLeavesMostWordsUnexplainedIsNoShift() throws {
    let stream = try activationStream()
    let layout = try network.comparison.plane.layout(of: stream)
    let count = try network.activations[stream]!.count
    let far = count - 24 * layout.elements
    let found = try network.diagnose(stream) { i, values in
      Double(i >= far ? values[i - far] : (values[i] * 7 + i) % 5)
    }
    if case .shift? = found { Issue.record("\(found!)") }
  }

  // MARK: What the reference holds

  private func compare(_ arrays: [(String, Tensor)]) throws -> [TensorComparison] {
    try network.comparison.run(
      network.inputs, reference: NPZ(NPZ.encode(arrays), file: "golden.npz"), map: nil)
  }

  @Test func otherNumbersOfFramesAreSaid() throws {
    let stream = try activationStream()
    let shape = try network.comparison.plane.layout(of: stream).shape
    let values = try network.activations[stream]!
    let frames = values.count / product(shape)
    let more = try Tensor(values + values, shape: [2 * frames] + shape)
    let results = try compare([(stream, more)])
    #expect(
      ComparisonReport.frameNote(results, given: frames)
        == "the reference holds \(2 * frames) frames, the input \(frames); the others are not compared"
    )
    #expect(
      ComparisonReport.frameNote(results, given: 3 * frames)?
        .contains("holds \(2 * frames) of the input's \(3 * frames) frames") == true)
    #expect(ComparisonReport.frameNote(results, given: 2 * frames) == nil)
  }

  /// Axes may be split, joined or led by the channels, but not lie across a frame's.
  @Test func axesThatLieAcrossAFrameAreRefused() throws {
    let stream = try activationStream()
    let shape = try network.comparison.plane.layout(of: stream).shape
    let values = try network.activations[stream]!
    let frames = values.count / product(shape)
    let (h, w, c) = (shape[1], shape[2], shape[3])
    func run(_ axes: [Int]) throws -> [TensorComparison] {
      try compare([(stream, Tensor(values, shape: axes))])
    }
    for good in [
      [frames, h, w, c], [frames, h * w, c], [frames, h, w, c / 2, 2], [values.count],
    ] {
      #expect(try run(good).first?.differing == 0, "\(good)")
    }
    #expect(inputError { _ = try run([frames, h, c, w]) }.contains("transpose it"))
    #expect(inputError { _ = try run([2, values.count / 2]) }.contains("golden.npz"))
  }

  /// What stands between the wrong stream and those that were compared may be at fault as well.
  @Test func nodesThatNobodyLookedAtAreNamed() throws {
    let steps = try network.comparison.plane.steps
    let last = try #require(steps.last)
    let stream = try network.comparison.plane.graph.streams[last.outputs[0]].name
    let found = try network.diagnose(
      stream, expecting: network.activations[stream]!.map { Double($0 + 1) })
    #expect(found.uncompared.contains("MVAU_hls_1") && !found.uncompared.contains(last.node.name))
    let report = ComparisonReport("lenet", [found])
    #expect(report.text.contains("not compared in front of it: "))
  }
}
