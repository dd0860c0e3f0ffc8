import DataflowSim
import Foundation
import ONNXImport
import Testing

/// Faults planted between a real network and its reference, and the answer each must get.
///
/// The network is LeNet as compiled; a reference that relates to its activations as the right values
/// relate to those of a faulty design stands for the fault.
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

  @Test func accumulatorWrap() throws {
    let stream = try activationStream()
    let bits = try network.comparison.plane.layout(of: stream).dataType.bits
    let found = try network.diagnose(stream) { i, v in
      Double(v[i] + (i % 50 == 3 ? 1 << bits : 0))
    }
    guard case .wrap(let width, let needed)? = found else {
      Issue.record("got \(String(describing: found))")
      return
    }
    #expect(width == bits)
    #expect(needed > bits)
  }

  @Test func saturation() throws {
    let network = try network
    let stream = try #require(
      try network.activations.keys.sorted().first { name in
        let layout = try network.comparison.plane.layout(of: name)
        return layout.dataType.bits > 2
          && network.activations[name]!.max() == layout.dataType.range?.upperBound
      })
    let limit = try #require(network.activations[stream]!.max())
    // Where the design shows its largest value the reference goes on.
    let found = try network.diagnose(stream) { i, v in
      Double(v[i] == limit ? v[i] + 2 + i % 3 : v[i])
    }
    guard case .saturation(limit, _)? = found else {
      Issue.record("got \(String(describing: found))")
      return
    }
  }

  @Test func scaleAndZeroPoint() throws {
    let stream = try activationStream()
    #expect(
      try network.diagnose(stream) { i, v in Double(3 * v[i] - 2) }
        == .affine(scale: 3, offset: -2))
    #expect(
      try network.diagnose(stream) { i, v in Double(v[i] + 5) } == .affine(scale: 1, offset: 5))
  }

  @Test func missingBias() throws {
    let found = try network.diagnose(try activationStream()) { i, v in
      Double(v[i] + [0, 3, -2, 7][i % 4])
    }
    #expect(found == .bias(channels: 12))
  }

  @Test func channelOrder() throws {
    let found = try network.diagnose(try activationStream()) { i, v in
      Double(v[i / 16 * 16 + 15 - i % 16])
    }
    #expect(found == .permutation("channel order reversed"))
  }

  @Test func rowsAndColumns() throws {
    let stream = try activationStream()
    let shape = try network.comparison.plane.layout(of: stream).shape
    let (h, w) = (shape[1], shape[2])
    let found = try network.diagnose(stream) { i, v in
      let frame = h * w * 16
      let (p, c) = (i % frame / 16, i % 16)
      return Double(v[i / frame * frame + (p % w * w + p / w) * 16 + c])
    }
    #expect(found == .permutation("rows and columns swapped"))
  }

  @Test func pixelShuffleOrder() throws {
    // The design regrouped 16 channels as (4, 4) the other way round.
    let found = try network.diagnose(try activationStream()) { i, v in
      let c = i % 16
      return Double(v[i - c + c % 4 * 4 + c / 4])
    }
    guard case .permutation(let name)? = found else {
      Issue.record("got \(String(describing: found))")
      return
    }
    #expect(name.hasPrefix("pixel shuffle by 2"))
  }

  @Test func interleave() throws {
    // Channel c of the design holds what belongs to (c mod 8)·2 + c div 8.
    let found = try network.diagnose(try activationStream()) { i, v in
      let c = i % 16
      return Double(v[i - c + c / 2 + c % 2 * 8])
    }
    guard case .permutation(let name)? = found else {
      Issue.record("got \(String(describing: found))")
      return
    }
    #expect(name.hasPrefix("PE/SIMD interleave"))
  }

  @Test func droppedAndDuplicatedWords() throws {
    let stream = try activationStream()
    let word = try network.comparison.plane.layout(of: stream).elements
    let from = 40
    let dropped = try network.diagnose(stream) { i, v in
      i < from * word ? Double(v[i]) : i < (from + 1) * word ? 1 : Double(v[i - word])
    }
    guard case .shift(let words, _)? = dropped else {
      Issue.record("got \(String(describing: dropped))")
      return
    }
    #expect(words == 1)
    let duplicated = try network.diagnose(stream) { i, v in
      i < from * word || i + word >= v.count ? Double(v[i]) : Double(v[i + word])
    }
    if case .shift(let words, _)? = duplicated { #expect(words == -1) }
  }

  @Test func previousFrameAndUnexplained() throws {
    let stream = try activationStream()
    let count = try network.activations[stream]!.count / 2
    // Two frames: the second shows the first again.
    let late = try network.diagnose(stream) { i, v in
      i < count ? Double(v[(i + count) % v.count]) : Double(v[i - count])
    }
    #expect(late != nil)
    let noise = try network.diagnose(stream) { i, v in Double((v[i] &* 7919 &+ i &* 104_729) % 13) }
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
  }
}
